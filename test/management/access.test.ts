import { describe, expect, test } from "bun:test";
import { hashSecret } from "../../server/management/secrets.ts";
import { post, readError, startManagement, UPSTREAM_KEY } from "./support.ts";

const ROUTES = [
  ["GET", "/api/status"],
  ["GET", "/api/agents"],
  ["GET", "/api/agents/researcher"],
  ["GET", "/api/logs"],
  ["GET", "/api/logs?format=csv"],
  ["GET", "/api/logs?nonsense=1"],
  ["DELETE", "/api/session"],
  ["POST", "/api/session/link"],
  ["POST", "/api/config/reload"],
  ["GET", "/api/unheard-of"],
  ["PUT", "/api/unheard-of"],
  ["GET", "/api/live"],
  ["GET", "/api"],
] as const;

describe("a request", () => {
  test.each(ROUTES)("%s %s needs a login", async (method, path) => {
    await using api = startManagement();
    const bare = await api.fetch(path, { method });
    expect(bare.status).toBe(401);
    expect(bare.headers.get("www-authenticate")).toContain("Bearer");
    expect((await readError(bare)).code).toBe("unauthorized");

    const wrong = await api.fetch(path, { method, headers: { authorization: "Bearer tga_wrong" } });
    expect(wrong.status).toBe(401);
    expect((await readError(wrong)).code).toBe("invalid_token");

    const basic = await api.fetch(path, { method, headers: { authorization: `Basic ${api.token}` } });
    expect(basic.status).toBe(401);
  });

  test("passes with the admin token, and an unknown route is told as an error of the same shape", async () => {
    await using api = startManagement();
    expect((await api.asAdmin("/api/status")).status).toBe(200);
    for (const [method, path] of [
      ["GET", "/api/unheard-of"],
      ["POST", "/api/status"],
      ["GET", "/api"],
    ] as const) {
      const answer = await api.asAdmin(path, { method });
      expect(answer.status).toBe(404);
      expect(await readError(answer)).toEqual({
        code: "unknown_route",
        message: expect.any(String),
        details: null,
      });
    }
  });

  test("is never answered with a secret", async () => {
    await using api = startManagement();
    await api.logIn();
    api.setAgent("researcher");
    const secrets = [api.token, hashSecret(api.token), UPSTREAM_KEY];
    const reports = ROUTES.map(async ([method, path]) => {
      const [granted, refused] = [await api.asAdmin(path, { method }), await api.fetch(path, { method })];
      for (const answer of [granted, refused]) {
        const told = JSON.stringify([...answer.headers]) + (await answer.text());
        for (const secret of secrets) expect(told).not.toContain(secret);
      }
    });
    await Promise.all(reports);
    expect(api.told).toEqual([]);
  });

  test("to a name that is not the gateway's is refused, with the right token too", async () => {
    await using api = startManagement({ host: "gate.example" });
    const rebound = await api.asAdmin("/api/status", { headers: { host: "evil.example:4040" } });
    expect(rebound.status).toBe(421);
    expect(await readError(rebound)).toMatchObject({ code: "unknown_host" });
    for (const host of ["gate.example", "localhost:4040", "x.localhost"]) {
      expect((await api.asAdmin("/api/status", { headers: { host } })).status).toBe(200);
    }
    const logIn = await api.fetch("/api/session", post({ token: api.token }, { host: "evil.example" }));
    expect(logIn.status).toBe(421);
    expect(logIn.headers.get("set-cookie")).toBeNull();
  });

  test("that changes something is refused when a page elsewhere sent it", async () => {
    await using api = startManagement();
    for (const origin of ["https://evil.example", "null", "http://localhost:3000"]) {
      for (const [method, path] of [
        ["POST", "/api/config/reload"],
        ["POST", "/api/session/link"],
        ["DELETE", "/api/session"],
      ] as const) {
        const answer = await api.asAdmin(path, { method, headers: { origin } });
        expect(answer.status).toBe(403);
        expect(await readError(answer)).toMatchObject({ code: "foreign_origin" });
      }
      const logIn = await api.fetch("/api/session", post({ token: api.token }, { origin }));
      expect(logIn.status).toBe(403);
    }
    expect(
      (await api.asAdmin("/api/session/link", { method: "POST", headers: { origin: api.url } })).status,
    ).toBe(200);
    expect((await api.asAdmin("/api/session/link", { method: "POST" })).status).toBe(200);
  });

  test("that changes something with the cookie alone must say its origin", async () => {
    await using api = startManagement();
    const cookie = await api.logIn();
    const link = (headers: Record<string, string>) =>
      api.fetch("/api/session/link", { method: "POST", headers: { cookie, ...headers } });
    expect((await link({})).status).toBe(403);
    expect((await link({ origin: "http://evil.example" })).status).toBe(403);
    expect((await link({ origin: api.url })).status).toBe(200);
  });
});
