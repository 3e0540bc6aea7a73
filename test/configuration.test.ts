import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunTimeValues } from "../server/config/run-time.ts";
import { type ConfigurationParts, createConfiguration } from "../server/configuration.ts";
import { UNKNOWN_USAGE } from "../server/core/usage.ts";
import { layAnew, loadConfiguration } from "../server/load.ts";
import type { RunTime } from "../server/run-time.ts";
import { makeTempFolder } from "./support/temp.ts";

/** A configuration kept from real files in a folder of its own. */
function keep(text: string, provision: ConfigurationParts["provision"] = () => null) {
  const folder = makeTempFolder("configuration");
  const file = join(folder.path, "gateway.yaml");
  const write = (name: string, content: string) => writeFileSync(join(folder.path, name), content);
  write("prices.json", priceList(1));
  write("gateway.yaml", text);
  const source = { file, overrides: { "data-dir": folder.path } };
  const first = loadConfiguration(source);
  if ("problems" in first) throw new Error(first.problems.map(({ message }) => message).join("\n"));
  const changes: (readonly string[])[] = [];
  const onChange = (changed: readonly string[]) => void changes.push(changed);
  const configuration = createConfiguration({
    first,
    runTime: keepNothing(),
    load: (values) => loadConfiguration(source, values),
    layAnew: (read, values) => layAnew(read, source, values),
    provision,
    onChange,
  });
  return { write, changes, configuration, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

/** Nothing is set at run time, and what is set is kept in memory. */
function keepNothing(): RunTime {
  let values: RunTimeValues = new Map();
  return {
    values: () => values,
    warnings: () => [],
    write(next) {
      values = next;
    },
  };
}

function priceList(usdPerMillion: number): string {
  const model = { id: "m", match: { equals: "m" }, prices: { input_mtok: usdPerMillion } };
  return JSON.stringify([
    { id: "openai", name: "o", api_pattern: "https://api\\.openai\\.com", models: [model] },
  ]);
}

/** What a million input tokens of `m` cost now, in nano-dollars. */
function price({ configuration }: Pick<ReturnType<typeof keep>, "configuration">): number | null {
  const { providers, prices } = configuration.setup();
  const usage = { ...UNKNOWN_USAGE, inputTokens: 1_000_000, outputTokens: 0 };
  return prices.cost(providers.find("openai"), ["m"], usage, [], {}, Date.UTC(2026, 0, 1));
}

test("a price list that says something else at the same path is taken over", async () => {
  using kept = keep("pricing: { file: prices.json }");
  expect(price(kept)).toBe(1_000_000_000);
  kept.write("prices.json", priceList(3));
  expect(await kept.configuration.reload()).toMatchObject({ outcome: "applied", needs_restart: [] });
  expect(price(kept)).toBe(3_000_000_000);
  await kept.configuration.reload();
  expect(kept.changes).toEqual([["pricing.file"]]);
});

test("a price list that is none is refused, and the one in force goes on", async () => {
  using kept = keep("pricing: { file: prices.json }");
  kept.write("prices.json", "[{]");
  const result = await kept.configuration.reload();
  expect(result).toMatchObject({ outcome: "refused", problems: [{ path: "pricing.file" }] });
  expect([price(kept), kept.changes]).toEqual([1_000_000_000, []]);
});

test("what waits for a restart is reported each time, counts as changed once and rebuilds nothing", async () => {
  using kept = keep("gateway: { port: 1 }");
  kept.write("gateway.yaml", "gateway: { port: 2, max_agents: 5 }");
  const waiting = { outcome: "applied", needs_restart: ["gateway.port"] };
  expect(await kept.configuration.reload()).toMatchObject(waiting);
  const setup = kept.configuration.setup();
  expect(setup.settings.gateway).toMatchObject({ port: 1, max_agents: 5 });
  expect(await kept.configuration.reload()).toMatchObject(waiting);
  expect(kept.configuration.setup()).toBe(setup);
  expect(kept.changes).toEqual([["gateway.max_agents", "gateway.port"]]);

  kept.write("gateway.yaml", "gateway: { port: 1, max_agents: 5 }");
  expect(await kept.configuration.reload()).toMatchObject({ needs_restart: [] });
  expect(kept.changes).toHaveLength(2);
});

test("a warning is about what is in force, a reload's about what the file says", async () => {
  using kept = keep("");
  kept.write("gateway.yaml", "gateway: { host: 0.0.0.0 }");
  const result = await kept.configuration.reload();
  expect(result).toMatchObject({ warnings: [expect.stringContaining("0.0.0.0")] });
  expect(kept.configuration.warnings()).toEqual([]);
});

test("what cannot be provisioned is refused whole, and tried again", async () => {
  const answers = ["the disk is full", null];
  using kept = keep("", () => answers.shift() ?? null);
  kept.write("gateway.yaml", "admin: { token: a-token-of-the-operator }\nagents: { a: { owner: x } }");
  const refused = await kept.configuration.reload();
  expect(refused).toMatchObject({ outcome: "refused", problems: [{ message: "the disk is full" }] });
  expect([kept.configuration.setup().isNamed("a"), kept.changes]).toEqual([false, []]);

  expect(await kept.configuration.reload()).toMatchObject({ outcome: "applied" });
  expect(kept.configuration.setup().isNamed("a")).toBe(true);
  expect(kept.changes).toHaveLength(1);
});

test("a file that was emptied in order to be written anew is no configuration", async () => {
  using kept = keep("identity: { mode: known }");
  kept.write("gateway.yaml", "\n");
  expect(await kept.configuration.reload()).toMatchObject({ outcome: "refused" });
  expect(kept.configuration.setup().settings.identity.mode).toBe("known");
});

test("a refused change stays visible among the warnings until it is mended", async () => {
  using kept = keep("identity: { mode: known }");
  kept.write("gateway.yaml", "identity: { mood: known }");
  await kept.configuration.reload();
  expect(kept.configuration.warnings().at(-1)).toContain("refused");
  kept.write("gateway.yaml", "identity: { mode: open }");
  await kept.configuration.reload();
  expect(kept.configuration.warnings()).toEqual([]);
});

test("a file that is no mapping is no configuration", () => {
  for (const text of ["hello", "- gateway", "42"]) {
    expect(() => keep(text)).toThrow("expected a mapping");
  }
});
