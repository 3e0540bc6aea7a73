import { afterAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openaiChatEvents } from "./support/answers/openai-chat.ts";
import { HELLO } from "./support/answers/said.ts";
import { connect, renderRequest } from "./support/client.ts";
import { type Launched, openHome } from "./support/launched.ts";
import { stream } from "./support/replies.ts";
import { startUpstream } from "./support/upstream.ts";

const KEY = "sk-planted-in-every-way-77aa";
const CHAT = { model: "gpt-4o-mini", max_tokens: 100, messages: [{ role: "user", content: "hi" }] };

const upstream = startUpstream();
afterAll(() => upstream[Symbol.asyncDispose]());
const PROVIDERS = `providers: { openai: { base_url: "${upstream.origin}" } }\n`;

async function call({ url }: Launched, agent = "a"): Promise<Response> {
  const init = { method: "POST", body: JSON.stringify(CHAT) };
  return fetch(`${url}/agents/${agent}/openai/v1/chat/completions`, init);
}

function everyFile(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe("what is set at run time", () => {
  test("acts on the next call, survives a restart, and gives way when it is cleared", async () => {
    using home = openHome(`${PROVIDERS}agents: { a: { budget: { max_cost_per_day: 20 } } }`);
    {
      await using gateway = await home.start();
      expect((await call(gateway)).status).toBe(200);
      await gateway.api.budget({ id: "a" }).put({ daily: 0 });
      const refused = await call(gateway);
      expect(refused.headers.get("x-tollgate-blocked")).toBe("budget_exceeded");
    }
    await using gateway = await home.start();
    const budget = gateway.api.budget({ id: "a" });
    expect((await budget.get()).data).toMatchObject({
      budget: { max_cost_per_day: 0 },
      sources: { max_cost_per_day: "runtime" },
    });
    expect((await call(gateway)).headers.get("x-tollgate-blocked")).toBe("budget_exceeded");
    await budget.put({ daily: null });
    expect((await call(gateway)).headers.get("x-tollgate-blocked")).toBeNull();
  });

  test("resets no window and no budget: what was spent and asked for before still counts", async () => {
    using home = openHome(
      `${PROVIDERS}agents: { a: { rate_limit: { max_requests: 2, window_seconds: 3600 } } }`,
    );
    await using gateway = await home.start();
    await call(gateway);
    await gateway.api.agents({ id: "a" }).patch({ owner: "team-x" });
    await call(gateway);
    const third = await call(gateway);
    expect(third.headers.get("x-tollgate-blocked")).toBe("rate_limited");
    const { data } = await gateway.api.budget({ id: "a" }).get();
    expect(data?.spent.total).toBeGreaterThan(0);
  });

  test("drops no stream that is under way", async () => {
    using home = openHome(PROVIDERS);
    await using gateway = await home.start();
    const events = openaiChatEvents(HELLO, "asked");
    const gate = Promise.withResolvers<void>();
    upstream.replyOnce(stream(events, { before: (index) => (index === 3 ? gate.promise : undefined) }));
    const client = await connect(gateway.url);
    const target = "/agents/a/openai/v1/chat/completions";
    const body = JSON.stringify({
      model: "gpt-4o-mini",
      stream: true,
      stream_options: { include_usage: true },
    });
    client.send(renderRequest(gateway.url, { target, body }));
    await client.sees("Hello");
    await gateway.api.agents({ id: "a" }).patch({ models: { deny: ["*"] }, owner: "team-x" });
    await gateway.api.providers({ name: "openai" }).put({ base_url: "http://127.0.0.1:9" });
    gate.resolve();
    const answer = await client.answer();
    expect([answer.isWhole, answer.body.toString()]).toEqual([true, events.join("")]);
    expect((await call(gateway)).headers.get("x-tollgate-blocked")).toBe("model_not_allowed");
  });

  test("is laid over a file that holds only together with it", async () => {
    using home = openHome(PROVIDERS);
    {
      await using gateway = await home.start();
      await gateway.api.providers({ name: "local" }).put({ protocol: "openai", base_url: upstream.origin });
    }
    home.configure(`${PROVIDERS}agents: { a: { provider: local } }`);
    await using gateway = await home.start();
    expect((await gateway.api.agents({ id: "a" }).get()).status).toBe(200);
  });
});

describe("a provider's key that is set at run time", () => {
  test("is used at once and after a restart, and stands readable in no file, answer or message", async () => {
    using home = openHome(PROVIDERS);
    const seen: unknown[] = [];
    {
      await using gateway = await home.start();
      const openai = gateway.api.providers({ name: "openai" });
      seen.push((await openai.put({ api_key: KEY })).data);
      seen.push(
        (await gateway.api.agents({ id: "b" }).patch({ provider: "openai", api_key: `${KEY}-own` })).data,
      );
      upstream.reset();
      await call(gateway);
      await call(gateway, "b");
      const sent = upstream.requests.map((request) => request.header("authorization"));
      expect(sent).toEqual([`Bearer ${KEY}`, `Bearer ${KEY}-own`]);
      seen.push((await openai.validate.post()).data, (await openai.put({ api_key: `${KEY} ` })).error);
      seen.push((await gateway.api.config.get()).data, (await gateway.api.logs.get({ query: {} })).data);
    }
    await using gateway = await home.start();
    upstream.reset();
    await call(gateway);
    expect(upstream.requests[0]?.header("authorization")).toBe(`Bearer ${KEY}`);
    expect(JSON.stringify(seen)).not.toContain(KEY.slice(0, -4));
    expect(home.told.join("\n")).not.toContain(KEY.slice(0, -4));
    const holding = everyFile(home.dataDir).filter((file) => readFileSync(file).includes(KEY.slice(0, -4)));
    expect(holding).toEqual([]);
  });

  test("that cannot be read any more is told; the gateway starts, and calls go as without a key", async () => {
    using home = openHome(
      `providers: { openai: { base_url: "${upstream.origin}", api_key: sk-of-the-file } }`,
    );
    {
      await using gateway = await home.start();
      await gateway.api.providers({ name: "openai" }).put({ api_key: KEY });
    }
    rmSync(join(home.dataDir, "keys", "secrets.key"));
    await using gateway = await home.start();
    expect(gateway.running.warnings.join()).toContain("providers.openai.api_key was set at run time");
    upstream.reset();
    await call(gateway);
    expect(upstream.requests.map((request) => request.header("authorization"))).toEqual([null]);
    await gateway.api.providers({ name: "openai" }).put({ api_key: `${KEY}-new` });
    await call(gateway);
    expect(upstream.requests.at(-1)?.header("authorization")).toBe(`Bearer ${KEY}-new`);
    const { data } = await gateway.api.status.get();
    expect(data?.gateway.warnings.join()).not.toContain("cannot be read any more");
  });
});
