/**
 * Every official SDK by `auto`, served by hosts that speak one format each: what comes to the hosts is theirs, what comes
 * back is the SDK's, whole and streamed, and the journal says both (SPEC 12.2, 12.3).
 */
import { afterEach, describe, expect, test } from "bun:test";
import type { Line as JournalLine } from "../../server/core/event.ts";
import { replySaying } from "../support/answers/by-path.ts";
import { HELLO, type Said, SIGNATURE, textOf, WEATHER } from "../support/answers/said.ts";
import { isCall } from "../support/gateway.ts";
import { agentOf, useHosts } from "../support/hosts/fixture.ts";
import {
  CLIENT_KEY,
  complaintsOf,
  complaintsOfHead,
  HOSTS,
  SPOKEN,
  type Spoken,
} from "../support/hosts/hosts.ts";
import { until } from "../support/signals.ts";
import { PIXEL, SCHEMA, type Talk } from "../support/talks/talk.ts";
import { TALKS } from "../support/talks/talks.ts";

interface Pair {
  readonly client: Spoken;
  readonly serving: Spoken;
  readonly stream: boolean;
}

const PAIRS = SPOKEN.flatMap((client) =>
  SPOKEN.flatMap((serving) =>
    [false, true].map((stream) => {
      const pair: Pair = { client, serving, stream };
      return [`${client} by ${serving}${stream ? ", streamed" : ""}`, pair] as const;
    }),
  ),
);
/** What the model that the SDK names is called: the configuration says another. */
const ASKED = "asked-for";
/** 100 x 1 + 20 x 0.5 + 30 x 10 USD per million tokens, in nano-dollars. */
const COST = 410_000;

const fixture = useHosts();
let journaled = 0;

function talk({ client, serving, stream }: Pair): Talk {
  journaled = callsSoFar().length;
  const baseUrl = `${fixture.gateway.url}/agents/${agentOf(serving)}/auto`;
  return TALKS[client]({ baseUrl, key: CLIENT_KEY, model: ASKED, stream });
}

function callsSoFar(): (JournalLine & { type: "call" })[] {
  return fixture.gateway.home.journal().filter(isCall);
}

/** The hosts that were not meant have heard nothing, and the one that was nothing that is not its own. */
function expectServedBy({ client, serving }: Pair, calls = 1): void {
  for (const spoken of SPOKEN) {
    const { requests } = fixture.hosts[spoken];
    expect([spoken, requests.length]).toEqual([spoken, spoken === serving ? calls : 0]);
  }
  const judge = client === serving ? complaintsOfHead : complaintsOf;
  expect(fixture.hosts[serving].requests.flatMap((request) => judge(serving, request))).toEqual([]);
}

function bodyAt(serving: Spoken, at: number): string {
  return new TextDecoder().decode(fixture.hosts[serving].requests[at]?.body);
}

function says(serving: Spoken, said: Said, after: Said = HELLO): void {
  let turns = 0;
  fixture.hosts[serving].reply((exchange) => replySaying(turns++ === 0 ? said : after)(exchange));
}

afterEach(async () => {
  const { gateway } = fixture;
  const status = await gateway.api("/api/status").then((answer) => answer.json());
  for (const agent of status.agents)
    expect([agent.id, agent.held, agent.in_flight]).toEqual([agent.id, 0, 0]);
});

describe("words come back in the SDK's own format", () => {
  test.each(PAIRS)("%s", async (_name, pair) => {
    const heard = await talk(pair).ask("Who is there?");
    expect(heard).toEqual({ text: textOf(HELLO), thought: "", calls: [], usage: [120, 30] });
    expectServedBy(pair);
    expect(bodyAt(pair.serving, 0)).toContain("Be brief.");
    const line = await until(() => callsSoFar()[journaled] ?? null, "the call's line");
    const { provider, model } = HOSTS[pair.serving];
    expect(line).toMatchObject({
      agent: agentOf(pair.serving),
      provider,
      protocol: pair.client,
      requested_model: ASKED,
      model,
      stream: pair.stream,
      status: 200,
      ending: "complete",
      tokens_in: 120,
      tokens_cached: 20,
      tokens_out: 30,
      usage: "reported",
      cost_nano: COST,
      attempts: 1,
    });
    expect(line.upstream_protocol).toBe(pair.client === pair.serving ? undefined : pair.serving);
  });
});

describe("a tool is called, answered, and spoken about", () => {
  test.each(PAIRS)("%s", async (_name, pair) => {
    says(pair.serving, WEATHER);
    const program = talk(pair);
    const called = await program.ask("What is the weather in Zürich?", { tools: true });
    expect(called.calls).toMatchObject([{ name: "get_weather", input: { city: "Zürich", unit: "C" } }]);
    const { text, calls } = await program.give(["17 degrees"]);
    expect([text, calls]).toEqual([textOf(HELLO), []]);
    expectServedBy(pair, 2);
    expect(bodyAt(pair.serving, 1)).toContain("17 degrees");
    expect(bodyAt(pair.serving, 1)).toContain("Zürich");
  });
});

describe("two tools are called at once, and each result finds its call", () => {
  test.each(PAIRS)("%s", async (_name, pair) => {
    const otherTool = { name: "get_weather", input: '{"city":"Bern"}' };
    says(pair.serving, { ...WEATHER, otherTool });
    const program = talk(pair);
    const { calls } = await program.ask("What is the weather in Zürich and in Bern?", { tools: true });
    expect(calls.map(({ input }) => input)).toEqual([{ city: "Zürich", unit: "C" }, { city: "Bern" }]);
    await program.give(["17 degrees", "11 degrees"]);
    expectServedBy(pair, 2);
    const body = bodyAt(pair.serving, 1);
    expect(body.indexOf("17 degrees")).toBeGreaterThan(0);
    expect(body.indexOf("11 degrees")).toBeGreaterThan(body.indexOf("17 degrees"));
  });
});

describe("an image and a form for the answer reach the host in its own words", () => {
  test.each(PAIRS)("%s", async (_name, pair) => {
    says(pair.serving, { ...HELLO, words: ['{"whoIs', 'There":', '"Ada"}'] });
    const { text } = await talk(pair).ask("Who is in the picture?", { image: true, structure: true });
    expect(JSON.parse(text)).toEqual({ whoIsThere: "Ada" });
    expectServedBy(pair);
    expect(bodyAt(pair.serving, 0)).toContain(PIXEL);
    expect(bodyAt(pair.serving, 0)).toContain(JSON.stringify(SCHEMA.properties));
  });
});

/** Chat's own SDK puts no thinking of a stream together: it knows none. */
const THINKING = PAIRS.filter(([, { client, stream }]) => client !== "openai-chat" || !stream);
/** Hosts whose thinking is signed, and which want it back with the results of the tools that it led to. */
const SIGNED: ReadonlySet<Spoken> = new Set<Spoken>(["anthropic-messages", "gemini", "openai-responses"]);

describe("thinking is asked for, shown, and given back to the host that it is from", () => {
  test.each(THINKING)("%s", async (_name, pair) => {
    says(pair.serving, { ...WEATHER, thought: "The weather, then." });
    const program = talk(pair);
    const first = await program.ask("What is the weather?", { tools: true, thinking: true });
    expect(first.thought).toBe("The weather, then.");
    expect(first.calls).toHaveLength(1);
    await program.give(["17 degrees"]);
    expectServedBy(pair, 2);
    expect(bodyAt(pair.serving, 0)).toMatch(/"(?:reasoning_effort|reasoning|thinking|thinkingConfig)":/);
    if (SIGNED.has(pair.serving)) expect(bodyAt(pair.serving, 1)).toContain(SIGNATURE);
  });
});
