import { describe, expect, test } from "bun:test";
import { renderKeys } from "../../server/cli/keys.ts";
import { runCli } from "../../server/cli/main.ts";
import { styleFor } from "../../server/cli/style.ts";
import type { KeyEntry } from "../../server/management/wire/access.ts";
import { type Harness, NOON, startManagement } from "../management/support.ts";
import { fakeTerminal } from "./fake-terminal.ts";

async function run(api: Harness, ...words: string[]) {
  const terminal = fakeTerminal({ now: () => NOON });
  const code = await runCli(["keys", ...words, "--url", api.url, "--token", api.token], terminal);
  return { code, printed: terminal.printed, complained: terminal.complained };
}

describe("tollgate keys create", () => {
  test("prints the key alone, so that it can be piped, and everything about it beside", async () => {
    await using api = startManagement();
    const { code, printed, complained } = await run(api, "create", "researcher");
    expect(code).toBe(0);
    expect(printed).toEqual([expect.stringMatching(/^tg_[\w-]{43}$/)]);
    const [key] = api.context.keys.list();
    expect(complained).toEqual([
      `This key is shown this once. It proves researcher until it is revoked; its id is ${key?.id}.`,
      "The agent sends it as its SDK's API key, or as the header x-tollgate-key.",
      'No agent "researcher" has called or is configured.',
    ]);
    expect(api.context.keys.find(printed[0] ?? "", NOON)).toEqual({ id: key?.id ?? "", agent: "researcher" });
  });

  test("takes a name and a lifetime", async () => {
    await using api = startManagement();
    const { complained } = await run(api, "create", "researcher", "--name", "the ci", "--expires", "30d");
    expect(complained[0]).toContain("It proves researcher until 2026-02-09 12:00:00Z;");
    expect(api.context.keys.list()).toMatchObject([{ name: "the ci", expires: NOON + 30 * 86_400_000 }]);
  });

  test.each([
    [[], "The agent that the key is to prove is missing."],
    [["a b"], '"a b" cannot be an agent'],
    [["a", "--expires", "soon"], '--expires is "soon"; expected a span'],
    [["a", "b"], 'The word "b" has no meaning here.'],
    [["a", "--expire", "1d"], "did you mean --expires?"],
  ])("with the words %j ends with 2, says why and makes none", async (words, says) => {
    await using api = startManagement();
    const { code, printed, complained } = await run(api, "create", ...words);
    expect([code, printed]).toEqual([2, []]);
    expect(complained[0]).toContain(says);
    expect(complained[1]).toBe("`tollgate keys create --help` shows what is possible.");
    expect(api.context.keys.list()).toEqual([]);
  });

  test("tells what the gateway has against it, and ends with 1", async () => {
    await using api = startManagement();
    const { code, complained } = await run(api, "create", "a", "--expires", "4000d");
    expect(code).toBe(1);
    expect(complained[0]).toContain("`expires_in` must be a span from 1s to 3650d");
  });
});

describe("tollgate keys list", () => {
  const key = (over: Partial<KeyEntry>): KeyEntry => ({
    id: "key_0a1b2c3d4e5f",
    agent: "researcher",
    name: null,
    created_at: "2026-01-01T00:00:00.000Z",
    expires_at: null,
    revoked_at: null,
    ...over,
  });

  test("says of each key whether it works", () => {
    const lines = renderKeys(
      [
        key({ name: "ci\u001b[2J" }),
        key({ expires_at: "2026-01-10T12:00:00.000Z" }),
        key({ expires_at: "2026-01-10T12:00:01.000Z" }),
        key({ revoked_at: "2026-01-02T00:00:00.000Z", expires_at: "2026-01-03T00:00:00.000Z" }),
      ],
      NOON,
      120,
      styleFor(fakeTerminal()),
    );
    expect(lines).toEqual([
      "ID                AGENT       NAME    STATE    CREATED               EXPIRES",
      "key_0a1b2c3d4e5f  researcher  ci\u{FFFD}[2J  works    2026-01-01 00:00:00Z  never",
      "key_0a1b2c3d4e5f  researcher  —       expired  2026-01-01 00:00:00Z  2026-01-10 12:00:00Z",
      "key_0a1b2c3d4e5f  researcher  —       works    2026-01-01 00:00:00Z  2026-01-10 12:00:01Z",
      "key_0a1b2c3d4e5f  researcher  —       revoked  2026-01-01 00:00:00Z  2026-01-03 00:00:00Z",
    ]);
  });

  test("prints the API's answer as JSON, and never a key itself", async () => {
    await using api = startManagement();
    const { printed } = await run(api, "create", "researcher");
    const listed = await run(api, "list", "--json");
    expect(listed.code).toBe(0);
    expect(listed.complained).toEqual([]);
    const answer = await (await api.asAdmin("/api/keys")).json();
    expect(JSON.parse(listed.printed.join("\n"))).toEqual(answer);
    const table = (await run(api, "list")).printed;
    expect(table).toHaveLength(2);
    expect(JSON.stringify([listed.printed, table])).not.toContain(printed[0]);
  });

  test("teaches the next step while there is no key", async () => {
    await using api = startManagement();
    const hint = "No key yet. Make one with `tollgate keys create <agent>`.";
    expect(await run(api, "list")).toEqual({ code: 0, printed: [], complained: [hint] });
    expect((await run(api, "list", "--json")).printed.join("\n")).toBe('{\n  "keys": []\n}');
  });
});

describe("tollgate keys revoke", () => {
  test("ends one key and says whose it was", async () => {
    await using api = startManagement();
    const { printed } = await run(api, "create", "researcher");
    const id = api.context.keys.list()[0]?.id ?? "";
    const revoked = await run(api, "revoke", id);
    expect(revoked).toEqual({ code: 0, printed: [`${id} of researcher is revoked.`], complained: [] });
    expect(api.context.keys.find(printed[0] ?? "", NOON)).toBeNull();

    const again = await run(api, "revoke", id);
    expect(again.code).toBe(1);
    expect(again.complained[0]).toContain("There is no key of this id, or it was revoked before.");
  });

  test.each([[], ["../status"], ["tg_the-key-itself"], ["researcher"]])(
    "with the words %j ends with 2, asks nothing of the gateway and repeats no key",
    async (...words: string[]) => {
      await using api = startManagement();
      const terminal = fakeTerminal({ now: () => NOON });
      const target = ["--url", "http://127.0.0.1:1", "--token", api.token];
      expect(await runCli(["keys", "revoke", ...words, ...target], terminal)).toBe(2);
      expect(terminal.printed).toEqual([]);
      expect(terminal.complained[0]).toContain("`tollgate keys list` shows it");
      expect(terminal.complained.join("\n")).not.toContain("tg_the-key-itself");
    },
  );
});

test("tollgate keys alone lists them", async () => {
  await using api = startManagement();
  await run(api, "create", "researcher");
  expect(await run(api)).toEqual(await run(api, "list"));
});
