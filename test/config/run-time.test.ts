import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { findFixed, holdsSecret, readEdits } from "../../server/config/edits.ts";
import { type ConfigRead, parseConfig } from "../../server/config/load.ts";
import {
  applyEdits,
  compareValues,
  keyOf,
  pathOf,
  type RunTimeValues,
} from "../../server/config/run-time.ts";
import { settingsSchema } from "../../server/config/schema.ts";
import { listValues } from "../../server/config/values.ts";
import { maskSecret, writeValue } from "../../server/config/writer.ts";
import type { Settings } from "../../server/core/settings.ts";
import { CONTEXT } from "./context.ts";

const FILE = `
gateway: { budget: { max_cost_per_day: 50 } }
providers:
  openai: { api_key: sk-of-the-file-1234, rate_limit: { max_requests: 9, window_seconds: 60 }, max_concurrency: 5 }
agents:
  "*": { budget: { max_cost_per_day: 20 }, rate_limit: 60/min }
  a: { owner: team-ml, overrides: { openai: { "gpt-4o": gpt-4o-mini, "gpt-*": gpt-4o } }, tags: [one, two] }
  b: { allowed_hours: { start: 22, end: 6 }, rate_limit: [10/min, { max_requests: 3, window_seconds: 9 }] }
owners: { team-ml: { budget: { max_cost_total: 9 } } }
policies: [{ name: spend, condition: "cost_today > 1", action: deny }]
loops: { action: pause }
`;

const NONE: RunTimeValues = new Map();

function read(runTime: RunTimeValues = NONE, file = FILE): ConfigRead {
  const parsed = parseConfig(file, { ...CONTEXT, runTime });
  if ("problems" in parsed) throw new Error(parsed.problems.map(({ message }) => message).join("\n"));
  return parsed;
}

function problems(runTime: RunTimeValues, file = FILE): { path: string; message: string; file: string }[] {
  const parsed = parseConfig(file, { ...CONTEXT, runTime });
  return "problems" in parsed ? [...parsed.problems] : [];
}

const set = (given: unknown, values = NONE) => applyEdits(values, readEdits([], given));

/** The values after null was sent for each that was given. */
function clear(given: unknown, values: RunTimeValues): RunTimeValues {
  const edits = readEdits([], given).flatMap(({ path }) => readEdits(path, null));
  return applyEdits(values, edits);
}

const agentName = fc.constantFrom("*", "a", "b", "fresh", "a.b", "constructor");
const money = fc.constantFrom<unknown>(0, 0.5, 7, "unlimited");
const agent = fc.record(
  {
    owner: fc.constantFrom("team-x", "team-ml", ""),
    tags: fc.constantFrom([], ["x"]),
    priority: fc.constantFrom("high", "low"),
    budget: fc.record(
      { max_cost_per_day: money, max_cost_per_request: money, hold: fc.constant("worst_case") },
      { requiredKeys: [] },
    ),
    quota: fc.record({ tokens_per_day: fc.constantFrom<unknown>(5, "unlimited") }, { requiredKeys: [] }),
    rate_limit: fc.constantFrom<unknown>("5/min", [], "unlimited", { max_requests: 1, window_seconds: 2 }),
    allowed_hours: fc.constantFrom({ start: 1, end: 2 }),
    circuit_breaker: fc.record({ reset_timeout: fc.constantFrom<unknown>("5s", 90) }, { requiredKeys: [] }),
    overrides: fc.constantFrom(
      { "*": { model: "gpt-4o" } },
      { openai: { "gpt-4o": "gpt-4.1", o3: "gpt-4o" } },
    ),
    models: fc.record({ deny: fc.constantFrom([], ["gpt-*"]) }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);
const change = fc.record(
  {
    agents: fc.dictionary(agentName, agent, { maxKeys: 3 }),
    providers: fc.record(
      {
        openai: fc.record(
          {
            api_key: fc.constantFrom("sk-at-run-time"),
            rate_limit: fc.constantFrom<unknown>("unlimited", { max_requests: 1, window_seconds: 1 }),
            max_concurrency: fc.constantFrom<unknown>("unlimited", 3),
            enabled: fc.boolean(),
          },
          { requiredKeys: [] },
        ),
        local: fc.constant({ protocol: "openai", base_url: "http://127.0.0.1:1/v1" }),
      },
      { requiredKeys: [] },
    ),
    policies: fc.dictionary(
      fc.constantFrom("spend", "other"),
      fc.constantFrom<unknown>(false, { condition: "cost_today > 2", action: "alert" }),
    ),
    gateway: fc.record(
      { budget: fc.record({ max_cost_per_day: money }, { requiredKeys: [] }) },
      { requiredKeys: [] },
    ),
    owners: fc.dictionary(fc.constantFrom("team-ml", "x"), fc.constant({ budget: { max_cost_total: 1 } })),
    loops: fc.record(
      { action: fc.constantFrom("alert", "off"), window: fc.constant(30) },
      { requiredKeys: [] },
    ),
    trust: fc.record({ quarantine: fc.boolean(), interval: fc.constant("5m") }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);

describe("laws", () => {
  test("whatever is set and then cleared gives back exactly the file's settings", () => {
    fc.assert(
      fc.property(change, (given) => {
        const values = set(given);
        read(values);
        const after = clear(given, values);
        expect([...after]).toEqual([]);
        expect(read(after)).toEqual(read());
      }),
    );
  });

  test("each value that was set is in force, said to be of run time, and every other is the file's or a default", () => {
    fc.assert(
      fc.property(change, (given) => {
        const values = set(given);
        const { settings, tree } = read(values);
        const sources = new Map(
          listValues(settings, tree, []).map(({ path, source }) => [keyOf(path), source]),
        );
        const ofRunTime = [...sources].filter(([, source]) => source === "runtime").map(([key]) => key);
        const leaves = [...values].filter(([key]) => sources.has(key)).map(([key]) => key);
        expect(ofRunTime.toSorted()).toEqual(leaves.toSorted());
      }),
    );
  });

  test("setting the same again changes nothing, and two changes of different values commute", () => {
    fc.assert(
      fc.property(change, agent, (given, other) => {
        const values = set(given);
        expect(compareValues(values, set(given, values))).toEqual({ set: [], cleared: [] });
        const apart = { agents: { elsewhere: other } };
        expect(read(set(apart, values)).settings).toEqual(read(set(given, set(apart))).settings);
      }),
    );
  });

  test("what is written is read as the same again, but for secrets", () => {
    fc.assert(
      fc.property(change, (given) => {
        const { settings } = read(set(given));
        const { admin, ...rest } = writeValue(withoutSecrets(settings), settingsSchema) as Record<
          string,
          unknown
        >;
        expect(admin).toBeDefined();
        expect(read(NONE, JSON.stringify(rest)).settings).toEqual(withoutSecrets(settings));
      }),
    );
  });
});

function withoutSecrets(settings: Settings): Settings {
  const providers = Object.entries(settings.providers).map(([name, one]) => [
    name,
    { ...one, api_key: null },
  ]);
  return { ...settings, providers: Object.fromEntries(providers) };
}

describe("laying over", () => {
  test("keeps the place of what it replaces: of globs the first that fits decides", () => {
    const { settings } = read(set({ agents: { a: { overrides: { openai: { "gpt-4o": "o3" } } } } }));
    expect(Object.entries(settings.agents.a?.overrides.openai ?? {})).toEqual([["gpt-4o", "o3"], ["gpt-*", "gpt-4o"]]); // biome-ignore format: two
  });

  test("tells what of the file it shadows, and nothing else", () => {
    const given = {
      agents: { a: { owner: "x", purpose: "ci" }, "*": { rate_limit: "1/s" } },
      policies: { spend: false, fresh: { condition: "cost_today > 2", action: "alert" } },
    };
    expect(read(set(given)).shadowed).toEqual([
      ["agents", "*", "rate_limit"],
      ["agents", "a", "owner"],
      ["policies", "spend"],
    ]);
  });

  test("does not hide what is wrong with the file", () => {
    const values = set({ agents: { a: { owner: "x" } } });
    expect(problems(values, "agents: 5")).toMatchObject([{ path: "agents" }]);
    expect(problems(values, "agents: { a: { owner: x, owner: y } }")).toMatchObject([
      { path: "agents.a.owner" },
    ]);
    const policies = set({ policies: { x: { condition: "cost_today > 2", action: "alert" } } });
    expect(problems(policies, "policies: none")).toMatchObject([{ path: "policies" }]);
  });

  test("takes nothing for a whole that is only named", () => {
    expect(read(set({ agents: { a: {}, fresh: {} } })).settings.agents).toMatchObject({
      a: { owner: "team-ml" },
    });
    expect(read(set({ agents: { fresh: {} } })).settings.agents.fresh).toBeDefined();
    expect(problems(set({ agents: { b: { allowed_hours: {} } } }))).toMatchObject([
      { path: "agents.b.allowed_hours.start" },
      { path: "agents.b.allowed_hours.end" },
    ]);
  });

  test("names run time as the place of a problem that it brings, and the file's line where it only clashes", () => {
    const values = set({ agents: { a: { budget: { max_cost_per_day: "much" } } } });
    expect(problems(values)).toMatchObject([
      { file: "(set at run time)", path: "agents.a.budget.max_cost_per_day" },
    ]);
    const clash = problems(set({ loops: { window: 5 } }), "loops: { threshold: 9 }");
    expect(clash).toMatchObject([{ file: "/etc/tollgate/gateway.yaml", path: "loops" }]);
  });

  test("lets an unreadable value stand for nothing, not for the file's", () => {
    const { settings } = read(new Map([[keyOf(["providers", "openai", "api_key"]), null]]));
    expect(settings.providers.openai?.api_key).toBeNull();
  });

  test("passes over rows whose path is none", () => {
    expect(read(new Map([["not JSON", 1]])).settings).toEqual(read().settings);
    expect(pathOf('["a", 5]')).toBeNull();
  });
});

describe("a change", () => {
  test("clears beneath a path and not beside it", () => {
    const values = set({ agents: { a: { owner: "x" }, ab: { owner: "y" }, 'a","b': { owner: "z" } } });
    const left = applyEdits(values, [{ kind: "clear", path: ["agents", "a"] }]);
    expect([...left.keys()].map(pathOf)).toEqual([["agents", "ab", "owner"], ["agents", 'a","b', "owner"]]); // biome-ignore format: two
    expect(applyEdits(values, [{ kind: "clear", path: [] }]).size).toBe(0);
  });

  test("of what belongs to the machine is told apart from what is no setting at all", () => {
    const given = { gateway: { port: 1, prot: 2 }, identity: { mode: "open" }, agentz: {}, policies: 5 };
    expect(findFixed(readEdits([], given))).toEqual(["gateway.port", "identity.mode", "policies"]);
    expect(problems(set({ agentz: { a: 1 } }))[0]?.message).toContain("did you mean agents?");
    expect(findFixed(readEdits([], { gateway: null }))).toEqual([]);
  });

  test("knows where secrets may stand", () => {
    const secret = [["providers", "x", "api_key"], ["providers", "x", "api_keys"], ["providers", "x", "upstreams"], ["agents", "x", "api_key"]]; // biome-ignore format: a list
    expect(secret.map(holdsSecret)).toEqual(secret.map(() => true));
    const plain = [["providers", "x", "base_url"], ["agents", "x", "owner"], ["policies", "x"], ["nothing"]]; // biome-ignore format: a list
    expect(plain.map(holdsSecret)).toEqual(plain.map(() => false));
  });
});

test("of a secret the last four characters are shown, and none of a short one", () => {
  expect([maskSecret("sk-of-the-file-1234"), maskSecret("hunter2-pw")]).toEqual(["…1234", "…"]);
  const { settings, tree } = read(set({ providers: { openai: { api_keys: ["sk-a-second-key-5678"] } } }));
  const told = listValues(settings, tree, ["providers", "openai"]).map(({ name, value }) => [name, value]);
  expect(told).toContainEqual(["api_key", "…1234"]);
  expect(told).toContainEqual(["api_keys", ["…5678"]]);
});
