import { expect, test } from "bun:test";
import { useGateway } from "../support/fixture.ts";

const fixture = useGateway();

test("a call to the dashboard's port is told where calls go, and goes nowhere", async () => {
  const { url, dashboardUrl } = fixture.gateway;
  const body = JSON.stringify({ model: "gpt-4o-mini", messages: [] });
  const answer = await fetch(`${dashboardUrl}/agents/a/openai`, { method: "POST", body });
  expect([answer.status, await answer.text()]).toEqual([
    404,
    `Nothing is served here. Agents call ${url}.\n`,
  ]);
  expect(fixture.upstream.requests).toEqual([]);
});
