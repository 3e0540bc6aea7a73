import { describe, expect, test } from "bun:test";
import type { LinkAnswer, SessionAnswer } from "../../server/management/wire/access.ts";
import { type Harness, NOON, post, readError, startManagement } from "./support.ts";

describe("a session", () => {
  test("opens with the token, carries the page for twelve hours, and ends", async () => {
    await using api = startManagement();
    const opened = await api.fetch("/api/session", post({ token: api.token }, { origin: api.url }));
    expect(opened.status).toBe(200);
    expect(((await opened.json()) as SessionAnswer).expires_at).toBe(
      new Date(NOON + 12 * 3_600_000).toISOString(),
    );
    const header = opened.headers.get("set-cookie") ?? "";
    expect(header).toMatch(
      /^tollgate_session=[A-Za-z0-9_-]{43}; Path=\/api; HttpOnly; SameSite=Strict; Max-Age=43200$/,
    );
    const headers = { cookie: `theme=dark; ${header.split(";")[0]}` };
    expect((await api.fetch("/api/status", { headers })).status).toBe(200);
    api.advance(12 * 3_600_000 - 1);
    expect((await api.fetch("/api/status", { headers })).status).toBe(200);
    api.advance(1);
    const late = await api.fetch("/api/status", { headers });
    expect(late.status).toBe(401);
    expect((await readError(late)).code).toBe("session_ended");
  });

  test("ends with a logout, for whoever kept the cookie too", async () => {
    await using api = startManagement();
    const cookie = await api.logIn();
    const headers = { cookie, origin: api.url };
    const left = await api.fetch("/api/session", { method: "DELETE", headers });
    expect(left.status).toBe(204);
    expect(left.headers.get("set-cookie")).toStartWith("tollgate_session=; ");
    expect(left.headers.get("set-cookie")).toContain("Max-Age=0");
    expect((await api.fetch("/api/status", { headers })).status).toBe(401);
  });

  test("has a Secure cookie where the browser came over TLS", async () => {
    await using api = startManagement();
    const opened = await api.fetch(
      "/api/session",
      post({ token: api.token }, { "x-forwarded-proto": "https" }),
    );
    expect(opened.headers.get("set-cookie")).toEndWith("; Secure");
  });

  test("opens for nothing else", async () => {
    await using api = startManagement();
    const bodies = [
      "",
      "{",
      "null",
      "[]",
      "{}",
      '{"token":7}',
      '{"token":null}',
      `"${api.token}"`,
      `{"token":"${"x".repeat(70_000)}"}`,
    ];
    for (const body of bodies) {
      const answer = await api.fetch("/api/session", { method: "POST", body });
      expect(answer.status).toBe(400);
      expect(answer.headers.get("set-cookie")).toBeNull();
      expect((await readError(answer)).code).toBe("invalid_body");
    }
    const wrong = await api.fetch("/api/session", post({ token: "tga_wrong" }));
    expect(wrong.status).toBe(401);
    expect(await wrong.text()).not.toContain("tga_wrong");
  });

  test("is kept as a hash, and its opening and closing are in the journal without it", async () => {
    await using api = startManagement();
    const cookie = await api.logIn();
    const id = cookie.split("=")[1] ?? "";
    await api.fetch("/api/session", { method: "DELETE", headers: { cookie, origin: api.url } });
    expect(api.store.state.findSession(id, NOON)).toBeNull();
    const { entries } = api.store.index.logs({ type: "admin" }, 10, null);
    expect(entries).toHaveLength(2);
    expect(JSON.stringify(entries)).not.toContain(id);
  });
});

describe("a link", () => {
  async function make(api: Harness): Promise<LinkAnswer> {
    return (await (await api.asAdmin("/api/session/link", { method: "POST" })).json()) as LinkAnswer;
  }

  test("opens one session, once, with the code in the fragment of its address", async () => {
    await using api = startManagement();
    const link = await make(api);
    expect(link.url).toBe(`http://127.0.0.1:4040/#code=${link.code}`);
    expect(link.expires_at).toBe(new Date(NOON + 60_000).toISOString());
    const first = await api.fetch("/api/session", post({ code: link.code }));
    expect(first.status).toBe(200);
    const cookie = first.headers.get("set-cookie")?.split(";")[0] ?? "";
    expect((await api.fetch("/api/status", { headers: { cookie } })).status).toBe(200);
    const second = await api.fetch("/api/session", post({ code: link.code }));
    expect(second.status).toBe(401);
    expect((await readError(second)).code).toBe("invalid_code");
  });

  test("is of no use after a minute, and never as a token", async () => {
    await using api = startManagement();
    const link = await make(api);
    const headers = { authorization: `Bearer ${link.code}` };
    expect((await api.fetch("/api/status", { headers })).status).toBe(401);
    api.advance(60_000);
    expect((await api.fetch("/api/session", post({ code: link.code }))).status).toBe(401);
  });
});
