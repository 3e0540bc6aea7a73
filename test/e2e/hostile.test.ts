import { afterEach, describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { connect, exchange, type RequestParts } from "../support/client.ts";
import { useGateway } from "../support/fixture.ts";
import { json } from "../support/replies.ts";
import { startUpstream } from "../support/upstream.ts";

const MIB = 1024 * 1024;
const fixture = useGateway(() => ({ file: { gateway: { max_body: "1MiB" } } }));

const CHAT = "/agents/a/openai/v1/chat/completions";
const MESSAGES = "/agents/a/anthropic/v1/messages";
const GEMINI = "/agents/a/google/v1beta/models/gemini-2.5-flash:generateContent";
const COHERE = "/agents/a/cohere/v2/chat";

const call = (parts: RequestParts) => exchange(fixture.gateway.url, parts);

/** Whatever was thrown at it, the gateway goes on, told nothing about itself and sent nothing upstream. */
afterEach(async () => {
  expect(fixture.upstream.requests).toHaveLength(0);
  expect((await call({ method: "GET", target: "/health" })).status).toBe(200);
  expect(fixture.gateway.output()).not.toMatch(/\bat .+:\d+:\d+/);
});

describe("a body that is not what the route takes is a 4xx in the dialect", () => {
  const SHAPES: readonly (readonly [target: string, shape: object])[] = [
    [
      CHAT,
      { error: { message: expect.any(String), type: "invalid_request_error", code: expect.anything() } },
    ],
    [
      "/agents/a/openai/v1/responses",
      { error: { message: expect.any(String), type: "invalid_request_error" } },
    ],
    [MESSAGES, { type: "error", error: { type: "invalid_request_error", message: expect.any(String) } }],
    [GEMINI, { error: { code: 400, status: "INVALID_ARGUMENT", message: expect.any(String) } }],
    [COHERE, { message: expect.any(String) }],
  ];
  const BODIES = [
    "",
    "{",
    "nonsense",
    "[1,2]",
    "null",
    '"text"',
    '{"model":"m"',
    '{"model":"m"}}',
    "\u0000",
    '{"a":NaN}',
  ];

  test.each(SHAPES)("at %s", async (target, shape) => {
    for (const body of BODIES) {
      const answer = await call({ target, body });
      expect([body, answer.status]).toEqual([body, 400]);
      expect(JSON.parse(answer.body.toString())).toMatchObject(shape);
      expect(answer.header("x-tollgate-blocked")).toBe("invalid_json");
      expect(answer.header("x-should-retry")).toBe("false");
    }
  });

  test("when its brackets are a hundred thousand deep", async () => {
    const deep = `{"model":"m","messages":${"[".repeat(100_000)}`;
    expect((await call({ target: CHAT, body: deep })).status).toBe(400);
  });

  test("when a member that decides something stands twice", async () => {
    const answer = await call({ target: CHAT, body: '{"model":"cheap","messages":[],"model":"dear"}' });
    expect(answer.status).toBe(400);
    expect(answer.body.toString()).toContain("model");
  });

  test("when it is too large, announced or not", async () => {
    const large = JSON.stringify({ model: "m", messages: [{ role: "user", content: "x".repeat(2 * MIB) }] });
    expect((await call({ target: CHAT, body: large })).status).toBe(413);
    const chunk = `${large.length.toString(16)}\r\n${large}\r\n0\r\n\r\n`;
    const headers = { "Transfer-Encoding": "chunked" };
    expect((await call({ target: CHAT, headers, body: chunk })).status).toBe(413);
  });

  test("when it is a bomb", async () => {
    const bomb = gzipSync(Buffer.alloc(512 * MIB, "a"));
    const answer = await call({ target: CHAT, headers: { "Content-Encoding": "gzip" }, body: bomb });
    expect([400, 413, 415]).toContain(answer.status);
  });

  test("when its encoding is unknown", async () => {
    const answer = await call({
      target: CHAT,
      headers: { "Content-Encoding": "x-odd" },
      body: '{"model":"m"}',
    });
    expect([400, 415]).toContain(answer.status);
  });
});

describe("a path that leads nowhere is told in the caller's dialect and names what is known", () => {
  test.each([
    ["/agents/a/nosuch/v1/chat/completions", "unknown_provider"],
    ["/agents/a", "unknown_provider"],
    ["/nosuch/v1/chat/completions", "unknown_path"],
    ["/v1/../../etc/passwd", "unknown_path"],
  ])("%s", async (target, reason) => {
    const answer = await call({ target, body: "{}" });
    expect([answer.status, answer.header("x-tollgate-blocked")]).toEqual([404, reason]);
    expect(answer.body.toString()).toContain("anthropic");
  });

  test.each([
    "/agents/two%20words/openai",
    "/agents/%ff/openai",
    "/agents/a%2fb/openai",
    `/agents/${"n".repeat(129)}/openai`,
    "/agents//openai",
  ])("the agent of %s", async (target) => {
    const { status } = await call({ target, body: '{"model":"m"}' });
    expect([400, 404]).toContain(status);
  });
});

describe("headers", () => {
  test("above the limit are refused with 431", async () => {
    const answer = await call({ target: CHAT, headers: { "x-large": "x".repeat(100_000) }, body: "{}" });
    expect(answer.status).toBe(431);
  });

  test.each([
    ["not HTTP", "GARBAGE\r\n\r\n", 400],
    ["another protocol's hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400],
    ["a field without a colon", "POST /v1/messages HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n", 400],
    ["a NUL in a field", "GET /v1/models HTTP/1.1\r\nHost: x\r\nx: a\0b\r\n\r\n", 400],
    ["a negative length", "POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400],
    [
      "two lengths",
      "POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 30\r\n\r\n{}",
      400,
    ],
    [
      "a length and chunks",
      "POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      400,
    ],
    [
      "a chunk size that is none",
      "POST /v1/messages HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      400,
    ],
    ["CONNECT", "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n", 404],
  ])("%s is refused", async (_, bytes, expected) => {
    const connection = await connect(fixture.gateway.url);
    connection.send(bytes);
    const { status } = await connection.head();
    connection.close();
    expect(status).toBe(expected);
  });
});

describe("x-target-url", () => {
  const FORBIDDEN = [
    "http://169.254.169.254/latest/meta-data",
    "http://[fe80::1]/",
    "http://[::ffff:169.254.169.254]/",
    "http://metadata.google.internal/",
    "http://10.0.0.1/",
    "http://192.168.1.1/",
    "http://172.16.0.1/",
    "http://100.100.100.200/",
    "http://0.0.0.0/",
    "http://[::]/",
    "http://[::1]/",
    "http://localhost/",
    "http://localhost./",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://[::ffff:127.0.0.1]/",
    "http://[fd00:ec2::254]/",
    "http://user:secret@example.com/",
    "file:///etc/passwd",
    "gopher://example.com/",
    "ftp://example.com/",
    "javascript:alert(1)",
    "not a url",
    "//example.com",
    "",
  ];

  test.each(FORBIDDEN)("%p is refused", async (url) => {
    const answer = await call({
      target: "/v1/chat/completions",
      headers: { "x-target-url": url },
      body: '{"model":"m"}',
    });
    expect([400, 403]).toContain(answer.status);
    expect(["target_forbidden", "invalid_target_url"]).toContain(String(answer.header("x-tollgate-blocked")));
    expect(answer.body.toString()).not.toContain("secret");
  });

  test("of a private host that nobody allowed is refused although something listens there", async () => {
    await using inside = startUpstream(json({}));
    const headers = { "x-target-url": inside.origin };
    const answer = await call({ target: "/v1/chat/completions", headers, body: '{"model":"m"}' });
    expect([answer.status, inside.connections]).toEqual([403, 0]);
  });
});

test("every refusal is journaled with its reason and none of them repeats what was sent", async () => {
  const body = '{"model":"m","messages":"planted-4711"';
  const answer = await call({ target: "/agents/refused/openai/v1/chat/completions", body });
  const id = answer.header("x-tollgate-request-id");
  const line = await fixture.gateway.line(
    (one) => one.type === "blocked" && one.request_id === id,
    "of the refusal",
  );
  expect(line).toMatchObject({ reason: "invalid_json", status: 400 });
  expect(JSON.stringify(fixture.gateway.home.journal())).not.toContain("planted-4711");
});
