import { describe, expect, test } from "bun:test";
import { runCli } from "../../server/cli/main.ts";
import { renderHits } from "../../server/cli/policy-test.ts";
import { styleFor } from "../../server/cli/style.ts";
import type { PolicyTestAnswer } from "../../server/management/wire/governance.ts";
import { type Harness, makeCall, NOON, startManagement } from "../management/support.ts";
import { fakeTerminal } from "./fake-terminal.ts";

const CONFIG = `policies:
  - { name: runaway-spend, condition: "cost_today > 5", action: deny }`;

async function run(api: Harness, ...words: string[]) {
  const terminal = fakeTerminal({ now: () => NOON });
  const code = await runCli(["policy", "test", ...words, "--url", api.url, "--token", api.token], terminal);
  return { code, printed: terminal.printed, complained: terminal.complained };
}

describe("tollgate policy test", () => {
  test("takes a condition or a policy's name, and shows whom it would have hit", async () => {
    await using api = startManagement({ config: CONFIG });
    for (let call = 0; call < 3; call++) api.append(makeCall({ cost: 3, cost_nano: 3_000_000_000 }));
    const hits = [
      "3 calls were looked at, since 2026-01-03 12:00:00Z.",
      "",
      "AGENT       CALLS HIT  FIRST",
      "researcher          2  2026-01-10 11:59:59Z",
    ];
    expect(await run(api, "cost_today > 5")).toEqual({ code: 0, printed: hits, complained: [] });
    // A rule that denies is asked before the call alone.
    expect((await run(api, "runaway-spend")).printed.at(-1)).toBe(
      "researcher          1  2026-01-10 11:59:59Z",
    );
    expect((await run(api, "cost_today > 50", "--since", "1d")).printed).toEqual([
      "3 calls were looked at, since 2026-01-09 12:00:00Z.",
      "Nobody would have been hit.",
    ]);
    const json = JSON.parse((await run(api, "runaway-spend", "--json")).printed.join("\n"));
    expect(json).toMatchObject({
      name: "runaway-spend",
      entries: 3,
      hits: [{ agent: "researcher", calls: 1 }],
    });
  });

  test("names the policy that was probably meant, and says where a condition is wrong", async () => {
    await using api = startManagement({ config: CONFIG });
    expect(await run(api, "runaway-spent")).toEqual({
      code: 1,
      printed: [],
      complained: [
        'tollgate: There is no policy "runaway-spent"; did you mean runaway-spend?',
        "There are: runaway-spend.",
      ],
    });
    const wrong = await run(api, "cost_tody > 5");
    expect(wrong.code).toBe(1);
    expect(wrong.complained[0]).toContain('line 1, column 1: there is no field "cost_tody"');
    expect((await run(api, "true", "--since", "yesterday")).complained[0]).toContain("`since` must be");
    api.configure("policies: []");
    expect((await run(api, "runaway-spend")).complained[1]).toContain("Try a condition");
  });

  test.each([[[]], [["a", "b"]]])("with the words %j ends with 2", async (words) => {
    await using api = startManagement();
    const { code, printed } = await run(api, ...words);
    expect([code, printed]).toEqual([2, []]);
  });
});

test("hits are shown the most often hit first, in plain text, with what was left out", () => {
  const answer: PolicyTestAnswer = {
    name: null,
    condition: "true",
    since: "2026-01-01T00:00:00.000Z",
    entries: 1,
    left_out: 2_000,
    hits: [
      { agent: "seldom", first: "2026-01-01T00:00:00.000Z", calls: 1 },
      { agent: "often\u001b[2J", first: "2026-01-02T00:00:00.000Z", calls: 1_234 },
    ],
  };
  expect(renderHits(answer, 80, styleFor(fakeTerminal()))).toEqual([
    "One call was looked at, since 2026-01-01 00:00:00Z.",
    "2,000 were left out: there are too many agents.",
    "",
    "AGENT      CALLS HIT  FIRST",
    "often\u{FFFD}[2J      1,234  2026-01-02 00:00:00Z",
    "seldom             1  2026-01-01 00:00:00Z",
  ]);
});
