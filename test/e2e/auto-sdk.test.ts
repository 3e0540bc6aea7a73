/** The official SDKs by `auto` with nothing but a base URL, and what they raise when a host of another format fails. */
import { afterEach, describe, expect, test } from "bun:test";
import Anthropic from "@anthropic-ai/sdk";
import { ApiError } from "@google/genai";
import OpenAI from "openai";
import { replySaying } from "../support/answers/by-path.ts";
import { type ErrorShape, errorBody } from "../support/answers/errors.ts";
import { HELLO, textOf } from "../support/answers/said.ts";
import { isCall } from "../support/gateway.ts";
import { useHosts } from "../support/hosts/fixture.ts";
import { CLIENT_KEY, complaintsOf, HOSTS, SPOKEN, type Spoken } from "../support/hosts/hosts.ts";
import { json } from "../support/replies.ts";
import { until } from "../support/signals.ts";
import { TALKS } from "../support/talks/talks.ts";

const NAMES = ["auto", "tollgate", "agentgazer"];
const WITHOUT_VERSION = NAMES.flatMap((name) => [`/${name}`, `/agents/sdk-bot/${name}`]);
const WITH = (version: string) => WITHOUT_VERSION.flatMap((base) => [base, `${base}/`, `${base}/${version}`]);

/** Every base URL that somebody would try, and whose model is asked for there: a host's of another format. */
const BASES: readonly (readonly [client: Spoken, bases: readonly string[], serving: Spoken])[] = [
  ["openai-chat", WITH("v1"), "anthropic-messages"],
  ["openai-responses", WITH("v1"), "gemini"],
  ["anthropic-messages", WITH("v1"), "gemini"],
  ["gemini", WITH("v1beta"), "anthropic-messages"],
];

const SHAPES: Readonly<Record<Spoken, ErrorShape>> = {
  "openai-chat": "openai",
  "openai-responses": "openai",
  "anthropic-messages": "anthropic",
  gemini: "gemini",
};

/** What each SDK throws at these. */
const CLASSES = {
  "openai-chat": { 404: OpenAI.NotFoundError, 429: OpenAI.RateLimitError },
  "openai-responses": { 404: OpenAI.NotFoundError, 429: OpenAI.RateLimitError },
  "anthropic-messages": { 404: Anthropic.NotFoundError, 429: Anthropic.RateLimitError },
  gemini: { 404: ApiError, 429: ApiError },
} as const;

const PAIRS = SPOKEN.flatMap((client) =>
  SPOKEN.filter((serving) => serving !== client).flatMap((serving) =>
    [false, true].map((stream) => ({ client, serving, stream })),
  ),
);

type Pair = (typeof PAIRS)[number];

/** An agent whose key is its own: one that is limited rests, and no other pair is to wait for it. */
const agentFor = ({ client, serving, stream }: Pair) => `${client}-${serving}-${stream ? "stream" : "whole"}`;

const fixture = useHosts(() => ({
  agents: Object.fromEntries(
    PAIRS.map((pair) => {
      const { provider, model } = HOSTS[pair.serving];
      return [agentFor(pair), { provider, model, api_key: `sk-${agentFor(pair)}` }];
    }),
  ),
}));

function ask(client: Spoken, base: string, model: string, stream: boolean) {
  const baseUrl = fixture.gateway.url + base;
  return TALKS[client]({ baseUrl, key: CLIENT_KEY, model, stream }).ask("Who is there?");
}

function thrownBy(run: Promise<unknown>): Promise<unknown> {
  return run.then(
    (heard) => new Error(`it was answered: ${JSON.stringify(heard)}`),
    (thrown: unknown) => thrown,
  );
}

afterEach(async () => {
  const status = await fixture.gateway.api("/api/status").then((answer) => answer.json());
  for (const agent of status.agents)
    expect([agent.id, agent.held, agent.in_flight]).toEqual([agent.id, 0, 0]);
});

describe.each(BASES)("the SDK of %s is served by the owner of the model's name", (client, bases, serving) => {
  test.each([...bases])("with the base URL %s", async (base) => {
    for (const stream of [false, true]) {
      const { text } = await ask(client, base, HOSTS[serving].model, stream);
      expect(text).toBe(textOf(HELLO));
    }
    const { requests } = fixture.hosts[serving];
    expect(requests).toHaveLength(2);
    expect(requests.flatMap((request) => complaintsOf(serving, request))).toEqual([]);
  });

  test.each([false, true])("and tests its connection without a host (streamed: %p)", async (stream) => {
    const { text } = await ask(client, "/agents/new-bot/agentgazer", "agentgazer-proxy", stream);
    expect(text).toStartWith("Tollgate connected successfully for agent 'new-bot'.");
    expect(SPOKEN.flatMap((spoken) => fixture.hosts[spoken].requests)).toEqual([]);
  });
});

describe.each([404, 429] as const)("a host's %d is raised as the SDK's own error", (status) => {
  test.each(PAIRS)("$client by $serving, streamed: $stream", async (pair) => {
    const { client, serving, stream } = pair;
    const message = "the host says why";
    const headers = [["Retry-After", "7"]] as const;
    fixture.hosts[serving].reply(json(errorBody(SHAPES[serving], status, message), { status, headers }));
    const error = await thrownBy(ask(client, `/agents/${agentFor(pair)}/auto`, "asked-for", stream));
    expect(error).toBeInstanceOf(CLASSES[client][status]);
    expect(error).toMatchObject({ status });
    expect(String(error)).toContain(message);
    if (error instanceof OpenAI.APIError || error instanceof Anthropic.APIError)
      expect(error.headers?.get("retry-after")).toBe("7");
    expect(fixture.hosts[serving].requests).toHaveLength(1);
  });
});

describe("a stream that dies at the host ends as an error of the SDK's", () => {
  const streamed = PAIRS.filter(({ stream }) => stream);
  test.each(streamed)("$client by $serving", async ({ client, serving }) => {
    const broken = `broken-${client}-${serving}`;
    const { provider, model } = HOSTS[serving];
    fixture.hosts[serving].reply((exchange) =>
      replySaying(HELLO, {
        before(index) {
          if (index === 3) exchange.reset();
          return undefined;
        },
      })(exchange),
    );
    const error = await thrownBy(ask(client, `/agents/${broken}/auto`, `${provider}/${model}`, true));
    expect(String(error)).not.toContain("it was answered");
    const line = await until(
      () => fixture.gateway.home.journal().find((one) => isCall(one) && one.agent === broken) ?? null,
      "the line of the broken stream",
    );
    expect(line).toMatchObject({ status: 200, ending: "failed", usage: "estimated" });
  });
});
