import { describe, expect, test } from "bun:test";
import { readSmallJson } from "../../server/management/body.ts";
import type { TokenAnswer } from "../../server/management/wire/access.ts";
import { connect } from "../support/client.ts";
import { post, startManagement } from "./support.ts";

/** Routes that take a body: each way in which one does. */
const ROUTES = [
  ["POST", "/api/events"],
  ["POST", "/api/tokens"],
  ["POST", "/api/keys"],
  ["POST", "/api/policies/test"],
  ["POST", "/api/agents/researcher/pause"],
  ["PATCH", "/api/agents/researcher"],
  ["PUT", "/api/budget/researcher"],
  ["PUT", "/api/providers/openai"],
  ["PATCH", "/api/config"],
  ["POST", "/api/unheard-of"],
] as const;

describe("a body", () => {
  test.each(ROUTES)("of %s %s is not waited for where nobody is let in", async (method, path) => {
    await using api = startManagement();
    const connection = await connect(api.url);
    const { host } = new URL(api.url);
    connection.send(`${method} ${path} HTTP/1.1\r\nhost: ${host}\r\ncontent-length: 1000\r\n\r\n{"`);
    expect((await connection.answer()).status).toBe(401);
    connection.close();
  });

  test("that is long in coming is taken only from somebody who may still be here when it has come", async () => {
    await using api = startManagement();
    const made = await api.asAdmin("/api/tokens", post({ role: "admin" }));
    const { id, token } = (await made.json()) as TokenAnswer;
    const connection = await connect(api.url);
    const body = JSON.stringify({ role: "admin", name: "too late" });
    const head = `POST /api/tokens HTTP/1.1\r\nhost: ${new URL(api.url).host}\r\nauthorization: Bearer ${token}\r\n`;
    connection.send(`${head}content-length: ${body.length}\r\n\r\n${body.slice(0, 5)}`);
    // A whole request later the head of the first one has been judged.
    expect((await api.asAdmin(`/api/tokens/${id}`, { method: "DELETE" })).status).toBe(200);
    connection.send(body.slice(5));
    expect((await connection.answer()).status).toBe(401);
    connection.close();
    expect(api.store.state.readTokens().map(({ name }) => name)).toEqual([null]);
  });

  test("that is nested deeper than anything that is taken is none, and costs no parsing", async () => {
    const read = (body: string) => readSmallJson(new Request("http://localhost/", { method: "POST", body }));
    const nest = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    expect(await read(nest(65))).toBeNull();
    expect(await read(nest(64))).not.toBeNull();
    expect(await read(`{"a":${nest(63)},"b":${nest(63)}}`)).not.toBeNull();
    const text = { quoted: `\\"${"[{".repeat(100)}`, ["[[[[".repeat(30)]: 1 };
    expect(await read(JSON.stringify(text))).toEqual(text);
    await using api = startManagement();
    const answer = await api.asAdmin("/api/events", { method: "POST", body: nest(30_000) });
    expect(answer.status).toBe(400);
    expect((await api.asAdmin("/api/events", post({ agent_id: "a", event_type: "custom" }))).status).toBe(
      200,
    );
  });
});
