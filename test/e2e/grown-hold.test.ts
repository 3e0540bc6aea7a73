/** A stream that outgrew its first hold is charged for all that its client has seen when the gateway is killed (SPEC 7.7). */
import { afterAll, expect, test } from "bun:test";
import { replySaying } from "../support/answers/by-path.ts";
import { HELLO } from "../support/answers/said.ts";
import { connect, renderRequest } from "../support/client.ts";
import { allowForProcesses, BUILD_LIMIT } from "../support/fixture.ts";
import { isCall, makeHome } from "../support/gateway.ts";
import { startUpstream } from "../support/upstream.ts";

/** Nano-dollars per token of output; a token is three bytes at least. */
const RATE = 10_000;
const PRICING = { models: { "priced-*": { input: 1, output: RATE / 1_000 } } };
/** Far more than the 1,024 tokens that a stream holds at first. */
const SEEN = [...Array.from({ length: 20 }, () => "word after word ".repeat(125)), "so far so good"];
const BYTES = SEEN.join("").length;

allowForProcesses();
/** Says most of it, and then neither goes on nor ends. */
const upstream = startUpstream((exchange) => {
  const never = new Promise<void>(() => undefined);
  let sent = "";
  const pause = () => (sent.includes("so far so good") ? never : undefined);
  const watched = {
    ...exchange,
    write(bytes: Uint8Array | string) {
      sent += Buffer.from(bytes);
      return exchange.write(bytes);
    },
  };
  return replySaying({ ...HELLO, words: [...SEEN, " and so on"] }, { before: pause })(watched);
});
afterAll(() => upstream[Symbol.asyncDispose]());

const MESSAGES = [{ role: "user", content: "Go on." }];
const CONTENTS = [{ role: "user", parts: [{ text: "Go on." }] }];

test.each([
  ["chat", "openai/v1/chat/completions", { model: "priced-a", stream: true, messages: MESSAGES }],
  ["messages", "anthropic/v1/messages", { model: "priced-b", stream: true, messages: MESSAGES }],
  ["responses", "openai/v1/responses", { model: "priced-c", stream: true, input: "Go on." }],
  ["content", "google/v1beta/models/priced-d:streamGenerateContent?alt=sse", { contents: CONTENTS }],
])(
  "%s",
  async (_, path, body) => {
    const file = { pricing: PRICING, agents: { writer: { budget: { max_cost_total: 10 } } } };
    using home = await makeHome({ upstream: upstream.origin, file });
    const first = await home.start();
    const client = await connect(first.url);
    client.send(renderRequest(first.url, { target: `/agents/writer/${path}`, body: JSON.stringify(body) }));
    await client.sees("so far so good");
    await first.kill9();
    client.close();

    await using second = await home.start();
    const lines = home.journal().filter(isCall);
    expect(lines).toMatchObject([{ agent: "writer", ending: "interrupted", stream: true }]);
    const cost = lines[0]?.cost_nano ?? 0;
    expect(cost).toBeGreaterThanOrEqual((BYTES / 3) * RATE);
    // Held for what may have come next, not for all that could have come.
    expect(cost).toBeLessThan(2 * (BYTES / 3) * RATE);
    const status = await (await second.api("/api/agents/writer")).json();
    expect(status).toMatchObject({ cost: { total: cost / 1e9 }, held: 0 });
  },
  BUILD_LIMIT,
);
