/** A loop against a closed door stays cheap (SPEC 6.5): its replies come late, its lines are folded, nothing is lost. */
import { describe, expect, test } from "bun:test";
import { cpSync } from "node:fs";
import type { BlockedLine } from "../../server/core/event.ts";
import { type DataPlane, json, openDataPlane } from "../support/data-plane.ts";
import { ANSWER, ask, chat, outcomeOf, taken, turn } from "../support/governed.ts";
import { makeTempFolder } from "../support/temp.ts";

const SECOND = 1_000;
const CONFIG = `
agents: { "*": { models: { deny: [o3], allow: [] } } }
policies: [{ name: no-mini, condition: "model == 'denied'", action: deny }]
`;
const REFUSED = chat("hi", {}, { model: "o3" });

const open = (folder?: string) =>
  openDataPlane({ config: CONFIG, upstream: () => json(ANSWER), ...(folder !== undefined && { folder }) });

const send = (plane: DataPlane, agent: string, init = REFUSED) => plane.send(`/agents/${agent}/openai`, init);

/** Whether the reply is there without any timer. */
async function isThere(reply: Promise<Response>): Promise<boolean> {
  let there = false;
  void reply.then(() => {
    there = true;
  });
  await turn();
  return there;
}

/** Nine refusals, each told at once. */
async function exhaust(plane: DataPlane, agent: string): Promise<void> {
  for (let count = 0; count < 9; count++) expect(await isThere(send(plane, agent))).toBe(true);
}

function blocked({ lines }: DataPlane): BlockedLine[] {
  return lines.filter((line) => line.type === "blocked");
}

const counted = (plane: DataPlane) => blocked(plane).reduce((sum, { count = 1 }) => sum + count, 0);

/** Lets the time for which lines are folded pass. */
function letFold(plane: DataPlane): void {
  plane.advance(10 * SECOND);
  plane.tick();
}

describe("from the tenth equal refusal within a minute", () => {
  test("replies come a second late, as they would have come before", async () => {
    using plane = open();
    await exhaust(plane, "bot");
    const late = send(plane, "bot");
    expect(await isThere(late)).toBe(false);
    plane.tick();
    const reply = await late;
    expect([reply.status, outcomeOf(reply), reply.headers.get("x-should-retry")]).toEqual([
      403,
      "model_not_allowed",
      "false",
    ]);
    expect(await reply.json()).toMatchObject({ error: { message: expect.stringContaining("may not use") } });
  });

  test("lines are folded to one per ten seconds, whose count says how many it stands for", async () => {
    using plane = open();
    for (let count = 0; count < 59; count++) await ask(plane, "bot", REFUSED);
    expect(blocked(plane)).toHaveLength(9);
    letFold(plane);
    expect(blocked(plane)).toHaveLength(10);
    expect(blocked(plane).at(-1)).toMatchObject({
      agent: "bot",
      reason: "model_not_allowed",
      requested_model: "o3",
      status: 403,
      count: 50,
    });
    for (let count = 0; count < 7; count++) await ask(plane, "bot", REFUSED);
    expect(blocked(plane)).toHaveLength(10);
    letFold(plane);
    expect([blocked(plane).length, blocked(plane).at(-1)?.count, counted(plane)]).toEqual([11, 7, 66]);
    expect(plane.fleet.agents.get("bot")?.hour).toMatchObject({ calls: 0, errors: 0, blocked: 66 });
  });

  test("nobody else is late: not another agent, not another reason, not what passes", async () => {
    using plane = open();
    await exhaust(plane, "bot");
    const late = send(plane, "bot");
    const others = [
      send(plane, "other"),
      send(plane, "bot", chat("hi", {}, { model: "denied" })),
      send(plane, "bot", chat()),
      send(plane, "other", chat()),
    ];
    const there = await Promise.all(others.map(isThere));
    expect([await isThere(late), ...there]).toEqual([false, true, true, true, true]);
    expect((await Promise.all(others)).map(outcomeOf)).toEqual([
      "model_not_allowed",
      "policy_denied",
      200,
      200,
    ]);
    plane.tick();
    await late;
    expect(blocked(plane).filter(({ count }) => count !== undefined)).toEqual([]);
  });

  test("a delayed reply holds nothing, and goes with its client", async () => {
    using plane = open();
    await exhaust(plane, "bot");
    const before = taken(plane);
    const client = new AbortController();
    const late = send(plane, "bot", { ...REFUSED, signal: client.signal });
    await turn();
    expect(taken(plane)).toEqual(before);
    client.abort();
    expect(await isThere(late)).toBe(true);
    letFold(plane);
    expect(counted(plane)).toBe(10);
  });

  test("a thousand are late at a time; what comes beyond is told at once, and counted", async () => {
    using plane = open();
    await exhaust(plane, "bot");
    const late = Array.from({ length: 1_000 }, () => send(plane, "bot"));
    expect(await isThere(late[999] ?? late[0] ?? Promise.reject())).toBe(false);
    expect(await isThere(send(plane, "bot"))).toBe(true);
    plane.tick();
    await Promise.all(late);
    const again = send(plane, "bot");
    expect(await isThere(again)).toBe(false);
    plane.tick();
    await again;
    letFold(plane);
    expect(counted(plane)).toBe(1_011);
  });

  test("a minute without them makes the next one prompt again", async () => {
    using plane = open();
    await exhaust(plane, "bot");
    plane.advance(60 * SECOND);
    plane.tick();
    await exhaust(plane, "bot");
    expect([blocked(plane).length, counted(plane)]).toEqual([18, 18]);
  });
});

describe("nothing is lost", () => {
  test("at a shutdown, which waits for late replies; the sums are right after the next start", async () => {
    using folder = makeTempFolder("refusals");
    {
      using plane = open(folder.path);
      for (let count = 0; count < 30; count++) await ask(plane, "bot", REFUSED);
      await ask(plane, "other", REFUSED);
      const late = send(plane, "bot");
      await turn();
      await plane.drive(Promise.all([plane.gateway.drain(new Promise(() => {})), late]));
      expect([blocked(plane).length, counted(plane)]).toEqual([11, 32]);
    }
    using plane = open(folder.path);
    expect(plane.fleet.agents.get("bot")?.day).toMatchObject({ calls: 0, blocked: 31 });
    expect(plane.fleet.agents.get("other")?.day).toMatchObject({ calls: 0, blocked: 1 });
  });

  test("of callers that are no agents: they share one count for each reason, and are none after the next start", async () => {
    using folder = makeTempFolder("refusals");
    const start = () =>
      openDataPlane({
        config: "identity: { mode: known }",
        upstream: () => json(ANSWER),
        folder: folder.path,
      });
    {
      using plane = start();
      for (let count = 0; count < 40; count++) expect(await ask(plane, `new-${count}`)).toBe("unknown_agent");
      letFold(plane);
      expect([blocked(plane).length, counted(plane), plane.fleet.agents.size]).toEqual([10, 40, 0]);
      expect(plane.fleet.strangers.hour.blocked).toBe(40);
    }
    using plane = start();
    expect(plane.fleet.agents.size).toBe(0);
  });

  test("of what was written when the gateway is killed: status and journal say the same afterwards", async () => {
    using folder = makeTempFolder("refusals");
    using copy = makeTempFolder("killed");
    using plane = open(folder.path);
    for (let count = 0; count < 30; count++) await ask(plane, "bot", REFUSED);
    letFold(plane);
    for (let count = 0; count < 5; count++) await ask(plane, "bot", REFUSED);
    cpSync(folder.path, copy.path, { recursive: true });
    using later = open(copy.path);
    // What was being folded in that moment is lost with the process, from both.
    expect([counted(plane), later.fleet.agents.get("bot")?.total.blocked]).toEqual([30, 30]);
    expect(later.fleet.agents.get("bot")?.hour).toMatchObject({ calls: 0, errors: 0, blocked: 30 });
  });
});
