import { describe, expect, test } from "bun:test";
import { exchange } from "../support/client.ts";
import { useGateway } from "../support/fixture.ts";
import { callLine } from "../support/gateway.ts";

const fixture = useGateway(() => ({ file: { gateway: { default_agent: "nobody" } } }));
const BODY = JSON.stringify({ model: "gpt-4o-mini", messages: [{ role: "user", content: "hi" }] });

async function call(target: string, headers: Record<string, string> = {}) {
  const answer = await exchange(fixture.gateway.url, {
    target,
    headers: { Authorization: "Bearer sk-client", "Content-Type": "application/json", ...headers },
    body: BODY,
  });
  const line = await callLine(fixture.gateway, answer.header("x-tollgate-request-id"));
  return { answer, line, sent: fixture.upstream.requests.at(-1) };
}

describe("who calls", () => {
  const PATH = "/agents/from-path/openai/v1/chat/completions";
  const IDENTITY = { "X-Agent-Identity": "name=from-identity; owner=team-ml" };
  const ID = { "x-agent-id": "from-id" };

  test.each([
    ["x-agent-id before all", PATH, { ...ID, ...IDENTITY }, "from-id"],
    ["X-Agent-Identity before the path", PATH, IDENTITY, "from-identity"],
    ["the path before the default", PATH, {}, "from-path"],
    ["the default where nobody is named", "/v1/chat/completions", {}, "nobody"],
    ["x-agent-id on a prefix route", "/openai/v1/chat/completions", ID, "from-id"],
    ["X-Agent-Identity on a plain route", "/v1/chat/completions", IDENTITY, "from-identity"],
  ])("%s", async (_, target, headers, agent) => {
    const { answer, line } = await call(target, headers);
    expect(answer.status).toBe(200);
    expect(line.agent).toBe(agent);
    expect(answer.header("x-tollgate-agent")).toBe(agent);
  });

  test("owner, purpose and further keys are kept for each call", async () => {
    const first = { "X-Agent-Identity": 'Name=bot; OWNER="team ml"; purpose=production; region=eu' };
    const second = { "x-agent-identity": "name=bot;owner=team-two" };
    expect((await call("/v1/chat/completions", first)).line).toMatchObject({
      agent: "bot",
      owner: "team ml",
      purpose: "production",
      tags: ["region=eu"],
    });
    const { line } = await call("/v1/chat/completions", second);
    expect(line).toMatchObject({ agent: "bot", owner: "team-two" });
    expect(line.purpose).toBeUndefined();
  });

  test("X-Agent-Identity goes upstream as it was written, what is the gateway's own does not", async () => {
    const identity = 'name=bot;  owner="team ml" ;x=1';
    const { sent } = await call("/v1/chat/completions", {
      "X-Agent-Identity": identity,
      ...ID,
      "x-tollgate-run": "run-1",
      "x-custom": "kept",
    });
    expect(sent?.header("x-agent-identity")).toBe(identity);
    expect(sent?.header("x-custom")).toBe("kept");
    expect(sent?.fields.filter(([name]) => /^x-(?:agent-id|target-url|tollgate-.*)$/i.test(name))).toEqual(
      [],
    );
  });

  test("an agent is there with its first call, and its figures follow", async () => {
    await call("/agents/first-seen/openai/v1/chat/completions");
    const response = await fixture.gateway.api("/api/agents/first-seen");
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("first-seen");
    expect(fixture.gateway.home.journal()).toContainEqual(
      expect.objectContaining({ event: "agent.created", agent: "first-seen" }),
    );
  });
});

describe("an identity that cannot be read is a 400 that says why", () => {
  test.each([
    ["no name", { "X-Agent-Identity": "owner=team" }, "name"],
    ["an empty header", { "X-Agent-Identity": "" }, "name"],
    ["a key twice", { "X-Agent-Identity": "name=a; NAME=b" }, "name"],
    ["a name with a space", { "X-Agent-Identity": "name=two words" }, "name"],
    ["a name with a slash", { "X-Agent-Identity": "name=../etc" }, "name"],
    ["a name above 128", { "X-Agent-Identity": `name=${"n".repeat(129)}` }, "name"],
    ["an owner above 128", { "X-Agent-Identity": `name=a; owner=${"o".repeat(129)}` }, "owner"],
    ["a header above 1 KiB", { "X-Agent-Identity": `name=a; note=${"x".repeat(1024)}` }, "1024"],
    ["not key=value", { "X-Agent-Identity": "name=a; nonsense" }, "key=value"],
  ])("%s", async (_, headers, named) => {
    const answer = await exchange(fixture.gateway.url, {
      target: "/agents/a/openai/v1/chat/completions",
      headers,
      body: BODY,
    });
    expect(answer.status).toBe(400);
    expect(answer.header("x-tollgate-blocked")).toBe("invalid_agent_identity");
    expect(answer.header("x-should-retry")).toBe("false");
    expect(JSON.parse(answer.body.toString()).error.message).toContain(named);
    expect(fixture.upstream.requests).toHaveLength(0);
  });

  test.each(["two words", "", "a/b", "..", "x".repeat(129)])("x-agent-id %p", async (name) => {
    const answer = await exchange(fixture.gateway.url, {
      target: "/v1/chat/completions",
      headers: { "x-agent-id": name },
      body: BODY,
    });
    expect([answer.status, fixture.upstream.requests.length]).toEqual([400, 0]);
  });
});
