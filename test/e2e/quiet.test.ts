import { expect, test } from "bun:test";
import { useGateway } from "../support/fixture.ts";

const fixture = useGateway();

test("management is asked and obeyed without a word on the gateway's terminal", async () => {
  const { url, adminToken, output } = fixture.gateway;
  const before = output();
  const ask = (method: string, path: string, body: unknown = null) =>
    fetch(`${url}/api${path}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}` },
      body: body === null ? null : JSON.stringify(body),
    });
  for (const answer of [
    await ask("GET", "/status"),
    await ask("PATCH", "/agents/quiet", { owner: "team-ml" }),
    await ask("PUT", "/budget/quiet", { hourly: 5 }),
    await ask("POST", "/keys", { agent: "quiet" }),
    await ask("POST", "/policies", { name: "p", condition: "cost_today > 5", action: "deny" }),
    await ask("POST", "/policies/test", { name: "p" }),
    await ask("POST", "/agents/quiet/pause", {}),
    await ask("POST", "/tokens", { role: "viewer" }),
    await ask("POST", "/events", { agent_id: "quiet", event_type: "heartbeat" }),
    await ask("GET", "/reports"),
  ])
    expect([answer.url, answer.ok]).toEqual([answer.url, true]);
  expect(output()).toBe(before);
});
