import { describe, expect, test } from "bun:test";
import { openerFor } from "../../server/cli/dashboard.ts";
import { runCli } from "../../server/cli/main.ts";
import { startFakeGateway, TOKEN } from "./fake-gateway.ts";
import { fakeTerminal } from "./fake-terminal.ts";

const LINK = "http://127.0.0.1:4040/#code=once";
const SCREEN = { DISPLAY: ":0" };

describe("tollgate dashboard", () => {
  test("prints a one-time link, alone on standard output", async () => {
    using gateway = startFakeGateway();
    const terminal = fakeTerminal();
    expect(await runCli(["dashboard", "--url", gateway.url, "--token", TOKEN], terminal)).toBe(0);
    expect(terminal.printed).toEqual([LINK]);
    expect(gateway.asked).toEqual(["POST /api/session/link"]);
    expect(terminal.launched).toEqual([]);
  });

  test.skipIf(process.platform !== "linux")(
    "opens the browser for a person at a screen, unless told not to",
    async () => {
      using gateway = startFakeGateway();
      const words = ["dashboard", "--url", gateway.url, "--token", TOKEN];
      const open = fakeTerminal({ isPerson: true, env: SCREEN });
      await runCli(words, open);
      expect(open.launched).toEqual([["xdg-open", LINK]]);

      const closed = fakeTerminal({ isPerson: true, env: SCREEN });
      await runCli([...words, "--no-open"], closed);
      expect(closed.launched).toEqual([]);
    },
  );

  test("knows what opens a browser where, and that a console without a screen has none", () => {
    expect(openerFor("darwin", { env: {} })).toEqual(["open"]);
    expect(openerFor("win32", { env: {} })?.[0]).toBe("rundll32");
    expect(openerFor("linux", { env: { WAYLAND_DISPLAY: "wayland-0" } })).toEqual(["xdg-open"]);
    expect(openerFor("linux", { env: {} })).toBeNull();
  });
});
