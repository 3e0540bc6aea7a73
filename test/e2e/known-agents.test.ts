import { expect, test } from "bun:test";
import { exchange } from "../support/client.ts";
import { useGateway } from "../support/fixture.ts";

const fixture = useGateway(() => ({
  file: {
    gateway: { max_agents: 1000 },
    identity: { mode: "known", forward: false },
    agents: { researcher: { owner: "team-ml" } },
  },
}));

const call = (agent: string) =>
  exchange(fixture.gateway.url, {
    target: "/v1/messages",
    headers: { "X-Agent-Identity": `name=${agent}` },
    body: JSON.stringify({ model: "claude-haiku-4-5", max_tokens: 9, messages: [] }),
  });

test("in known mode a configured agent passes and a stranger is refused in its own dialect", async () => {
  expect((await call("researcher")).status).toBe(200);
  const refused = await call("stranger");
  expect([refused.status, refused.header("x-tollgate-blocked")]).toEqual([403, "unknown_agent"]);
  expect(JSON.parse(refused.body.toString()).type).toBe("error");
  expect(fixture.upstream.requests).toHaveLength(1);
});

test("the refusal is journaled with its reason", async () => {
  await call("stranger");
  await fixture.gateway.line(
    (line) => line.type === "blocked" && line.reason === "unknown_agent",
    "of the refusal",
  );
});

test("with identity.forward off the header stays here", async () => {
  await call("researcher");
  expect(fixture.upstream.requests[0]?.header("x-agent-identity")).toBeNull();
});
