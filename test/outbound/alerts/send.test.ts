import { describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { connect } from "node:net";
import type { Notice } from "../../../server/core/alerts/notice.ts";
import type { ChannelSettings } from "../../../server/core/alerts/settings.ts";
import { type Fetch, sendNotice } from "../../../server/outbound/alerts/send.ts";
import { within } from "../../support/signals.ts";
import { startMailServer } from "../../support/smtp.ts";
import { startUpstream } from "../../support/upstream.ts";
import { startWebhook } from "../../support/webhook.ts";

const NOTICE: Notice = {
  id: "n-1",
  time: Date.UTC(2026, 0, 10, 12),
  rule: "spend",
  type: "budget",
  kind: "raised",
  agent: "_a_*b*",
  text: "_a_*b* <!channel> & @everyone [x](http://evil.test) has spent 80%.",
  fact: { type: "budget", window: "day", percent: 80, spent: 8, cap: 10 },
};
const NONE: ChannelSettings = {
  type: "webhook",
  url: null,
  secret: null,
  bot_token: null,
  chat_id: null,
  smtp: null,
  to: [],
};
const realFetch: Fetch = (url, init) => fetch(url, init);
const never = new AbortController().signal;

function send(channel: Partial<ChannelSettings>, { telegram = "http://127.0.0.1:1", signal = never } = {}) {
  return sendNotice({ ...NONE, ...channel }, NOTICE, { fetch: realFetch, connect, telegram }, signal);
}

describe("a webhook", () => {
  test("gets the notice, signed over its very bytes", async () => {
    await using webhook = startWebhook();
    expect(await send({ url: webhook.url, secret: "shhh" })).toEqual({ ok: true });
    const [{ headers, text, body } = { headers: new Headers(), text: "", body: null }] = webhook.delivered;
    const signature = createHmac("sha256", "shhh").update(text).digest("hex");
    expect(headers.get("x-tollgate-signature")).toBe(`sha256=${signature}`);
    expect(body).toEqual({ ...NOTICE, time: "2026-01-10T12:00:00.000Z" });
  });

  test("without a secret is not signed", async () => {
    await using webhook = startWebhook();
    await send({ url: webhook.url });
    expect(webhook.delivered[0]?.headers.has("x-tollgate-signature")).toBe(false);
  });

  test("may be tried again after a 500 or a 429, and not after another refusal", async () => {
    await using webhook = startWebhook();
    const finals: boolean[] = [];
    for (const status of [500, 503, 429, 400, 403, 404]) {
      webhook.answer = () => new Response("no", { status });
      const sent = await send({ url: webhook.url });
      if (!sent.ok) finals.push(sent.isFinal);
    }
    expect(finals).toEqual([false, false, false, true, true, true]);
  });

  test("that redirects is not followed: nothing reaches the other address", async () => {
    await using other = startWebhook();
    await using webhook = startWebhook();
    webhook.answer = () => new Response(null, { status: 307, headers: { location: other.url } });
    expect(await send({ url: webhook.url, secret: "shhh" })).toMatchObject({ ok: false, isFinal: true });
    expect(other.delivered).toEqual([]);
  });

  test("that cannot be reached is told without its address", async () => {
    const sent = await send({ url: "http://127.0.0.1:1/hook/s3cret" });
    expect(sent).toMatchObject({ ok: false, isFinal: false });
    expect(JSON.stringify(sent)).not.toContain("s3cret");
  });

  test("that never answers is left when the time is over", async () => {
    await using upstream = startUpstream(() => undefined);
    const late = new AbortController();
    const sending = send({ url: upstream.origin }, { signal: late.signal });
    await upstream.next();
    late.abort();
    expect(await within(sending, "the end of the try")).toMatchObject({ ok: false, isFinal: false });
  });

  test("that answers without end costs no more than its status", async () => {
    await using upstream = startUpstream(async (exchange) => {
      await exchange.write("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n");
      const piece = new Uint8Array(65_536);
      while (await exchange.write(piece));
    });
    expect(await within(send({ url: upstream.origin }), "the end of the try")).toEqual({ ok: true });
    const [exchange] = [await upstream.next()];
    await within(exchange.gone, "the end of the connection");
    expect(exchange.accepted).toBeLessThan(32 * 1024 * 1024);
  });
});

describe("a chat", () => {
  test("Slack: mentions are escaped, markup and previews are off", async () => {
    await using webhook = startWebhook();
    await send({ type: "slack", url: webhook.url });
    const { text, mrkdwn, unfurl_links } = webhook.delivered[0]?.body ?? {};
    expect([mrkdwn, unfurl_links]).toEqual([false, false]);
    expect(text).toContain("&lt;!channel&gt; &amp;");
    expect(text).not.toContain("<");
  });

  test("Discord: Markdown is escaped, and nobody is mentioned", async () => {
    await using webhook = startWebhook();
    webhook.answer = () => new Response(null, { status: 204 });
    expect(await send({ type: "discord", url: webhook.url })).toEqual({ ok: true });
    const { content, allowed_mentions } = webhook.delivered[0]?.body ?? {};
    expect(allowed_mentions).toEqual({ parse: [] });
    expect(content).toContain("\\_a\\_\\*b\\*");
    expect(content).toContain("\\[x\\]\\(http");
  });

  test("Telegram: plain text to the chat, by the bot's token", async () => {
    await using webhook = startWebhook();
    const channel = { type: "telegram", bot_token: "123:abc", chat_id: "-100" } as const;
    expect(await send(channel, { telegram: webhook.url })).toEqual({ ok: true });
    const [{ path, body } = { path: "", body: null }] = webhook.delivered;
    expect(path).toBe("/bot123:abc/sendMessage");
    expect(body).toMatchObject({ chat_id: "-100", link_preview_options: { is_disabled: true } });
    expect(body.text).toContain(NOTICE.text);
    expect(body).not.toHaveProperty("parse_mode");
  });

  test("whose address can be read no more is told so", async () => {
    expect(await send({ type: "slack" })).toMatchObject({ ok: false, isFinal: true });
    expect(await send({ type: "telegram" })).toMatchObject({ ok: false, isFinal: true });
    expect(await send({ type: "email", to: ["a@example.com"] })).toMatchObject({ ok: false, isFinal: true });
  });
});

describe("a mail", () => {
  const smtp = (port: number, more: object = {}) => ({
    type: "email" as const,
    smtp: { host: "127.0.0.1", port, user: null, password: null, from: "tollgate@example.com", ...more },
    to: ["ops@example.com", "second@example.com"],
  });

  test("goes to everybody, in plain text", async () => {
    await using server = startMailServer();
    expect(await send(smtp(server.port))).toEqual({ ok: true });
    const { from, to, text } = await server.next();
    expect([from, to]).toEqual(["tollgate@example.com", ["ops@example.com", "second@example.com"]]);
    expect(text).toContain("Subject: [Tollgate] alert: spend, _a_*b*");
    expect(text).toContain("text/plain");
    expect(text).not.toContain("text/html");
  });

  test("is sent after a login; one that is refused is told, without the password", async () => {
    await using server = startMailServer();
    const channel = smtp(server.port, { user: "tollgate", password: "p4ss word" });
    expect(await send(channel)).toEqual({ ok: true });
    expect(server.lines.some((line) => line.startsWith("AUTH"))).toBe(true);
    server.script = (command) => (command === "AUTH" ? "535 p4ss word is wrong" : undefined);
    const refused = await send(channel);
    expect(refused).toMatchObject({ ok: false, isFinal: true });
    expect(JSON.stringify(refused)).not.toContain("p4ss");
  });

  test("that is refused for good is final, one that is refused for now is not", async () => {
    await using server = startMailServer();
    server.script = (command) => (command === "RCPT" ? "550 nobody here" : undefined);
    expect(await send(smtp(server.port))).toEqual({ ok: false, problem: "The mail server answered 550.", isFinal: true }); // biome-ignore format: one
    server.script = (command) => (command === "MAIL" ? "451 later" : undefined);
    expect(await send(smtp(server.port))).toMatchObject({ ok: false, isFinal: false });
  });

  test("to a server that hangs is left when the time is over", async () => {
    await using server = startMailServer();
    const late = new AbortController();
    server.script = (command) => {
      if (command !== "EHLO") return undefined;
      late.abort();
      return null;
    };
    const sent = await within(send(smtp(server.port), { signal: late.signal }), "the end of the try");
    expect(sent).toMatchObject({ ok: false, isFinal: false });
  });

  test("to a server that talks without end is left", async () => {
    await using server = startMailServer();
    server.script = (command, socket) => {
      if (command !== "EHLO") return undefined;
      for (let count = 0; count < 64; count++) socket.write("x".repeat(65_536));
      return "";
    };
    expect(await within(send(smtp(server.port)), "the end of the try")).toMatchObject({ ok: false });
  });

  test("to nobody who listens is told as such", async () => {
    expect(await send(smtp(1))).toMatchObject({ ok: false, isFinal: false });
  });

  test("with a password goes to another machine over TLS alone", async () => {
    await using server = startMailServer();
    const channel = smtp(server.port, { host: "mail.example.com", user: "u", password: "p4ss" });
    const parts = { fetch: realFetch, connect: () => connect(server.port, "127.0.0.1"), telegram: "" };
    const sent = await sendNotice({ ...NONE, ...channel }, NOTICE, parts, never);
    expect(sent).toMatchObject({ ok: false });
    expect(server.lines.filter((line) => line.startsWith("AUTH"))).toEqual([]);
    expect(server.lines.join("\n")).not.toContain("Subject");
  });
});
