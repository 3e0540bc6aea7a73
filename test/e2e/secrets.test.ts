import { describe, expect, test } from "bun:test";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { exchange } from "../support/client.ts";
import { useGateway } from "../support/fixture.ts";
import { json, resetAtOnce, stream } from "../support/replies.ts";

const SECRETS = {
  "the client's key": "sk-planted-client-1111",
  "the client's Anthropic key": "sk-ant-planted-2222",
  "the client's Gemini key": "AIza-planted-3333",
  "the stored key": "sk-planted-stored-4444",
  "the agent's key": "sk-planted-agent-5555",
  "the prompt": "planted prompt text 6666",
  "the answer": "planted answer text 7777",
  "the provider's error text": "planted error text 8888",
  "a header's value": "planted header 9999",
  "a query's value": "planted-query-0000",
};

const fixture = useGateway((origin) => ({
  file: {
    providers: { openai: { base_url: origin, api_key: SECRETS["the stored key"] } },
    agents: { rich: { api_key: SECRETS["the agent's key"], provider: "openai" } },
  },
}));

const HEADERS = {
  Authorization: `Bearer ${SECRETS["the client's key"]}`,
  "x-api-key": SECRETS["the client's Anthropic key"],
  "x-goog-api-key": SECRETS["the client's Gemini key"],
  "x-odd": SECRETS["a header's value"],
};
const BODY = { model: "gpt-4o-mini", messages: [{ role: "user", content: SECRETS["the prompt"] }] };

/** Every file under the data folder, as one character a byte. */
function filesWritten(): Map<string, string> {
  const folder = fixture.gateway.home.dataDir;
  const names = [...new Bun.Glob("**/*").scanSync({ cwd: folder, dot: true })];
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), "latin1")]));
}

/** Calls of every kind and outcome, each carrying all the secrets it can. */
async function useEverything(): Promise<void> {
  const { gateway, upstream } = fixture;
  const query = `?key=${SECRETS["a query's value"]}`;
  const said = { choices: [{ message: { content: SECRETS["the answer"] } }], model: "gpt-4o-mini" };
  const failure = {
    error: { message: `${SECRETS["the provider's error text"]} ${SECRETS["the client's key"]}` },
  };
  const answers = [
    json(said),
    stream([`data: ${JSON.stringify(said)}\n\n`, "data: [DONE]\n\n"]),
    stream([`data: ${JSON.stringify(said)}\n\n`], { ending: "reset" }),
    json(failure, { status: 401 }),
    resetAtOnce,
  ];
  const targets = [
    "/agents/plain/openai/v1/chat/completions",
    "/agents/rich/openai/v1/chat/completions",
    "/v1/messages",
    "/agents/a/google/v1beta/models/gemini-2.5-flash:generateContent",
    "/agents/a/mistral/v1/chat/completions",
  ];
  for (const target of targets) {
    for (const answer of answers) {
      upstream.replyOnce(answer);
      await exchange(gateway.url, { target: target + query, headers: HEADERS, body: JSON.stringify(BODY) });
    }
    await exchange(gateway.url, {
      target: target + query,
      headers: HEADERS,
      body: `{${JSON.stringify(BODY)}`,
    });
  }
  const nowhere = { ...HEADERS, "x-target-url": `http://user:${SECRETS["the client's key"]}@10.0.0.1/` };
  await exchange(gateway.url, {
    target: `/v1/chat/completions${query}`,
    headers: nowhere,
    body: JSON.stringify(BODY),
  });
}

describe("what is secret", () => {
  test("stands in no file, no log and no answer of the management API", async () => {
    const { gateway } = fixture;
    await useEverything();
    await gateway.line(
      (line) => line.type === "blocked" && line.reason.includes("target"),
      "of the last call",
    );
    const api = [
      "/api/logs?limit=500",
      "/api/logs?format=csv",
      "/api/status",
      "/api/agents",
      "/api/agents/rich",
      "/health",
    ];
    const answers = await Promise.all(
      api.map(async (path) => [path, await (await gateway.api(path)).text()] as const),
    );
    const stop = await gateway.stop();
    const places = new Map([...filesWritten(), ...answers, ["its output", gateway.output()] as const]);
    const found = [...places].flatMap(([place, text]) =>
      Object.entries(SECRETS).flatMap(([what, secret]) =>
        text.includes(secret) ? [`${what} in ${place}`] : [],
      ),
    );
    expect(found).toEqual([]);
    expect(places.get("audit.jsonl")).toContain('"agent":"rich"');
    expect(stop).toBe(0);
  });

  test("the administrator's token stands in its own file alone, and no file is open to others", () => {
    const { home, adminToken } = fixture.gateway;
    const holders = [...filesWritten()].filter(([, text]) => text.includes(adminToken)).map(([name]) => name);
    expect(holders).toEqual(["admin.token"]);
    expect(fixture.gateway.output()).not.toContain(adminToken);
    const open = [...filesWritten().keys()].filter(
      (name) => (statSync(join(home.dataDir, name)).mode & 0o077) !== 0,
    );
    expect(open).toEqual([]);
  });
});
