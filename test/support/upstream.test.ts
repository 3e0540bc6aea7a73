import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { gunzipSync } from "node:zlib";
import { connect, exchange, renderRequest } from "./client.ts";
import { cut, flood, json, resetAtOnce, silence, stream, verbatim, whole } from "./replies.ts";
import { until } from "./signals.ts";
import { startUpstream } from "./upstream.ts";

const upstream = startUpstream();
beforeEach(() => upstream.reset());
afterAll(() => upstream[Symbol.asyncDispose]());

const post = { target: "/v1/chat/completions?a=%2F", headers: { "X-Odd": "Kept", "x-odd": "twice" } };

describe("the scripted upstream", () => {
  test("records a request as it came: target, spelling of headers, body", async () => {
    await exchange(upstream.origin, { ...post, body: '{"model":"m"}' });
    const [request] = upstream.requests;
    expect(request?.target).toBe("/v1/chat/completions?a=%2F");
    expect(request?.fields.filter(([name]) => name.toLowerCase() === "x-odd")).toEqual([
      ["X-Odd", "Kept"],
      ["x-odd", "twice"],
    ]);
    expect(request?.json()).toEqual({ model: "m" });
  });

  test("takes a chunked body apart, and answers several requests on one connection", async () => {
    const connection = await connect(upstream.origin);
    const head = "POST /v1/embeddings HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    connection.send(`${head}3\r\n{"a\r\n4\r\n":1}\r\n0\r\n\r\n`);
    await upstream.next();
    connection.send(renderRequest(upstream.origin, { method: "GET", target: "/v1/models" }));
    await upstream.next();
    expect(upstream.requests.map(({ body }) => new TextDecoder().decode(body))).toEqual(['{"a":1}', ""]);
    connection.close();
  });

  test("streams in any pieces, at the pace the test sets", async () => {
    const gate = Promise.withResolvers<void>();
    upstream.replyOnce(
      stream(cut("data: ✓\n\n", 1), { before: (index) => (index === 7 ? gate.promise : undefined) }),
    );
    const connection = await connect(upstream.origin);
    connection.send(renderRequest(upstream.origin, post));
    await connection.sees("data: ");
    expect(connection.received).toBeLessThan(9);
    gate.resolve();
    expect((await connection.answer()).body.toString()).toBe("data: ✓\n\n");
    connection.close();
  });

  test("resets before the answer, and in the middle of it", async () => {
    upstream.replyOnce(resetAtOnce);
    const first = await connect(upstream.origin);
    first.send(renderRequest(upstream.origin, post));
    expect(await first.head().catch(String)).toContain("ended before an answer");
    upstream.replyOnce(stream(["data: 1\n\n"], { ending: "reset" }));
    const second = await exchange(upstream.origin, post);
    expect([second.body.toString(), second.isWhole]).toEqual(["data: 1\n\n", false]);
  });

  test("closes in good order before the end, and lies about the length", async () => {
    upstream.replyOnce(stream(["data: 1\n\n"], { ending: "close" }));
    expect((await exchange(upstream.origin, post)).isWhole).toBe(false);
    upstream.replyOnce(whole("short", { claimedLength: 500 }));
    expect((await exchange(upstream.origin, post)).isWhole).toBe(false);
    upstream.replyOnce(verbatim("HTTP/1.1 200 OK\r\n\r\nuntil the close"));
    expect((await exchange(upstream.origin, post)).isWhole).toBe(true);
  });

  test("compresses unasked and repeats headers", async () => {
    const cookies = [["Set-Cookie", "a=1"] as const, ["Set-Cookie", "b=2"] as const];
    upstream.replyOnce(json({ a: 1 }, { encoding: "gzip", headers: cookies }));
    const answer = await exchange(upstream.origin, post);
    expect(gunzipSync(answer.body).toString()).toBe('{"a":1}');
    expect(answer.fields.filter(([name]) => name === "Set-Cookie")).toHaveLength(2);
  });

  test("tells that the client has gone, and how much it had taken", async () => {
    upstream.replyOnce(flood(256 * 1024 * 1024));
    const connection = await connect(upstream.origin);
    connection.pause();
    connection.send(renderRequest(upstream.origin, post));
    const taken = await upstream.next();
    await until(() => (taken.accepted > 1024 * 1024 ? true : null), "a full window");
    expect(taken.accepted).toBeLessThan(32 * 1024 * 1024);
    connection.vanish();
    await taken.gone;
  });

  test("says nothing when told to", async () => {
    upstream.replyOnce(silence);
    const connection = await connect(upstream.origin);
    connection.send(renderRequest(upstream.origin, post));
    const { gone } = await upstream.next();
    connection.close();
    await gone;
    expect(connection.received).toBe(0);
  });
});
