import { describe, expect, test } from "bun:test";
import type { Line } from "../../server/core/event.ts";
import type { Role } from "../../server/core/role.ts";
import { hashSecret } from "../../server/management/secrets.ts";
import { createTokenRing } from "../../server/management/token-ring.ts";
import type {
  LinkAnswer,
  TokenAnswer,
  TokenEntry,
  TokensAnswer,
} from "../../server/management/wire/access.ts";
import { type Harness, NOON, post, readError, startManagement } from "./support.ts";

const DAY = 86_400_000;

async function create(api: Harness, wanted: object): Promise<TokenAnswer> {
  const answer = await api.asAdmin("/api/tokens", post(wanted));
  expect(answer.status).toBe(200);
  return (await answer.json()) as TokenAnswer;
}

async function list(api: Harness): Promise<readonly TokenEntry[]> {
  return ((await (await api.asAdmin("/api/tokens")).json()) as TokensAnswer).tokens;
}

const revoke = (api: Harness, id: string) => api.asAdmin(`/api/tokens/${id}`, { method: "DELETE" });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
// Bun's client takes headers, which the browser's type does not know.
const inHeader = (token: string) => ({ headers: bearer(token) }) as unknown as string[];
const statusOf = async (api: Harness, path: string, init: RequestInit) =>
  (await api.fetch(path, init)).status;

describe("a further token", () => {
  test("is told once, kept as a hash, and listed with everything but itself", async () => {
    await using api = startManagement();
    const made = await create(api, { role: "viewer", name: "grafana", expires_in: "30d" });
    expect(made).toEqual({
      id: expect.stringMatching(/^tok_[0-9a-f]{12}$/),
      role: "viewer",
      token: expect.stringMatching(/^tga_[\w-]{43}$/),
      expires_at: new Date(NOON + 30 * DAY).toISOString(),
    });
    const listed = await (await api.asAdmin("/api/tokens")).text();
    expect(listed).not.toContain(made.token);
    expect(listed).not.toContain(hashSecret(made.token));
    expect(JSON.parse(listed)).toEqual({
      tokens: [
        {
          id: made.id,
          name: "grafana",
          role: "viewer",
          created_at: new Date(NOON).toISOString(),
          expires_at: made.expires_at,
          revoked_at: null,
          last_used_at: null,
        },
      ],
    });
    expect(api.store.state.readTokens()).toMatchObject([{ id: made.id, hash: hashSecret(made.token) }]);
  });

  test("of a viewer reads everything and changes nothing", async () => {
    await using api = startManagement();
    api.setAgent("researcher");
    const { token } = await create(api, { role: "viewer" });
    for (const path of ["/api/status", "/api/agents", "/api/agents/researcher", "/api/logs", "/api/tokens"]) {
      expect([path, await statusOf(api, path, { headers: bearer(token) })]).toEqual([path, 200]);
    }
    const replay = post({ condition: "cost_today > 5" }, bearer(token));
    expect(await statusOf(api, "/api/policies/test", replay)).toBe(200);
    const pause = await api.fetch("/api/agents/researcher/pause", post({}, bearer(token)));
    expect(pause.status).toBe(403);
    expect(await readError(pause)).toEqual({
      code: "forbidden",
      message: "A token of the role `viewer` may not do this. Use one of the role `admin`.",
      details: { role: "viewer", needed: "admin" },
    });
    expect(api.controls.pauses.find("researcher")).toBeNull();
  });

  test("of an admin does what the first one does, and makes and ends others", async () => {
    await using api = startManagement();
    const { token } = await create(api, { role: "admin" });
    const made = await api.fetch("/api/tokens", post({ role: "ingest" }, bearer(token)));
    const { id } = (await made.json()) as TokenAnswer;
    expect(await statusOf(api, `/api/tokens/${id}`, { method: "DELETE", headers: bearer(token) })).toBe(200);
  });

  test("opens nothing from the moment it is revoked, nor do its session and its link; others go on", async () => {
    await using api = startManagement();
    const viewer = await create(api, { role: "viewer" });
    const other = await create(api, { role: "viewer" });
    const logIn = await api.fetch("/api/session", post({ token: viewer.token }));
    const headers = { cookie: logIn.headers.get("set-cookie")?.split(";")[0] ?? "", origin: api.url };
    const link = await api.fetch("/api/session/link", post({}, bearer(viewer.token)));
    const { code } = (await link.json()) as LinkAnswer;
    expect(await statusOf(api, "/api/status", { headers })).toBe(200);

    const answer = await revoke(api, viewer.id);
    expect(await answer.json()).toMatchObject({ id: viewer.id, revoked_at: new Date(NOON).toISOString() });
    expect(await statusOf(api, "/api/status", { headers: bearer(viewer.token) })).toBe(401);
    expect(await statusOf(api, "/api/status", { headers })).toBe(401);
    expect(await statusOf(api, "/api/session", post({ code }))).toBe(401);
    expect(await statusOf(api, "/api/status", { headers: bearer(other.token) })).toBe(200);
    for (const gone of [viewer.id, "tok_000000000000"]) {
      const again = await revoke(api, gone);
      expect([again.status, (await readError(again)).code]).toEqual([404, "unknown_token"]);
    }
  });

  test("opens nothing once it has expired, nor does the session that it opened", async () => {
    await using api = startManagement();
    const { token } = await create(api, { role: "viewer", expires_in: "1h" });
    const logIn = await api.fetch("/api/session", post({ token }));
    const cookie = logIn.headers.get("set-cookie")?.split(";")[0] ?? "";
    api.advance(3_600_000 - 1);
    expect(await statusOf(api, "/api/status", { headers: { cookie } })).toBe(200);
    api.advance(1);
    expect(await statusOf(api, "/api/status", { headers: { cookie } })).toBe(401);
    expect(await statusOf(api, "/api/status", { headers: bearer(token) })).toBe(401);
    expect(await statusOf(api, "/api/session", post({ token }))).toBe(401);
  });

  test("gives its role to its session and to whoever follows its link", async () => {
    await using api = startManagement();
    api.setAgent("researcher");
    const { token } = await create(api, { role: "viewer" });
    const link = await api.fetch("/api/session/link", post({}, bearer(token)));
    const { code } = (await link.json()) as LinkAnswer;
    for (const shown of [{ token }, { code }]) {
      const opened = await api.fetch("/api/session", post(shown));
      const headers = { cookie: opened.headers.get("set-cookie")?.split(";")[0] ?? "", origin: api.url };
      expect(await statusOf(api, "/api/agents", { headers })).toBe(200);
      const pause = { method: "POST", headers };
      expect(await statusOf(api, "/api/agents/researcher/pause", pause)).toBe(403);
      expect(await statusOf(api, "/api/session", { method: "DELETE", headers })).toBe(204);
    }
    expect(api.controls.pauses.find("researcher")).toBeNull();
  });

  test("for reporting events opens neither the page nor the live feed", async () => {
    await using api = startManagement();
    const { token } = await create(api, { role: "ingest" });
    const logIn = await api.fetch("/api/session", post({ token }));
    expect([logIn.status, logIn.headers.get("set-cookie")]).toEqual([403, null]);

    const byHeader = new WebSocket(`${api.url.replace("http", "ws")}/api/live`, inHeader(token));
    await new Promise((resolve) => byHeader.addEventListener("close", resolve));
    const byMessage = new WebSocket(`${api.url.replace("http", "ws")}/api/live`);
    byMessage.addEventListener("open", () => byMessage.send(JSON.stringify({ type: "auth", token })));
    const frames: unknown[] = [];
    byMessage.addEventListener("message", ({ data }) => frames.push(data));
    const closed = await new Promise<CloseEvent>((resolve) => byMessage.addEventListener("close", resolve));
    expect([closed.code, frames]).toEqual([4403, []]);
  });

  test("leaves the feed a second after it is revoked", async () => {
    await using api = startManagement();
    const { id, token } = await create(api, { role: "viewer" });
    const socket = new WebSocket(`${api.url.replace("http", "ws")}/api/live`, inHeader(token));
    await new Promise((resolve) => socket.addEventListener("message", resolve, { once: true }));
    const closed = new Promise<CloseEvent>((resolve) => socket.addEventListener("close", resolve));
    await revoke(api, id);
    api.tick();
    expect((await closed).code).toBe(4401);
  });

  test("says to the minute when it was last used, and is not written down more often", async () => {
    await using api = startManagement();
    const { id, token } = await create(api, { role: "viewer" });
    const used = async () => (await list(api)).find((entry) => entry.id === id)?.last_used_at;
    await api.fetch("/api/status", { headers: bearer(token) });
    expect(await used()).toBe(new Date(NOON).toISOString());
    api.advance(59_999);
    await api.fetch("/api/status", { headers: bearer(token) });
    expect(await used()).toBe(new Date(NOON).toISOString());
    api.advance(1);
    await api.fetch("/api/status", { headers: bearer(token) });
    expect(await used()).toBe(new Date(NOON + 60_000).toISOString());
    expect(api.store.state.readTokens()).toMatchObject([{ id, used: NOON + 60_000 }]);
  });

  test("is there after a restart, and so is what became of it", async () => {
    await using api = startManagement();
    const kept = await create(api, { role: "ingest", name: "sdk" });
    const ended = await create(api, { role: "viewer" });
    await revoke(api, ended.id);
    const ring = createTokenRing(api.store.state, () => new Uint8Array());
    expect(ring.find(hashSecret(kept.token), NOON)).toMatchObject({ id: kept.id, role: "ingest" });
    expect(ring.find(hashSecret(ended.token), NOON)).toBeNull();
    expect(ring.list().map(({ id }) => id)).toEqual([kept.id, ended.id]);
  });

  test("is written down when it is made and when it is revoked, without itself", async () => {
    await using api = startManagement();
    const notes: Line[] = [];
    api.store.journal.onLine((line) => notes.push(line));
    const { id, token } = await create(api, { role: "viewer", name: "ci" });
    await revoke(api, id);
    const detail = { id, name: "ci", role: "viewer" };
    expect(notes).toMatchObject([
      { type: "admin", event: "token.created", detail },
      { type: "admin", event: "token.revoked", detail },
    ]);
    expect(JSON.stringify(notes)).not.toContain(token);
  });

  test.each([
    [{ role: "root" }, "`role` must be one of viewer, admin, ingest"],
    [{ role: "viewer", name: "" }, "`name` must be"],
    [{ role: "viewer", expires_in: "soon" }, "`expires_in` must be"],
    [{ role: "viewer", expires_in: 0 }, "`expires_in` must be"],
  ])("is not made from %j, and the answer says that %s", async (wanted, says) => {
    await using api = startManagement();
    const answer = await api.asAdmin("/api/tokens", post(wanted));
    expect(answer.status).toBe(400);
    expect((await readError(answer)).message).toContain(says);
    expect(await list(api)).toEqual([]);
  });

  test.each([{}, { role: 7 }, { role: "viewer", expires: "1d" }, { role: "viewer", token: "chosen" }, null])(
    "is not made from a body of another form: %j",
    async (wanted) => {
      await using api = startManagement();
      const answer = await api.asAdmin("/api/tokens", post(wanted));
      expect([answer.status, (await readError(answer)).code]).toEqual([400, "invalid_body"]);
      expect(await list(api)).toEqual([]);
    },
  );

  test("is no gateway key, whatever its role", async () => {
    await using api = startManagement();
    const roles: Role[] = ["viewer", "admin", "ingest"];
    for (const role of roles) {
      const { token } = await create(api, { role });
      expect(api.context.keys.find(token, NOON)).toBeNull();
    }
  });
});
