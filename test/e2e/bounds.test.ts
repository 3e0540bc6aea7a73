import { expect, test } from "bun:test";
import { connect, exchange } from "../support/client.ts";
import { useGateway } from "../support/fixture.ts";

const fixture = useGateway(() => ({
  file: { gateway: { max_agents: 3, header_timeout: "300ms", default_agent: "first" } },
}));
const BODY = JSON.stringify({ model: "gpt-4o-mini", messages: [] });

test("no more agents come to be than max_agents, and those that exist go on", async () => {
  const call = (agent: string) =>
    exchange(fixture.gateway.url, { target: `/agents/${agent}/openai/v1/chat/completions`, body: BODY });
  const statuses: number[] = [];
  for (const agent of ["first", "second", "third", "fourth", "fifth", "second"]) {
    statuses.push((await call(agent)).status);
  }
  expect(statuses).toEqual([200, 200, 200, 403, 403, 200]);
  expect((await call("sixth")).header("x-tollgate-blocked")).toBe("too_many_agents");
  expect(fixture.upstream.requests).toHaveLength(4);
});

test("a body that does not come is not waited for, and its sender is told in its dialect", async () => {
  const connection = await connect(fixture.gateway.url);
  connection.send(
    "POST /agents/first/anthropic/v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
  );
  const answer = await connection.answer();
  expect(answer.status).toBe(408);
  expect(JSON.parse(answer.body.toString())).toMatchObject({ type: "error" });
  connection.close();
});

test("a sender that leaves half-way through its body is noticed at once, and its call never begins", async () => {
  const connection = await connect(fixture.gateway.url);
  connection.send(
    "POST /agents/second/openai/v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n{",
  );
  connection.vanish();
  // Not `request_timeout`: that is what a sender gets who stays and is silent.
  const line = await fixture.gateway.line(
    (one) => one.type === "blocked" && one.agent === "second",
    "of the sender that left",
  );
  expect(line).toMatchObject({ reason: "invalid_request" });
  expect(fixture.upstream.requests).toHaveLength(0);
});
