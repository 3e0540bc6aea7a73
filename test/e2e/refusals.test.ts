/** What the official SDKs make of each refusal by policy: an answer, or an error that they do not repeat (SPEC 6.3, 6.4). */
import { beforeAll, describe, expect, test } from "bun:test";
import { REASONS, REPLIED, type Reason } from "../../server/core/refusal.ts";
import { exchange } from "../support/client.ts";
import { useGateway } from "../support/fixture.ts";
import { google, openai, QUESTION, thrownStatus, WAYS } from "../support/sdks.ts";

const TINY = 0.000_000_1;
const sixHoursOn = (new Date().getUTCHours() + 6) % 24;

/** Settings under which an agent meets the reason, whatever it asks. */
const DOORS: Partial<Record<Reason, Record<string, unknown>>> = {
  agent_deactivated: {},
  budget_exceeded: { budget: { max_cost_per_hour: TINY } },
  request_cap_exceeded: { budget: { max_cost_per_request: TINY } },
  quota_exceeded: { quota: { max_input_tokens: 1 } },
  outside_allowed_hours: { allowed_hours: { start: sixHoursOn, end: (sixHoursOn + 1) % 24 } },
  trust_quarantined: { trust: { pin: "quarantined" } },
  loop_detected: { loops: { window: 2, threshold: 2, action: "pause" } },
  unpriced_model: { budget: { max_cost_per_day: 100 } },
};
const REPLIES = Object.keys(DOORS) as Reason[];
/** Each reason is met by agents that differ in how they want to be told. */
const agentOf = (reason: string, manner: string) => `${reason}.${manner}`;

const SHUT = { openai: "shut-openai", anthropic: "shut-anthropic", google: "shut-google" };

const fixture = useGateway((origin) => ({
  file: {
    gateway: { timezone: "UTC" },
    trust: { quarantine: true },
    providers: {
      [SHUT.openai]: { protocol: "openai", base_url: `${origin}/v1`, enabled: false },
      [SHUT.anthropic]: { protocol: "anthropic", base_url: `${origin}/v1`, enabled: false },
      [SHUT.google]: { protocol: "gemini", base_url: `${origin}/v1beta`, enabled: false },
    },
    agents: {
      ...Object.fromEntries(
        REPLIES.flatMap((reason) => [
          [agentOf(reason, "reply"), DOORS[reason]],
          [agentOf(reason, "error"), { ...DOORS[reason], blocked_response: "error" }],
          [agentOf(reason, "header"), DOORS[reason]],
        ]),
      ),
      "program.structure": DOORS.budget_exceeded,
      "program.tool": DOORS.budget_exceeded,
      "program.embeddings": DOORS.budget_exceeded,
      picky: { models: { allow: ["no-such-*"] } },
    },
    policies: [
      {
        name: "one-is-enough",
        condition: 'agent_id.startsWith("agent_deactivated") && call_count > 0',
        action: "pause",
      },
      { name: "not-this-one", condition: 'agent_id == "denied"', action: "deny" },
    ],
  },
}));

/** What the journal says of an agent's refusals: each attempt that came to the gateway is a line of its own. */
function refusalsOf(agent: string) {
  return fixture.gateway.home.journal().filter((line) => line.type === "blocked" && line.agent === agent);
}

async function statusOf(asking: Promise<unknown>): Promise<number | string | undefined> {
  return asking.then(() => "an answer", thrownStatus);
}

beforeAll(async () => {
  const body = JSON.stringify({ model: "gpt-4o-mini", messages: [{ role: "user", content: QUESTION }] });
  const call = (agent: string) =>
    exchange(fixture.gateway.url, { target: `/agents/${agent}/openai/v1/chat/completions`, body });
  for (const manner of ["reply", "error", "header"]) {
    await call(agentOf("agent_deactivated", manner));
    // A loop is one from its second turn on, and pauses at the third.
    for (let turn = 0; turn < 2; turn++) await call(agentOf("loop_detected", manner));
  }
});

test("every reason that is told as a reply is tried here", () => {
  expect(REPLIES.toSorted()).toEqual([...REPLIED].toSorted());
});

describe.each(REPLIES)("%s", (reason) => {
  const model = reason === "unpriced_model" ? "of-no-known-price" : undefined;
  const caller = (manner: string) => ({ url: fixture.gateway.url, agent: agentOf(reason, manner), model });
  const { status } = REASONS[reason];

  test("is an answer that every SDK reads", async () => {
    for (const way of WAYS) {
      const { id, text } = await way.ask(caller("reply"));
      expect([way.name, text]).toEqual([way.name, `[Tollgate] Request blocked: ${reason}`]);
      expect([way.name, id]).toEqual([way.name, expect.stringMatching(/^blocked-./)]);
    }
    expect(refusalsOf(agentOf(reason, "reply"))).toHaveLength(WAYS.length + alreadyRefused(reason));
    expect(fixture.upstream.requests).toHaveLength(0);
  });

  test.each([
    ["where the agent's settings say so", "error", {}],
    ["where the call says so", "header", { "x-tollgate-on-block": "error" }],
  ])("is an error that no SDK repeats, %s", async (_, manner, headers) => {
    for (const way of WAYS) {
      expect([way.name, await statusOf(way.ask({ ...caller(manner), headers }))]).toEqual([way.name, status]);
    }
    const lines = refusalsOf(agentOf(reason, manner));
    expect(lines).toHaveLength(WAYS.length + alreadyRefused(reason));
    expect(lines.filter((line) => "reason" in line && line.reason !== reason)).toEqual([]);
    expect(fixture.upstream.requests).toHaveLength(0);
  });
});

/** Refusals from before: the one that made the pause. */
function alreadyRefused(reason: Reason): number {
  return reason === "loop_detected" ? 1 : 0;
}

describe("only a program reads the answer, so it is an error", () => {
  test.each(["structure", "tool"] as const)("to a demand for a %s", async (demand) => {
    const agent = `program.${demand}`;
    for (const way of WAYS) {
      const asking = way.ask({ url: fixture.gateway.url, agent, demand });
      expect([way.name, await statusOf(asking)]).toEqual([way.name, 402]);
    }
    expect(refusalsOf(agent)).toHaveLength(WAYS.length);
    expect(fixture.upstream.requests).toHaveLength(0);
  });

  test("to embeddings", async () => {
    const caller = { url: fixture.gateway.url, agent: "program.embeddings" };
    const byOpenai = openai(caller).embeddings.create({ model: "text-embedding-3-small", input: "text" });
    expect(await statusOf(byOpenai)).toBe(402);
    const byGoogle = google(caller).models.embedContent({
      model: "gemini-embedding-001",
      contents: "text",
    });
    expect(await statusOf(byGoogle)).toBe(402);
    expect(refusalsOf(caller.agent)).toHaveLength(2);
    expect(fixture.upstream.requests).toHaveLength(0);
  });
});

describe("what is always an error is not repeated either", () => {
  test.each([
    ["policy_denied", "denied", false],
    ["model_not_allowed", "picky", false],
    ["provider_deactivated", "anyone", true],
  ] as const)("%s", async (reason, agent, isShut) => {
    for (const way of WAYS) {
      const provider = isShut ? SHUT[way.provider] : undefined;
      const asking = way.ask({ url: fixture.gateway.url, agent, ...(provider && { provider }) });
      expect([way.name, await statusOf(asking)]).toEqual([way.name, 403]);
    }
    const lines = refusalsOf(agent);
    expect(lines.map((line) => ("reason" in line ? line.reason : null))).toEqual(WAYS.map(() => reason));
    expect(fixture.upstream.requests).toHaveLength(0);
  });

  test("a denied call is told which rule denied it", async () => {
    const asking = WAYS[0]?.ask({ url: fixture.gateway.url, agent: "denied" });
    expect(String(await asking?.catch((thrown: unknown) => thrown))).toContain("not-this-one");
  });

  test("unmetered_route, under a money cap alone", async () => {
    const ask = (agent: string) =>
      statusOf(
        openai({ url: fixture.gateway.url, agent }).fineTuning.jobs.create({
          model: "m",
          training_file: "f",
        }),
      );
    expect(await ask("unpriced_model.reply")).toBe(403);
    expect(fixture.upstream.requests).toHaveLength(0);
    await ask("anyone");
    expect(fixture.upstream.requests).toHaveLength(1);
  });
});
