import { afterAll, describe, expect, test } from "bun:test";
import { openaiChatEvents } from "../support/answers/openai-chat.ts";
import { HELLO } from "../support/answers/said.ts";
import { type Connection, connect, exchange, renderRequest } from "../support/client.ts";
import { allowForProcesses } from "../support/fixture.ts";
import { type Gateway, isCall, makeHome, startGateway } from "../support/gateway.ts";
import { stream } from "../support/replies.ts";
import { until, within } from "../support/signals.ts";
import { startUpstream } from "../support/upstream.ts";

const EVENTS = openaiChatEvents(HELLO, "asked");
const ASKED = JSON.stringify({ model: "gpt-4o-mini", stream: true, stream_options: { include_usage: true } });
const CHAT = "/agents/a/openai/v1/chat/completions";

allowForProcesses();
const upstream = startUpstream();
afterAll(() => upstream[Symbol.asyncDispose]());

/** A stream that has begun and waits for `release` before its fourth event. */
async function beginStream(gateway: Gateway): Promise<{ client: Connection; release: () => void }> {
  const gate = Promise.withResolvers<void>();
  upstream.replyOnce(stream(EVENTS, { before: (index) => (index === 3 ? gate.promise : undefined) }));
  const client = await connect(gateway.url);
  client.send(renderRequest(gateway.url, { target: CHAT, body: ASKED }));
  await client.sees("Hello");
  return { client, release: gate.resolve };
}

/** The calls of this file's tests that stand in the journal; those that only knock at the door do not count. */
function calls({ home }: Pick<Gateway, "home">) {
  return home
    .journal()
    .filter(isCall)
    .filter(({ agent }) => agent !== "knock");
}

/** Resolves once the gateway takes no more calls. */
function closed(gateway: Gateway) {
  const knock = () =>
    exchange(gateway.url, { method: "GET", target: "/agents/knock/openai/v1/models" }).then(
      ({ status }) => (status === 503 ? true : null),
      () => true as const,
    );
  return until(knock, "the gateway taking no more calls");
}

describe("SIGTERM", () => {
  test("takes no more calls, lets a running stream finish, and exits 0", async () => {
    await using gateway = await startGateway({ upstream: upstream.origin });
    const { client, release } = await beginStream(gateway);
    gateway.signal("SIGTERM");
    await closed(gateway);
    release();
    const answer = await client.answer();
    expect([answer.isWhole, answer.body.toString()]).toEqual([true, EVENTS.join("")]);
    expect(await within(gateway.exited, "the end")).toBe(0);
    expect(calls(gateway)).toMatchObject([{ ending: "complete", tokens_out: 30 }]);
    expect(gateway.home.journal().at(-1)).toMatchObject({ event: "gateway.stopped" });
  });

  test("does not wait longer than shutdown_timeout", async () => {
    const file = { gateway: { shutdown_timeout: "200ms" } };
    await using gateway = await startGateway({ upstream: upstream.origin, file });
    const { client } = await beginStream(gateway);
    gateway.signal("SIGTERM");
    // The upstream never goes on, and the default of 30 s is far off: only the setting can end this.
    expect(await within(gateway.exited, "the end after shutdown_timeout", 10_000)).toBe(0);
    client.close();
    expect(calls(gateway)).toMatchObject([{ ending: "cut" }]);
  });

  test("given twice ends at once and loses nothing that was settled", async () => {
    using home = await makeHome({ upstream: upstream.origin });
    const gateway = await home.start();
    await exchange(gateway.url, {
      target: "/agents/settled/openai/v1/chat/completions",
      body: '{"model":"m"}',
    });
    const { client } = await beginStream(gateway);
    gateway.signal("SIGTERM");
    await closed(gateway);
    gateway.signal("SIGTERM");
    await within(gateway.exited, "the end", 3_000);
    client.close();
    await using _ = await home.start();
    const lines = calls({ home });
    expect(lines.map(({ agent }) => agent)).toEqual(["settled", "a"]);
    expect(lines[1]?.ending).toMatch(/^(?:cut|interrupted)$/);
  });
});

describe("a changed configuration", () => {
  const extra = { providers: { extra: { protocol: "openai", base_url: `${upstream.origin}/extra/v1` } } };

  function knows(gateway: Gateway, path: string) {
    const look = async () =>
      (await exchange(gateway.url, { method: "GET", target: path })).status === 200 ? true : null;
    return until(look, `an answer at ${path}`);
  }

  test.each([
    ["on SIGHUP", (gateway: Gateway) => gateway.signal("SIGHUP")],
    ["when the file changes", () => undefined],
    [
      "when the API says so",
      (gateway: Gateway) => void gateway.api("/api/config/reload", { method: "POST" }),
    ],
  ])("is taken over %s without dropping a stream", async (_, tell) => {
    await using gateway = await startGateway({ upstream: upstream.origin });
    const { client, release } = await beginStream(gateway);
    await gateway.home.configure(extra);
    tell(gateway);
    await knows(gateway, "/agents/a/extra/models");
    expect(upstream.requests.at(-1)?.target).toBe("/extra/v1/models");
    release();
    expect((await client.answer()).body.toString()).toBe(EVENTS.join(""));
    await gateway.line((line) => "event" in line && line.event === "config.changed", "of the change");
  });

  test("that is wrong is refused whole with every problem named, and the old one goes on", async () => {
    await using gateway = await startGateway({ upstream: upstream.origin });
    await Bun.write(gateway.home.file, "gateway: { prot: 8080, max_body: lots }\nidentity: { mode: shut }\n");
    const response = await gateway.api("/api/config/reload", { method: "POST" });
    const text = await response.text();
    expect(response.status).toBe(422);
    for (const word of ["prot", "port", "max_body", "identity.mode"]) expect(text).toContain(word);
    expect((await exchange(gateway.url, { target: CHAT, body: '{"model":"m"}' })).status).toBe(200);
  });

  test("reports what needs a restart", async () => {
    await using gateway = await startGateway({ upstream: upstream.origin });
    await gateway.home.configure({ gateway: { host: "0.0.0.0" }, ...extra });
    const response = await gateway.api("/api/config/reload", { method: "POST" });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("gateway.host");
  });
});
