/** The scripts of scripts/examples, run as their authors would, against a gateway. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { type Gateway, startGateway } from "../support/gateway.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";

const EXAMPLES = join(import.meta.dir, "../../scripts/examples");

let upstream: Upstream;
let gateway: Gateway;

beforeAll(async () => {
  upstream = startUpstream();
  gateway = await startGateway({
    upstream: upstream.origin,
    file: { agents: { one: { tags: ["eu"] }, two: { tags: ["eu", "prod"] }, three: { tags: ["us"] } } },
  });
});

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await upstream?.[Symbol.asyncDispose]();
});

async function run(script: string, args: readonly string[], given: { token?: string; input?: string } = {}) {
  const { token = gateway.adminToken, input = "" } = given;
  const child = Bun.spawn([process.execPath, join(EXAMPLES, script), ...args], {
    env: { ...process.env, TOLLGATE_URL: gateway.url, TOLLGATE_ADMIN_TOKEN: token },
    stdin: new Blob([input]),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code: await child.exited, out, err };
}

function call(agent: string): Promise<string> {
  const body = JSON.stringify({ model: "gpt-4o-mini", messages: [{ role: "user", content: "hello" }] });
  const init = { method: "POST", body };
  return fetch(`${gateway.url}/agents/${agent}/openai`, init).then((answer) => answer.text());
}

async function makeToken(role: string): Promise<string> {
  const made = await gateway.api("/api/tokens", { method: "POST", body: JSON.stringify({ role }) });
  return ((await made.json()) as { token: string }).token;
}

test("top-spenders lists who spent today, the most first, with a viewer's token", async () => {
  await call("one");
  await call("two");
  await call("two");
  const { code, out } = await run("top-spenders.ts", ["1"], { token: await makeToken("viewer") });
  expect([code, out]).toEqual([0, expect.stringMatching(/^\d+\.\d{4}\t2\ttwo\t-\n$/)]);
});

test("pause-tagged pauses the agents with the tag and no other, and not with a viewer's token", async () => {
  const refused = await run("pause-tagged.ts", ["eu"], { token: await makeToken("viewer") });
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("role `viewer`")]);
  const { code, out } = await run("pause-tagged.ts", ["eu", "1h"]);
  expect([code, out]).toEqual([0, "one\ntwo\n"]);
  expect((await run("pause-tagged.ts", ["eu", "1h"])).out).toBe("");
  const { agents } = (await (await gateway.api("/api/agents")).json()) as {
    agents: { id: string; status: string }[];
  };
  const paused = agents.filter(({ status }) => status === "paused");
  expect(paused.map(({ id }) => id)).toEqual(["one", "two"]);
});

test("rotate-key puts the key from its input in use, and shows it nowhere", async () => {
  const { code, out, err } = await run("rotate-key.ts", ["openai"], { input: "sk-brand-new-key\n" });
  expect([code, err]).toEqual([0, ""]);
  expect(out).not.toContain("sk-brand-new-key");
  upstream.reset();
  await call("three");
  expect(upstream.requests.at(-1)?.header("authorization")).toBe("Bearer sk-brand-new-key");
  const unknown = await run("rotate-key.ts", ["nobody"], { input: "sk-1" });
  expect([unknown.code, unknown.out]).toEqual([1, ""]);
});
