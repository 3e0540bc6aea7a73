import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { exchange } from "../support/client.ts";
import { allowForProcesses, BUILD_LIMIT } from "../support/fixture.ts";
import { type Gateway, type Home, isCall, makeHome } from "../support/gateway.ts";
import { silence } from "../support/replies.ts";
import { until } from "../support/signals.ts";
import { startUpstream } from "../support/upstream.ts";

allowForProcesses();
const upstream = startUpstream();
let home: Home;
beforeAll(async () => {
  home = await makeHome({ upstream: upstream.origin });
}, BUILD_LIMIT);
afterAll(async () => {
  home[Symbol.dispose]();
  await upstream[Symbol.asyncDispose]();
});

const BODIES = [
  { target: "/agents/json/openai/v1/chat/completions", body: { model: "gpt-4o-mini", messages: [] } },
  {
    target: "/agents/sse/openai/v1/chat/completions",
    body: { model: "gpt-4o-mini", messages: [], stream: true },
  },
  {
    target: "/agents/claude/anthropic/v1/messages",
    body: { model: "claude-haiku-4-5", messages: [], stream: true },
  },
];

/** Calls without a pause until the gateway is no more; adds the id of every answer that was seen whole. */
async function callUntilDead(gateway: Gateway, seen: string[]): Promise<void> {
  for (let turn = 0; ; turn += 1) {
    const { target, body } = BODIES[turn % BODIES.length] ?? { target: "", body: {} };
    const answer = await exchange(gateway.url, { target, body: JSON.stringify(body) }).catch(() => null);
    if (answer === null) return;
    const id = answer.header("x-tollgate-request-id");
    if (answer.isWhole && answer.status === 200 && id !== null) seen.push(id);
  }
}

async function verify() {
  return home.run("audit", "verify", "-c", home.file);
}

describe("kill -9 under load", () => {
  test("loses no answer that a client saw whole, counts none twice, and the next start goes on with the chain", async () => {
    let lastSeq = 0;
    for (const wanted of [150, 300]) {
      const gateway = await home.start();
      const seen: string[] = [];
      const clients = Array.from({ length: 8 }, () => callUntilDead(gateway, seen));
      await until(() => (seen.length >= wanted ? true : null), `${wanted} answers`);
      await gateway.kill9();
      await Promise.all(clients);

      const lines = home.journal();
      const ids = lines.filter(isCall).map((line) => line.request_id);
      const count = new Map<string, number>();
      for (const id of ids) count.set(id, (count.get(id) ?? 0) + 1);
      expect(seen.filter((id) => count.get(id) !== 1)).toEqual([]);
      expect([...count.values()].filter((times) => times > 1)).toEqual([]);
      const seqs = lines.map((line) => line.seq);
      expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
      expect(seqs.at(-1)).toBeGreaterThan(lastSeq);
      lastSeq = seqs.at(-1) ?? 0;
      expect((await verify()).code).toBe(0);
    }
  });

  test("turns what was in flight into one line each, ending interrupted", async () => {
    const gateway = await home.start();
    upstream.reset();
    upstream.replyOnce(silence);
    const lost = exchange(gateway.url, {
      target: "/agents/lost/openai/v1/chat/completions",
      body: JSON.stringify({ model: "gpt-4o-mini", messages: [] }),
    }).catch(() => null);
    await upstream.next();
    await gateway.kill9();
    expect(await lost).toBeNull();

    for (const start of ["first", "second"]) {
      await using again = await home.start();
      const lines = home.journal().filter((line) => isCall(line) && line.agent === "lost");
      expect([start, lines.length]).toEqual([start, 1]);
      expect(lines[0]).toMatchObject({ ending: "interrupted", provider: "openai" });
      expect(await again.stop()).toBe(0);
    }
    expect((await verify()).code).toBe(0);
  });
});

describe("the index", () => {
  async function logs(gateway: Gateway): Promise<unknown> {
    const response = await gateway.api("/api/logs?type=call&limit=500");
    expect(response.status).toBe(200);
    return response.json();
  }

  test("answers the same after it was deleted, and after a rebuild", async () => {
    const first = await home.start();
    const expected = await logs(first);
    expect(JSON.stringify(expected)).toContain('"agent":"json"');
    await first.stop();
    for (const suffix of ["", "-wal", "-shm"])
      rmSync(join(home.dataDir, `index.db${suffix}`), { force: true });

    const second = await home.start();
    expect(await logs(second)).toEqual(expected);
    expect((await home.run("audit", "rebuild", "-c", home.file)).code).not.toBe(0);
    await second.stop();

    expect((await home.run("audit", "rebuild", "-c", home.file)).code).toBe(0);
    await using third = await home.start();
    expect(await logs(third)).toEqual(expected);
  });
});

test("an edited line is found, and named", async () => {
  const text = await Bun.file(home.logFile).text();
  const edited = home.journal().find((line) => isCall(line) && line.agent === "json");
  if (!edited) throw new Error("the tests before this one made calls of this agent");
  const [before = "", after = ""] = text.split(`"hash":"${edited.prev}"`);
  const forged = after.replace('"agent":"json"', '"agent":"nosj"');
  await Bun.write(home.logFile, `${before}"hash":"${edited.prev}"${forged}`);
  const result = await verify();
  expect(result.code).toBe(1);
  expect(result.stdout + result.stderr).toContain(String(edited.seq));
  await Bun.write(home.logFile, text);
  expect((await verify()).code).toBe(0);
});
