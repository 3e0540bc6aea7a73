import { describe, expect, test } from "bun:test";
import { runCli } from "../../server/cli/main.ts";
import { renderPause } from "../../server/cli/pause-text.ts";
import { type Harness, NOON, startManagement } from "../management/support.ts";
import { agentStatus } from "./fake-gateway.ts";
import { fakeTerminal } from "./fake-terminal.ts";

async function run(api: Harness, ...words: string[]) {
  const terminal = fakeTerminal({ now: () => NOON });
  const code = await runCli(["pause", ...words, "--url", api.url, "--token", api.token], terminal);
  return { code, printed: terminal.printed, complained: terminal.complained };
}

const AGAIN = "`tollgate pause researcher --resume` lets it call again.";

describe("tollgate pause", () => {
  test("pauses an agent until it is resumed, and says how that is done", async () => {
    await using api = startManagement();
    api.setAgent("researcher");
    api.setAgent("writer");
    expect(await run(api, "researcher")).toEqual({
      code: 0,
      printed: ["researcher is paused by a person until a person resumes it."],
      complained: [AGAIN],
    });
    expect(api.controls.pauses.find("writer")).toBeNull();
    expect(api.killed).toEqual([]);

    expect(await run(api, "researcher", "-r")).toEqual({
      code: 0,
      printed: ["researcher may call again."],
      complained: [],
    });
    expect(api.controls.pauses.find("researcher")).toBeNull();
    expect((await run(api, "researcher", "--resume")).printed).toEqual(["researcher is not paused."]);
  });

  test("takes a span and a reason, and says that calls in flight go on", async () => {
    await using api = startManagement();
    api.setAgent("researcher", { inFlight: 2 });
    expect(await run(api, "researcher", "--for", "1h", "--reason", "the deploy")).toEqual({
      code: 0,
      printed: ["researcher is paused by a person (the deploy) until 2026-01-10 13:00:00Z."],
      complained: ["2 calls in flight go on; --kill ends what is in flight.", AGAIN],
    });
    expect(api.killed).toEqual([]);
  });

  test("with --kill ends its calls in flight", async () => {
    await using api = startManagement();
    api.setAgent("researcher", { inFlight: 1 });
    expect((await run(api, "researcher", "--kill")).complained).toEqual([AGAIN]);
    expect(api.killed).toEqual(["researcher"]);
  });

  test("resuming warns of a budget that is still used up", async () => {
    await using api = startManagement();
    api.setAgent("researcher");
    const cause = { by: "budget", window: "day", least: 1 } as const;
    api.controls.pause({ agent: "researcher", since: NOON, until: NOON + 1, cause }, NOON);
    const { printed, complained } = await run(api, "researcher", "--resume");
    expect(printed).toEqual(["researcher may call again."]);
    expect(complained[0]).toContain("Raise the cap.");
  });

  test("of an agent that nobody knows ends with 1 and names the one that was probably meant", async () => {
    await using api = startManagement({ config: "agents: { researcher: {} }" });
    for (const words of [["reasercher"], ["reasercher", "--resume"]]) {
      expect(await run(api, ...words)).toEqual({
        code: 1,
        printed: [],
        complained: [
          'tollgate: No agent "reasercher" has called or is configured; did you mean researcher?',
          "`tollgate agents` shows every agent.",
        ],
      });
    }
    expect(api.store.state.readPauses()).toEqual([]);
  });

  test.each([
    [[], "The agent's name is missing."],
    [["researcher", "--for", "soon"], '--for is "soon"; expected a span'],
    [["researcher", "--resume", "--for", "1h"], "--resume goes with none of --for, --kill and --reason."],
    [["researcher", "-r", "--kill"], "--resume goes with none of --for, --kill and --reason."],
    [["researcher", "writer"], 'The word "writer" has no meaning here.'],
  ])("with the words %j ends with 2, says why and pauses nobody", async (words, says) => {
    await using api = startManagement();
    api.setAgent("researcher");
    const { code, printed, complained } = await run(api, ...words);
    expect([code, printed]).toEqual([2, []]);
    expect(complained[0]).toContain(says);
    expect(complained[1]).toBe("`tollgate pause --help` shows what is possible.");
    expect(api.store.state.readPauses()).toEqual([]);
  });

  test("tells what the gateway has against it, and ends with 1", async () => {
    await using api = startManagement();
    api.setAgent("researcher");
    const { code, complained } = await run(api, "researcher", "--for", "4000d");
    expect(code).toBe(1);
    expect(complained[0]).toContain("`duration` must be a span from 1s to 3650d");
  });
});

test.each([
  [{}, null],
  [
    { pause_reason: "policy", pause_detail: "run\u001b[2J" },
    "a is paused by the policy run\u{FFFD}[2J until a person resumes it.",
  ],
  [{ pause_reason: "loop_detected" }, "a is paused because it repeated itself, until a person resumes it."],
  [
    { pause_reason: "budget_exceeded", pause_detail: "total" },
    "a is paused because its budget is used up, until its cap is raised.",
  ],
  [
    { pause_reason: "budget_exceeded", pause_detail: "hour", pause_until: "2026-01-10T13:00:00.000Z" },
    "a is paused because its budget of this hour is used up, until 2026-01-10 13:00:00Z.",
  ],
] as const)("a pause of %j reads %j", (pause, text) => {
  expect(renderPause(agentStatus({ id: "a", ...pause }))).toBe(text);
});
