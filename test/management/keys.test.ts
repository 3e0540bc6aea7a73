import { describe, expect, test } from "bun:test";
import type { Line } from "../../server/core/event.ts";
import type { KeyAnswer, KeyEntry, KeysAnswer } from "../../server/management/wire/access.ts";
import { type Harness, NOON, post, readError, startManagement } from "./support.ts";

const DAY = 86_400_000;

async function create(api: Harness, wanted: unknown): Promise<KeyAnswer> {
  const answer = await api.asAdmin("/api/keys", post(wanted));
  expect(answer.status).toBe(200);
  return (await answer.json()) as KeyAnswer;
}

async function list(api: Harness): Promise<readonly KeyEntry[]> {
  return ((await (await api.asAdmin("/api/keys")).json()) as KeysAnswer).keys;
}

const revoke = (api: Harness, id: string) => api.asAdmin(`/api/keys/${id}`, { method: "DELETE" });

/** Listens for the administration's lines. */
function collectNotes(api: Harness): Line[] {
  const notes: Line[] = [];
  api.store.journal.onLine((line) => {
    if (line.type === "admin") notes.push(line);
  });
  return notes;
}

describe("a gateway key", () => {
  test("is made for an agent and told once; the list has everything but the key", async () => {
    await using api = startManagement();
    const made = await create(api, { agent: "researcher", name: "ci", expires_in: "30d" });
    expect(made).toEqual({
      id: expect.stringMatching(/^key_[0-9a-f]{12}$/),
      agent: "researcher",
      key: expect.stringMatching(/^tg_[\w-]{43}$/),
      expires_at: new Date(NOON + 30 * DAY).toISOString(),
    });
    expect(api.context.keys.find(made.key, NOON)).toEqual({ id: made.id, agent: "researcher" });

    const listed = await (await api.asAdmin("/api/keys")).text();
    expect(listed).not.toContain(made.key);
    expect(JSON.parse(listed)).toEqual({
      keys: [
        {
          id: made.id,
          agent: "researcher",
          name: "ci",
          created_at: new Date(NOON).toISOString(),
          expires_at: made.expires_at,
          revoked_at: null,
        },
      ],
    });
  });

  test("needs no name and no end; its lifetime may be given in milliseconds", async () => {
    await using api = startManagement();
    expect(await list(api)).toEqual([]);
    expect(await create(api, { agent: "a" })).toMatchObject({ expires_at: null });
    expect(await create(api, { agent: "b", name: null, expires_in: null })).toMatchObject({
      expires_at: null,
    });
    expect(await create(api, { agent: "c", expires_in: DAY })).toMatchObject({
      expires_at: new Date(NOON + DAY).toISOString(),
    });
    expect((await list(api)).map(({ agent, name }) => [agent, name])).toEqual([
      ["a", null],
      ["b", null],
      ["c", null],
    ]);
  });

  test("that is revoked proves nothing from then on, stays in the list, and is revoked once", async () => {
    await using api = startManagement();
    const { id, key } = await create(api, { agent: "researcher" });
    const other = await create(api, { agent: "researcher" });
    api.advance(DAY);
    const answer = await revoke(api, id);
    expect(answer.status).toBe(200);
    const revoked_at = new Date(NOON + DAY).toISOString();
    expect(await answer.json()).toMatchObject({ id, agent: "researcher", revoked_at });
    expect(api.context.keys.find(key, NOON + DAY)).toBeNull();
    expect(api.context.keys.find(other.key, NOON + DAY)).not.toBeNull();
    expect(await list(api)).toMatchObject([
      { id, revoked_at },
      { id: other.id, revoked_at: null },
    ]);

    for (const gone of [id, "key_000000000000"]) {
      const again = await revoke(api, gone);
      expect(again.status).toBe(404);
      expect(await readError(again)).toMatchObject({ code: "unknown_key" });
    }
    expect(await list(api)).toMatchObject([
      { id, revoked_at },
      { id: other.id, revoked_at: null },
    ]);
  });

  test("is written down when it is made and when it is revoked, without the key", async () => {
    await using api = startManagement();
    const notes = collectNotes(api);
    const { id, key } = await create(api, { agent: "researcher", name: "ci" });
    await revoke(api, id);
    await revoke(api, id);
    const detail = { id, name: "ci" };
    expect(notes).toMatchObject([
      { event: "key.created", agent: "researcher", detail },
      { event: "key.revoked", agent: "researcher", detail },
    ]);
    expect(JSON.stringify(notes)).not.toContain(key);
    expect(api.store.index.agents()).toEqual([]);
    expect(api.told).toEqual([]);
  });

  test.each([
    [{ agent: "a b" }, "`agent` must be"],
    [{ agent: ".." }, "`agent` must be"],
    [{ agent: "a", name: "" }, "`name` must be"],
    [{ agent: "a", name: "tab\there" }, "`name` must be"],
    [{ agent: "a", name: "x".repeat(129) }, "`name` must be"],
    [{ agent: "a", expires_in: "soon" }, "`expires_in` must be"],
    [{ agent: "a", expires_in: 30 }, "`expires_in` must be"],
    [{ agent: "a", expires_in: 0 }, "`expires_in` must be"],
    [{ agent: "a", expires_in: -1 }, "`expires_in` must be"],
    [{ agent: "a", expires_in: "3651d" }, "`expires_in` must be"],
  ])("is not made from %j, and the answer says that %s", async (wanted, says) => {
    await using api = startManagement();
    const notes = collectNotes(api);
    const answer = await api.asAdmin("/api/keys", post(wanted));
    expect(answer.status).toBe(400);
    const { code, message } = await readError(answer);
    expect([code, message]).toEqual(["invalid_parameter", expect.stringContaining(says)]);
    expect([await list(api), notes]).toEqual([[], []]);
  });

  test.each([
    {},
    { agent: 7 },
    { agent: "a", name: ["b"] },
    // Misspelt, it would be a key that lasts for ever.
    { agent: "a", expires: "1d" },
    { agent: "a", id: "key_chosen" },
    "a",
    null,
  ])("is not made from a body of another form: %j", async (wanted) => {
    await using api = startManagement();
    const answer = await api.asAdmin("/api/keys", post(wanted));
    expect(answer.status).toBe(400);
    expect(await readError(answer)).toMatchObject({ code: "invalid_body" });
    expect(await list(api)).toEqual([]);
  });

  test("is the administrator's: nobody else lists, makes or revokes one, and a key itself opens nothing", async () => {
    await using api = startManagement();
    const { id, key } = await create(api, { agent: "researcher" });
    const asAgent = { authorization: `Bearer ${key}` };
    for (const headers of [{}, asAgent]) {
      for (const [method, path] of [
        ["GET", "/api/keys"],
        ["POST", "/api/keys"],
        ["DELETE", `/api/keys/${id}`],
      ] as const) {
        const body = method === "POST" ? JSON.stringify({ agent: "evil" }) : null;
        expect((await api.fetch(path, { method, headers, body })).status).toBe(401);
      }
    }
    const foreign = await api.asAdmin(
      "/api/keys",
      post({ agent: "evil" }, { origin: "https://evil.example" }),
    );
    expect(foreign.status).toBe(403);
    expect(await list(api)).toMatchObject([{ id, revoked_at: null }]);
  });
});
