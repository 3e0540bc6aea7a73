import { describe, expect, test } from "bun:test";
import type { AgentStatus } from "../../server/management/wire/status.ts";
import type { Decision, PauseOrder } from "../../web/src/api.ts";
import { createDecisions } from "../../web/src/feed/decisions.ts";
import { agentStatus } from "./samples.ts";

const ORDER: PauseOrder = { reason: "", duration: null, kill: false };

describe("a decision about an agent", () => {
  test("shows nothing before the gateway has answered, then what it answered", async () => {
    const stage = play();
    const done = stage.decisions.pause("a", ORDER);
    expect(stage.decided).toEqual([]);
    expect(stage.decisions.outcome()).toBeNull();
    expect([stage.decisions.isPending("a"), stage.decisions.isPending("b")]).toEqual([true, false]);

    const answered = agentStatus("a", { status: "paused" });
    stage.answer({ outcome: "done", agent: answered });
    expect(await done).toBe(true);
    expect(stage.decided).toEqual([answered]);
    expect(stage.decisions.isPending("a")).toBe(false);
    expect(stage.decisions.outcome()).toEqual({ kind: "done", text: "a is paused." });
  });

  test("that is refused changes nothing and says why until it is dismissed", async () => {
    const stage = play();
    const done = stage.decisions.resume("a");
    stage.answer({ outcome: "refused", message: "The gateway does not answer. Is it running?" });
    expect(await done).toBe(false);
    expect(stage.decided).toEqual([]);
    expect(stage.decisions.outcome()).toEqual({
      kind: "failed",
      text: "Resuming a failed. The gateway does not answer. Is it running?",
    });
    stage.decisions.dismiss();
    expect(stage.decisions.outcome()).toBeNull();
  });

  test("is asked once: a second one about the same agent is left out while it is under way", async () => {
    const stage = play();
    const first = stage.decisions.pause("a", { ...ORDER, kill: true });
    expect(await stage.decisions.resume("a")).toBe(false);
    expect(stage.asked).toEqual(["pause a"]);
    stage.answer({ outcome: "done", agent: agentStatus("a", { status: "paused" }) });
    expect(await first).toBe(true);
    expect(stage.decisions.outcome()?.text).toBe("a is paused and its calls in flight are cut.");
  });
});

/** Decisions whose answers the test gives. */
function play() {
  const asked: string[] = [];
  const decided: AgentStatus[] = [];
  const answers: ((decision: Decision) => void)[] = [];
  const ask = (what: string) => {
    asked.push(what);
    return new Promise<Decision>((resolve) => answers.push(resolve));
  };
  const decisions = createDecisions(
    { pauseAgent: (agent) => ask(`pause ${agent}`), resumeAgent: (agent) => ask(`resume ${agent}`) },
    (agent) => decided.push(agent),
  );
  return { decisions, asked, decided, answer: (decision: Decision) => answers.shift()?.(decision) };
}
