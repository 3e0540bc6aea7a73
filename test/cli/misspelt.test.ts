/** Names that nobody has: a command that finds nothing says which one was probably meant. */
import { describe, expect, test } from "bun:test";
import { runCli } from "../../server/cli/main.ts";
import { type Harness, makeCall, NOON, post, startManagement } from "../management/support.ts";
import { until } from "../support/signals.ts";
import { fakeTerminal } from "./fake-terminal.ts";

async function run(api: Harness, ...words: readonly string[]) {
  const terminal = fakeTerminal({ now: () => NOON });
  const code = await runCli([...words, "--url", api.url, "--token", api.token], terminal);
  return { code, printed: terminal.printed, complained: terminal.complained };
}

function start(): Harness {
  const api = startManagement({ config: "agents: { researcher: {} }\n" });
  api.append(makeCall({ agent: "old-hand", time: new Date(NOON - 60_000).toISOString() }));
  return api;
}

const MEANT = {
  code: 1,
  printed: [],
  complained: [
    'tollgate: No agent "resercher" has called or is configured; did you mean researcher?',
    "`tollgate agents` shows every agent.",
  ],
};

describe("an agent that nobody knows", () => {
  test("is told by `logs` and by `report`, in whatever form", async () => {
    await using api = start();
    expect(await run(api, "logs", "--agent", "resercher")).toEqual(MEANT);
    expect(await run(api, "logs", "--json", "--agent", "resercher", "--since", "1h")).toEqual(MEANT);
    expect(await run(api, "report", "--agent", "resercher")).toEqual(MEANT);
    expect(await run(api, "report", "--agent", "resercher", "--format", "csv")).toEqual(MEANT);
  });

  test("is not one that has not called yet, is known from the log alone, or called at another time", async () => {
    await using api = start();
    const nothing = { code: 0, printed: [], complained: ["No entry matches."] };
    expect(await run(api, "logs", "--agent", "researcher")).toEqual(nothing);
    expect(await run(api, "logs", "--agent", "old-hand", "--since", "1s")).toEqual(nothing);
    await api.asAdmin("/api/events", post({ agent_id: "sdk-bot", event_type: "heartbeat" }));
    expect(await run(api, "logs", "--agent", "sdk-bot", "--status", "429")).toEqual(nothing);
    expect((await run(api, "report", "--agent", "researcher")).code).toBe(0);
    expect((await run(api, "report", "--agent", "sdk-bot")).code).toBe(0);
  });
});

test("`logs -f` says so and waits all the same: the agent's first call may be yet to come", async () => {
  await using api = start();
  const terminal = fakeTerminal({ now: () => NOON });
  const words = ["logs", "-f", "--agent", "resercher", "--url", api.url, "--token", api.token];
  const ended = runCli(words, terminal);
  const told = () => (terminal.complained.length > 0 ? true : null);
  await until(told, "the hint");
  terminal.interrupt();
  expect(await ended).toBe(0);
  expect(terminal.complained).toEqual([
    'No agent "resercher" has called or is configured; did you mean researcher?',
  ]);
});

test("a provider that nobody knows is told by `logs`", async () => {
  await using api = start();
  const { code, complained } = await run(api, "logs", "--provider", "opnai");
  expect([code, complained[0]]).toEqual([1, 'tollgate: There is no provider "opnai"; did you mean openai?']);
});

test("a reason that no refusal has is told by `logs`, with those that there are", async () => {
  await using api = start();
  const near = await run(api, "logs", "--reason", "budget_exceded");
  expect([near.code, near.complained[0]]).toEqual([
    2,
    'tollgate: --reason is "budget_exceded"; did you mean budget_exceeded?',
  ]);
  const far = await run(api, "logs", "--reason", "foo");
  expect(far.complained[0]).toStartWith('tollgate: --reason is "foo"; expected one of invalid_json, ');
  expect((await run(api, "logs", "--reason", "rate_limited")).code).toBe(0);
});
