/** Priority lanes under a flood (SPEC 12.6): who matters is never refused and waits for few others; nobody starves. */
import { beforeEach, describe, expect, test } from "bun:test";
import { replyInDialect } from "../support/answers/by-path.ts";
import { useGateway } from "../support/fixture.ts";
import { createArrivals } from "../support/signals.ts";
import type { Exchange } from "../support/upstream.ts";

const SLOTS = 8;
/** More would be refused with a short queue, and wait for all the others in a single one. */
const FLOOD = 120;
/** What an answer takes: long enough for the flood to pile up behind the slots. */
const LATENCY = 20;

const fixture = useGateway((origin) => ({
  file: {
    providers: { openai: { base_url: origin, max_concurrency: SLOTS } },
    agents: {
      bulk: { priority: "low" },
      app: { priority: "normal" },
      vip: { priority: "high" },
      "*": { loops: { action: "off" } },
    },
  },
}));

/** Agents in the order in which their calls began at the upstream. */
const starts: string[] = [];

beforeEach(() => {
  starts.length = 0;
  fixture.upstream.reply(async (exchange) => {
    starts.push(callerOf(exchange));
    await Bun.sleep(LATENCY);
    await replyInDialect(exchange);
  });
});

function callerOf({ request }: Exchange): string {
  return request.header("x-agent-identity")?.replace("name=", "") ?? "";
}

async function call(agent: string): Promise<number> {
  const answer = await fetch(`${fixture.gateway.url}/openai/v1/chat/completions`, {
    method: "POST",
    headers: { "x-agent-identity": `name=${agent}` },
    body: JSON.stringify({ model: "gpt-4o-mini", messages: [{ role: "user", content: "hi" }] }),
  });
  await answer.arrayBuffer();
  return answer.status;
}

/** So many callers that call again and again, until they are told to stop; then all statuses that they were given. */
function flood(agent: string, callers: number): () => Promise<number[]> {
  const statuses: number[] = [];
  let isOver = false;
  const ended = Array.from({ length: callers }, async () => {
    while (!isOver) statuses.push(await call(agent));
  });
  return async () => {
    isOver = true;
    await Promise.all(ended);
    return statuses;
  };
}

/** Other calls that began between the sending of each of these and its beginning. */
async function overtakenBy(agent: string, calls: number): Promise<{ statuses: number[]; others: number[] }> {
  const statuses: number[] = [];
  const others: number[] = [];
  for (let count = 0; count < calls; count++) {
    const sentAt = starts.length;
    statuses.push(await call(agent));
    const own = starts.indexOf(agent, sentAt);
    others.push(own < 0 ? Number.POSITIVE_INFINITY : own - sentAt);
  }
  return { statuses, others };
}

/** Resolves when so many calls have begun. */
async function begun(count: number): Promise<void> {
  while (starts.length < count) await call("vip");
}

describe("while the low lane is flooded", () => {
  test("a high call begins although no low one has ended, and so does a normal one beside it", async () => {
    const taken = createArrivals<Exchange>();
    fixture.upstream.reply((exchange) => taken.push(exchange));
    const low = Array.from({ length: FLOOD }, () => call("bulk"));
    const held = [];
    for (let count = 0; count < SLOTS - 1; count++) held.push(await taken.next());
    expect(held.map(callerOf)).toEqual(Array(SLOTS - 1).fill("bulk"));

    const high = call("vip");
    const exchange = await taken.next();
    expect(callerOf(exchange)).toBe("vip");
    await replyInDialect(exchange);
    expect(await high).toBe(200);

    // The slot that was given back goes to no low call, though they have waited for it.
    const normal = call("app");
    const next = await taken.next();
    expect(callerOf(next)).toBe("app");
    await replyInDialect(next);
    expect(await normal).toBe(200);
    expect(taken.waiting).toBe(0);

    fixture.upstream.reply(replyInDialect);
    for (const one of held) await replyInDialect(one);
    expect(new Set(await Promise.all(low))).toEqual(new Set([200]));
  });

  test("no high call is refused, and each waits for a bounded number of others", async () => {
    const stop = flood("bulk", FLOOD);
    await begun(FLOOD);
    const { statuses, others } = await overtakenBy("vip", 60);
    const low = await stop();
    expect([new Set(statuses), new Set(low)]).toEqual([new Set([200]), new Set([200])]);
    // In one queue it would be the flood's length each time; here it is what begins while the call is on its way.
    expect(Math.max(...others)).toBeLessThan(5 * SLOTS);
    expect(low.length).toBeGreaterThan(FLOOD);
  });
});

describe("while the high lane is flooded", () => {
  test("a low call gets its turn after a bounded number of others", async () => {
    const stop = flood("vip", FLOOD);
    await begun(FLOOD);
    const { statuses, others } = await overtakenBy("bulk", 10);
    const high = await stop();
    expect([new Set(statuses), new Set(high)]).toEqual([new Set([200]), new Set([200])]);
    // Its turn comes after 13 others at the latest; meanwhile it is on its way itself.
    expect(Math.max(...others)).toBeLessThan(5 * SLOTS);
  });
});
