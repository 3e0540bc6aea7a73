/** The gateway as a library: what a program gets that starts one for itself. */
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "../server/client.ts";
import type { ReportedEvent } from "../server/core/reported-event.ts";
import { type ProxyOptions, type RunningProxy, startProxy } from "../server/proxy.ts";
import { until } from "./support/signals.ts";
import { makeTempFolder } from "./support/temp.ts";

const ANSWER = {
  id: "chatcmpl-1",
  model: "gpt-4o-mini",
  choices: [{ index: 0, message: { role: "assistant", content: "hello" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500 },
};

interface Setting extends AsyncDisposable {
  readonly proxy: RunningProxy;
  /** The keys with which the provider was called. */
  readonly keys: (string | null)[];
  readonly events: ReportedEvent[];
  readonly authorizations: (string | null)[];
  readonly told: string[];
  ask(path: string, headers?: Record<string, string>): Promise<Response>;
}

/** A proxy between a provider and a server that takes its reports, all of them on real sockets. */
function open(options: Partial<ProxyOptions> = {}): Setting {
  const keys: (string | null)[] = [];
  const events: ReportedEvent[] = [];
  const authorizations: (string | null)[] = [];
  const told: string[] = [];
  const provider = Bun.serve({
    port: 0,
    fetch(request) {
      keys.push(request.headers.get("authorization"));
      return Response.json(ANSWER);
    },
  });
  const collector = Bun.serve({
    port: 0,
    async fetch(request) {
      authorizations.push(request.headers.get("authorization"));
      events.push(...((await request.json()) as { events: ReportedEvent[] }).events);
      return Response.json({ accepted: 1, rejected: [] });
    },
  });
  const proxy = startProxy({
    port: 0,
    apiKey: "your-token",
    agentId: "proxy",
    endpoint: `${collector.url}api/events`,
    flushInterval: 20,
    providers: { openai: { base_url: provider.url.origin } },
    log: (message) => void told.push(message),
    ...options,
  });
  return {
    proxy,
    keys,
    events,
    authorizations,
    told,
    ask: (path, headers = {}) =>
      fetch(proxy.server.url + path, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify({ model: "gpt-4o-mini", messages: [{ role: "user", content: "hello" }] }),
      }),
    async [Symbol.asyncDispose]() {
      await proxy.shutdown();
      await Promise.all([provider.stop(true), collector.stop(true)]);
    },
  };
}

const leftovers = () => readdirSync(tmpdir()).filter((name) => name.startsWith("tollgate-proxy-"));

describe("a proxy started by a program", () => {
  test("listens when startProxy returns, and counts calls without a name for its agent", async () => {
    await using setting = open();
    const { url, hostname, port } = setting.proxy.server;
    expect([url, hostname]).toEqual([`http://127.0.0.1:${port}`, "127.0.0.1"]);
    const health = await fetch(`${url}/health`);
    expect(await health.json()).toMatchObject({ status: "ok", agent_id: "proxy" });
    const answer = await setting.ask("/v1/chat/completions");
    expect(await answer.json()).toEqual(ANSWER);
    expect(answer.headers.get("x-tollgate-agent")).toBe("proxy");
  });

  test("reports each call to the endpoint, with its token", async () => {
    await using setting = open();
    await (await setting.ask("/v1/chat/completions")).text();
    await until(() => (setting.events.length > 0 ? true : null), "the report");
    expect(setting.authorizations).toEqual(["Bearer your-token"]);
    expect(setting.events).toMatchObject([
      {
        agent_id: "proxy",
        event_type: "llm_call",
        provider: "openai",
        model: "gpt-4o-mini",
        tokens_in: 1000,
        tokens_out: 500,
        cost_usd: 0.000_45,
        status_code: 200,
      },
    ]);
    expect(JSON.stringify(setting.events)).not.toContain("hello");
  });

  test("reports what waits when it is shut down, and leaves nothing behind", async () => {
    const before = leftovers();
    const setting = open({ flushInterval: 60_000 });
    await (await setting.ask("/v1/chat/completions")).text();
    expect(setting.events).toEqual([]);
    expect(leftovers().length).toBe(before.length + 1);
    await setting[Symbol.asyncDispose]();
    expect(setting.events).toHaveLength(1);
    expect(leftovers()).toEqual(before);
    await expect(fetch(`${setting.proxy.server.url}/health`)).rejects.toThrow();
    expect(setting.told).toEqual([]);
  });

  test.each(["/v1/chat/completions", "/openai/v1/chat/completions", "/agents/a/openai"])(
    "adds a provider's key at %s to a call that brings none, and overrides none",
    async (path) => {
      await using setting = open({ providerKeys: { openai: `sk-\${HOME}` } });
      await (await setting.ask(path)).text();
      await (await setting.ask(path, { authorization: "Bearer sk-own" })).text();
      expect(setting.keys).toEqual([`Bearer sk-\${HOME}`, "Bearer sk-own"]);
    },
  );

  test("limits the rate by provider, and says when to come again", async () => {
    await using setting = open({ rateLimits: { openai: { maxRequests: 2, windowSeconds: 60 } } });
    const statuses = [];
    for (let call = 0; call < 3; call++) statuses.push((await setting.ask("/v1/chat/completions")).status);
    expect(statuses).toEqual([200, 200, 429]);
    const refused = await setting.ask("/v1/chat/completions");
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(setting.keys).toHaveLength(2);
    await until(() => (setting.events.length > 3 ? true : null), "four reports");
    expect(setting.events.at(-1)).toMatchObject({
      event_type: "blocked",
      tags: { block_reason: "rate_limited" },
    });
  });

  test("keeps what it has recorded where it is told to, with a token for its management API", async () => {
    using folder = makeTempFolder("proxy");
    await using setting = open({ dataDir: folder.path });
    await (await setting.ask("/agents/researcher/openai")).text();
    const token = (await Bun.file(join(folder.path, "admin.token")).text()).trim();
    const { data } = await createClient(setting.proxy.server.url, token).api.status.get();
    expect(data?.agents.map(({ id }) => id)).toEqual(["researcher"]);
    await setting.proxy.shutdown();
    expect(existsSync(join(folder.path, "audit.jsonl"))).toBe(true);
  });

  test("that cannot be is told as one Error, and leaves nothing open", async () => {
    const before = leftovers();
    const wrong = { providerKeys: { openay: "sk-1" }, maxBufferSize: 0 };
    const start = () => startProxy({ port: 0, apiKey: "t", agentId: "a b", ...wrong });
    expect(start).toThrow(/^agentId is "a b"/);
    expect(start).toThrow(/^maxBufferSize is 0/m);
    await using setting = open();
    const taken = () => startProxy({ port: setting.proxy.server.port, apiKey: "t", agentId: "a" });
    expect(taken).toThrow("Cannot listen");
    await setting.proxy.shutdown();
    expect(leftovers()).toEqual(before);
  });

  test("that lacks its agent or its token is told so, also where no compiler does", () => {
    const start = (options: unknown) => () => startProxy(options as ProxyOptions);
    expect(start({ port: 0, agentId: "a" })).toThrow(/^apiKey is missing: [^\n]+$/);
    expect(start({ port: 0, apiKey: "t" })).toThrow(/^agentId is missing: [^\n]+$/);
    expect(start(undefined)).toThrow(/^apiKey is missing: [^\n]+\nagentId is missing: [^\n]+$/);
  });

  test("leaves no folder behind when its process exits without shutting it down", async () => {
    const before = leftovers();
    const script = `import { startProxy } from "${join(import.meta.dir, "../server/proxy.ts")}";
      startProxy({ port: 0, apiKey: "t", agentId: "a" });
      process.exit(3);`;
    const child = Bun.spawn([process.execPath, "-e", script], { stderr: "pipe" });
    expect([await child.exited, await new Response(child.stderr).text()]).toEqual([3, ""]);
    expect(leftovers()).toEqual(before);
  });

  test("is shut down once, however often it is asked to", async () => {
    await using setting = open();
    expect(setting.proxy.shutdown()).toBe(setting.proxy.shutdown());
  });
});
