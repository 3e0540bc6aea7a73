/** Refusals that pass: the official SDKs wait for as long as they are told, try again, and get their answer (SPEC 6.4). */
import { beforeEach, describe, expect, test } from "bun:test";
import { replyInDialect } from "../support/answers/by-path.ts";
import { errorBody } from "../support/answers/errors.ts";
import { HELLO, textOf } from "../support/answers/said.ts";
import { exchange } from "../support/client.ts";
import { useGateway } from "../support/fixture.ts";
import { json } from "../support/replies.ts";
import { WAYS, type Way } from "../support/sdks.ts";

/** What the upstream answers a call of this model with an error. */
const BROKEN = "gpt-broken";
const REASONS = ["rate_limited", "throttled", "breaker_open"] as const;
const agentOf = (reason: string, { name }: Way) => `${reason}.${name.replace(/\W+/, "-")}`;

const fixture = useGateway(() => ({
  file: {
    agents: Object.fromEntries(
      WAYS.flatMap((way) => [
        [agentOf("rate_limited", way), { rate_limit: "1/s" }],
        [
          agentOf("breaker_open", way),
          { circuit_breaker: { error_threshold: 1, reset_timeout: 900, half_open_requests: 1 } },
        ],
      ]),
    ),
    policies: [
      {
        name: "slowly",
        condition: 'agent_id.startsWith("throttled")',
        action: "throttle",
        params: { rate: "1/s" },
      },
    ],
  },
}));

beforeEach(() => {
  const fail = json(errorBody("openai", 500, "broken"), { status: 500 });
  fixture.upstream.reply((one) =>
    Buffer.from(one.request.body).includes(BROKEN) ? fail(one) : replyInDialect(one),
  );
});

/** Makes the one call after which the agent's next one is refused for a moment, and lets the SDK make that one. */
async function askTwice(reason: string, way: Way): Promise<string> {
  const agent = agentOf(reason, way);
  await exchange(fixture.gateway.url, {
    target: `/agents/${agent}/${way.provider}`,
    body: JSON.stringify({ model: reason === "breaker_open" ? BROKEN : "gpt-4o-mini", messages: [] }),
  });
  const { text } = await way.ask({ url: fixture.gateway.url, agent });
  return text;
}

/** What the journal says of an agent: its calls by status and its refusals by reason, in order. */
function storyOf(agent: string): unknown[] {
  return fixture.gateway.home.journal().flatMap((line) => {
    if ((line.type !== "call" && line.type !== "blocked") || line.agent !== agent) return [];
    return [line.type === "call" ? line.status : line.reason];
  });
}

describe("every SDK tries again and is answered", () => {
  test.each(REASONS)("after %s", async (reason) => {
    const texts = await Promise.all(WAYS.map((way) => askTwice(reason, way)));
    expect(texts).toEqual(WAYS.map(() => textOf(HELLO)));
    const first = reason === "breaker_open" ? 500 : 200;
    for (const way of WAYS) {
      expect([way.name, storyOf(agentOf(reason, way))]).toEqual([way.name, [first, reason, 200]]);
    }
    // The one that was refused went nowhere.
    expect(fixture.upstream.requests).toHaveLength(2 * WAYS.length);
  });
});
