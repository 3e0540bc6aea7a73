/** Gateway keys prove who calls (SPEC 4.4), and runs group what belongs together (SPEC 4.5). */
import { beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { LogsAnswer } from "../../server/management/wire/records.ts";
import { HELLO, textOf } from "../support/answers/said.ts";
import { exchange } from "../support/client.ts";
import { useGateway } from "../support/fixture.ts";
import { isCall } from "../support/gateway.ts";
import { thrownStatus, WAYS } from "../support/sdks.ts";

const STORED = { openai: "sk-stored", anthropic: "sk-ant-stored", google: "AIza-stored" };
const CHAT = JSON.stringify({ model: "gpt-4o-mini", max_tokens: 50, messages: [] });

const fixture = useGateway((origin) => ({
  file: {
    identity: { mode: "keys" },
    providers: {
      openai: { base_url: origin, api_key: STORED.openai },
      anthropic: { base_url: origin, api_key: STORED.anthropic },
      google: { base_url: origin, api_key: STORED.google },
      mistral: { base_url: origin },
    },
  },
}));

/** Makes a key as an operator does. */
async function createKey(agent: string): Promise<{ secret: string; id: string }> {
  const { home } = fixture.gateway;
  const { code, stdout, stderr } = await home.run("keys", "create", agent, "-c", home.file);
  expect(code).toBe(0);
  return { secret: stdout.trim(), id: /key_\w+/.exec(stderr)?.[0] ?? "" };
}

/** One raw call with these headers, and its outcome. */
async function call(target: string, headers: Record<string, string>, body = CHAT) {
  const answer = await exchange(fixture.gateway.url, { target, headers, body });
  return { status: answer.status, reason: answer.header("x-tollgate-blocked") };
}

async function statusOf(asking: Promise<unknown>) {
  return asking.then(() => "an answer", thrownStatus);
}

let bot = { secret: "", id: "" };
let other = { secret: "", id: "" };
beforeAll(async () => {
  bot = await createKey("bot");
  other = await createKey("other");
});

describe("a key that was made on the command line", () => {
  test("is the API key of every SDK, and the stored key is what the provider sees", async () => {
    for (const way of WAYS) {
      fixture.upstream.reset();
      const heard = await way.ask({ url: fixture.gateway.url, agent: "bot", key: bot.secret });
      expect([way.name, heard.text]).toEqual([way.name, textOf(HELLO)]);
      const [sent] = fixture.upstream.requests;
      const auth = ["authorization", "x-api-key", "x-goog-api-key"].map((name) => sent?.header(name) ?? null);
      const stored = STORED[way.provider];
      expect(auth.filter((value) => value !== null)).toEqual([
        way.provider === "openai" ? `Bearer ${stored}` : stored,
      ]);
      expect(JSON.stringify(sent?.fields) + sent?.target + Buffer.from(sent?.body ?? [])).not.toContain(
        "tg_",
      );
    }
    const lines = fixture.gateway.home.journal().filter(isCall);
    expect(lines.map(({ agent, key }) => [agent, key])).toEqual(WAYS.map(() => ["bot", bot.id]));
  });

  test("proves the agent where nobody is named", async () => {
    await call("/openai/v1/chat/completions", { Authorization: `Bearer ${other.secret}` });
    expect(fixture.gateway.home.journal().filter(isCall).at(-1)).toMatchObject({ agent: "other" });
  });

  test("may stand in a header of its own beside the client's key for the provider", async () => {
    const headers = { "x-tollgate-key": bot.secret, Authorization: "Bearer sk-client" };
    expect(await call("/agents/bot/mistral", headers)).toEqual({ status: 200, reason: null });
    const [sent] = fixture.upstream.requests;
    expect(sent?.header("authorization")).toBe("Bearer sk-client");
    expect(sent?.header("x-tollgate-key")).toBeNull();
  });

  test("is written down nowhere", () => {
    const { dataDir } = fixture.gateway.home;
    const secret = bot.secret.slice(3);
    expect(secret.length).toBeGreaterThan(20);
    for (const entry of readdirSync(dataDir, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      expect([entry.name, readFileSync(join(entry.parentPath, entry.name)).includes(secret)]).toEqual([
        entry.name,
        false,
      ]);
    }
    expect(fixture.gateway.output()).not.toContain(secret);
  });
});

describe("refused, with nothing sent", () => {
  test("another agent's name, wherever it stands", async () => {
    for (const way of WAYS.filter((_, index) => index % 2 === 0)) {
      const asking = way.ask({ url: fixture.gateway.url, agent: "other", key: bot.secret });
      expect([way.name, await statusOf(asking)]).toEqual([way.name, 403]);
    }
    const auth = { Authorization: `Bearer ${bot.secret}` };
    const refused = { status: 403, reason: "identity_mismatch" };
    expect(await call("/openai/v1/chat/completions", { ...auth, "x-agent-id": "other" })).toEqual(refused);
    const identity = { "X-Agent-Identity": "name=other" };
    expect(await call("/openai/v1/chat/completions", { ...auth, ...identity })).toEqual(refused);
    expect(fixture.upstream.requests).toHaveLength(0);
  });

  test("a call without a key, once", async () => {
    const before = fixture.gateway.home.journal().filter(({ type }) => type === "blocked").length;
    for (const way of WAYS) {
      const asking = way.ask({ url: fixture.gateway.url, agent: "bot", key: "sk-client" });
      expect([way.name, await statusOf(asking)]).toEqual([way.name, 401]);
    }
    const blocked = fixture.gateway.home.journal().filter(({ type }) => type === "blocked");
    expect(blocked.slice(before)).toHaveLength(WAYS.length);
    expect(fixture.upstream.requests).toHaveLength(0);
  });

  test("a revoked key, from the next call on", async () => {
    const { home, url } = fixture.gateway;
    const { secret, id } = await createKey("short-lived");
    const ask = () => statusOf(WAYS[0]?.ask({ url, agent: "short-lived", key: secret }) ?? Promise.reject());
    expect(await ask()).toBe("an answer");
    expect((await home.run("keys", "revoke", id, "-c", home.file)).code).toBe(0);
    expect(await ask()).toBe(401);
    expect(fixture.upstream.requests).toHaveLength(1);
    expect(home.journal()).toContainEqual(expect.objectContaining({ event: "key.revoked" }));
  });

  test("the admin token at a model, and a gateway key at the API", async () => {
    const { adminToken, url } = fixture.gateway;
    const admin = { Authorization: `Bearer ${adminToken}` };
    expect((await call("/agents/bot/openai", admin)).status).toBe(401);
    expect((await call("/agents/bot/openai", { "x-tollgate-key": adminToken })).status).toBe(401);
    expect(fixture.upstream.requests).toHaveLength(0);
    for (const path of ["/api/status", "/api/logs", "/api/keys", "/api/agents/bot"]) {
      for (const name of ["Authorization", "x-tollgate-key", "x-api-key"]) {
        const value = name === "Authorization" ? `Bearer ${bot.secret}` : bot.secret;
        const response = await fetch(url + path, { headers: { [name]: value } });
        expect([path, name, response.status]).toEqual([path, name, 401]);
        expect(await response.text()).not.toContain(bot.id);
      }
    }
  });
});

describe("a run", () => {
  const BLOCKED = "[Tollgate] Request blocked: budget_exceeded";
  /** 0.00015 USD: four calls of 34,500 nano-dollars, and no fifth. */
  const CAP = { "x-tollgate-run-budget": "0.00015" };

  function ask(run: string, headers: Record<string, string> = {}, { secret } = bot, agent = "bot") {
    return WAYS[0]?.ask({
      url: fixture.gateway.url,
      agent,
      key: secret,
      headers: { "x-tollgate-run": run, ...headers },
    });
  }

  async function logsOf(run: string) {
    const response = await fixture.gateway.api(`/api/logs?run=${run}`);
    return ((await response.json()) as LogsAnswer).entries;
  }

  test("is in the logs, with the one that it belongs to", async () => {
    await ask("night-1", { "x-tollgate-parent-run": "nightly" });
    await ask("night-2");
    const entries = await logsOf("night-1");
    expect(entries).toMatchObject([{ type: "call", agent: "bot", run: "night-1", parent_run: "nightly" }]);
    expect(fixture.upstream.requests[0]?.header("x-tollgate-run")).toBeNull();
  });

  test("keeps to its budget, which its later calls cannot loosen", async () => {
    const texts: (string | undefined)[] = [];
    for (const headers of [CAP, CAP, {}, CAP, { "x-tollgate-run-budget": "100" }, CAP, {}])
      texts.push((await ask("capped", headers))?.text);
    const passed = texts.indexOf(BLOCKED);
    expect(texts).toEqual([
      ...Array<string>(passed).fill(textOf(HELLO)),
      ...Array<string>(texts.length - passed).fill(BLOCKED),
    ]);
    const calls = (await logsOf("capped")).filter(({ type }) => type === "call");
    expect(calls).toHaveLength(passed);
    const spent = calls.reduce((sum, { cost_nano }) => sum + Number(cost_nano), 0);
    expect(spent).toBeLessThanOrEqual(150_000);
    expect(spent).toBeGreaterThan(150_000 - 2 * 34_500);
    expect(fixture.upstream.requests).toHaveLength(passed);
  });

  test("that is used up stops neither the agent's other runs nor another agent's of the same name", async () => {
    expect((await ask("capped"))?.text).toBe(BLOCKED);
    expect((await ask("another"))?.text).toBe(textOf(HELLO));
    expect((await ask("capped", CAP, other, "other"))?.text).toBe(textOf(HELLO));
    expect(fixture.gateway.home.journal()).not.toContainEqual(
      expect.objectContaining({ event: "agent.paused" }),
    );
  });
});
