import { describe, expect, test } from "bun:test";
import { openaiChatEvents } from "../support/answers/openai-chat.ts";
import { HELLO } from "../support/answers/said.ts";
import { connect, exchange, renderRequest } from "../support/client.ts";
import { useGateway } from "../support/fixture.ts";
import { isCall } from "../support/gateway.ts";
import { residentBytes } from "../support/process.ts";
import { flood, stream } from "../support/replies.ts";
import { until, within } from "../support/signals.ts";

const MIB = 1024 * 1024;
const fixture = useGateway();
const STREAM = JSON.stringify({ model: "gpt-4o-mini", messages: [], stream: true });
const PLAIN = JSON.stringify({ model: "gpt-4o-mini", messages: [] });

function open(agent: string) {
  return renderRequest(fixture.gateway.url, {
    target: `/agents/${agent}/openai/v1/chat/completions`,
    body: STREAM,
  });
}

/** A hundred calls one after the other: enough for a stream to run away if nothing held it. */
async function manyCalls(): Promise<void> {
  for (let count = 0; count < 100; count += 1) {
    const answer = await exchange(fixture.gateway.url, {
      target: "/agents/other/openai/v1/chat/completions",
      body: PLAIN,
    });
    expect(answer.status).toBe(200);
  }
}

describe("a slow reader", () => {
  test("slows its upstream, costs no memory, blocks nobody and loses nothing", async () => {
    fixture.upstream.replyOnce(flood(128 * MIB));
    const client = await connect(fixture.gateway.url);
    client.pause();
    client.send(open("slow"));
    const taken = await fixture.upstream.next();
    await until(() => (taken.accepted > MIB ? true : null), "the first megabyte");
    const before = residentBytes(fixture.gateway.pid);
    await manyCalls();
    expect(taken.accepted).toBeLessThan(48 * MIB);
    expect(residentBytes(fixture.gateway.pid) - before).toBeLessThan(64 * MIB);
    client.resume();
    const answer = await client.answer();
    expect(answer.isWhole).toBe(true);
    expect(answer.body.length).toBeGreaterThanOrEqual(128 * MIB);
    expect(residentBytes(fixture.gateway.pid) - before).toBeLessThan(96 * MIB);
    client.close();
  });

  test("that leaves is noticed although it never read", async () => {
    fixture.upstream.replyOnce(flood(128 * MIB));
    const client = await connect(fixture.gateway.url);
    client.pause();
    client.send(open("sulking"));
    const taken = await fixture.upstream.next();
    await until(() => (taken.accepted > MIB ? true : null), "the first megabyte");
    client.vanish();
    await within(taken.gone, "the upstream seeing the client leave");
  });
});

describe("many silent streams", () => {
  const COUNT = 400;

  test("do not keep another call waiting, and all end when their clients leave", async () => {
    fixture.upstream.reply(stream(openaiChatEvents(HELLO, "asked").slice(0, 2), { ending: "stall" }));
    const clients = await Promise.all(Array.from({ length: COUNT }, () => connect(fixture.gateway.url)));
    for (const client of clients) client.send(open("silent"));
    await Promise.all(clients.map((client) => client.sees("Hello")));

    fixture.upstream.reset();
    await manyCalls();
    expect(await inFlight()).toBe(COUNT);

    for (const client of clients) client.vanish();
    await until(async () => ((await inFlight()) === 0 ? true : null), "the end of every stream");
    const lines = fixture.gateway.home.journal().filter((line) => isCall(line) && line.agent === "silent");
    expect(lines.map((line) => isCall(line) && line.ending)).toEqual(lines.map(() => "gone"));
    expect(lines).toHaveLength(COUNT);
  });
});

async function inFlight(): Promise<number> {
  const status: { totals: { in_flight: number } } = await (await fixture.gateway.api("/api/status")).json();
  return status.totals.in_flight;
}
