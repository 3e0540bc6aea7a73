import { describe, expect, test } from "bun:test";
import type { Delivery, Notice } from "../../../server/core/alerts/notice.ts";
import type { ChannelSettings } from "../../../server/core/alerts/settings.ts";
import { createOutbox } from "../../../server/outbound/alerts/outbox.ts";
import type { Sent } from "../../../server/outbound/alerts/send.ts";
import type { ToldNotice } from "../../../server/store/store.ts";

const CHANNEL: ChannelSettings = {
  type: "webhook",
  url: "http://ops.test",
  secret: null,
  bot_token: null,
  chat_id: null,
  smtp: null,
  to: [],
};
const DOWN: Sent = { ok: false, problem: "It answered 500.", isFinal: false };
const OK: Sent = { ok: true };

const notice = (id: string): Notice => ({
  id,
  time: 0,
  rule: "spend",
  type: "budget",
  kind: "raised",
  agent: "a",
  text: "",
  fact: null,
});

/** An outbox whose channels answer as the test says, and whose timers ring when it says. */
function open(kept: ToldNotice[] = []) {
  const history = new Map(kept.map((told) => [told.notice.id, told.deliveries]));
  const timers = new Map<() => void, number>();
  const tries: string[] = [];
  const told: string[] = [];
  const state = {
    channels: { ops: CHANNEL, other: { ...CHANNEL, url: "http://other.test" } } as Record<
      string,
      ChannelSettings
    >,
    answer: (_url: string, _signal: AbortSignal): Sent | Promise<Sent> => OK,
    canWrite: true,
  };
  const outbox = createOutbox({
    state: {
      writeNotice({ notice: { id }, deliveries }) {
        if (!state.canWrite) throw new Error("database or disk is full");
        history.set(id, deliveries);
      },
      readWaitingNotices: () => kept,
    },
    channels: () => state.channels,
    async send({ url }, { id }, signal) {
      tries.push(`${new URL(url ?? "").hostname} ${id}`);
      return state.answer(url ?? "", signal);
    },
    every(period, run) {
      timers.set(run, period);
      return () => timers.delete(run);
    },
    now: () => 0,
    log: (message) => void told.push(message),
  });
  return {
    outbox,
    state,
    tries,
    told,
    timers,
    async ring(period: number) {
      for (const [run, every] of [...timers]) if (every === period) run();
      await settle();
    },
    outcomes: (id: string) => (history.get(id) ?? []).map(describeDelivery),
  };
}

function describeDelivery({ channel, state, attempts }: Delivery): string {
  return `${channel} ${state} ${attempts}`;
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
}

describe("a notice", () => {
  test("is sent to each channel once, and kept as sent", async () => {
    const { outbox, tries, outcomes, timers } = open();
    outbox.post(notice("1"), ["ops", "other"]);
    expect(outcomes("1")).toEqual(["ops waiting 0", "other waiting 0"]);
    await settle();
    expect(tries.toSorted()).toEqual(["ops.test 1", "other.test 1"]);
    expect(outcomes("1")).toEqual(["ops sent 1", "other sent 1"]);
    expect(timers.size).toBe(0);
  });

  test("is tried again after 1, 4 and 16 s, and then given up", async () => {
    const { outbox, state, tries, told, ring, outcomes } = open();
    state.answer = () => DOWN;
    outbox.post(notice("1"), ["ops"]);
    await settle();
    for (const [index, delay] of [1_000, 4_000, 16_000].entries()) {
      expect(tries).toHaveLength(index + 1);
      await ring(delay);
    }
    expect(tries).toHaveLength(4);
    expect(outcomes("1")).toEqual(["ops failed 4"]);
    expect(told).toEqual(["The alert spend could not be sent to the channel ops: It answered 500."]);
  });

  test("is not tried again where that cannot help", async () => {
    const { outbox, state, tries, outcomes } = open();
    state.answer = () => ({ ...DOWN, isFinal: true });
    outbox.post(notice("1"), ["ops"]);
    await settle();
    expect([tries.length, outcomes("1")]).toEqual([1, ["ops failed 1"]]);
  });

  test("for a channel that is gone is given up", async () => {
    const { outbox, state, outcomes } = open();
    state.channels = {};
    outbox.post(notice("1"), ["ops", "constructor"]);
    await settle();
    expect(outcomes("1")).toEqual(["ops failed 1", "constructor failed 1"]);
  });

  test("is sent although its history cannot be kept", async () => {
    const { outbox, state, tries, told } = open();
    state.canWrite = false;
    outbox.post(notice("1"), ["ops"]);
    await settle();
    expect(tries).toEqual(["ops.test 1"]);
    expect(told[0]).toBe("The history of the alert spend could not be kept on disk.");
  });
});

describe("a channel that hangs", () => {
  const hang = (url: string, signal: AbortSignal): Sent | Promise<Sent> =>
    url.includes("ops")
      ? new Promise((resolve) => signal.addEventListener("abort", () => resolve(DOWN)))
      : OK;

  test("delays no other, and holds a hundred notices at most", async () => {
    const { outbox, state, tries, outcomes } = open();
    state.answer = hang;
    for (let count = 0; count < 150; count++) {
      outbox.post(notice(String(count)), ["ops", "other"]);
      await settle();
    }
    expect(tries.filter((one) => one.startsWith("other"))).toHaveLength(150);
    expect(tries.filter((one) => one.startsWith("ops"))).toHaveLength(1);
    expect(outcomes("99")).toEqual(["ops waiting 0", "other sent 1"]);
    expect(outcomes("149")).toEqual(["ops dropped 0", "other sent 1"]);
  });

  test("is left after ten seconds", async () => {
    const { outbox, state, tries, ring } = open();
    state.answer = hang;
    outbox.post(notice("1"), ["ops"]);
    await settle();
    await ring(10_000);
    await ring(1_000);
    expect(tries).toEqual(["ops.test 1", "ops.test 1"]);
  });

  test("does not hold the end, and what waited goes out at the next start", async () => {
    const { outbox, state, outcomes, ring } = open();
    state.answer = hang;
    outbox.post(notice("1"), ["ops"]);
    await settle();
    const closed = outbox.close();
    await ring(5_000);
    await closed;
    expect(outcomes("1")).toEqual(["ops waiting 0"]);
    const waiting = { channel: "ops", state: "waiting", attempts: 0, time: 0, problem: null } as const;
    const next = open([
      { notice: notice("1"), deliveries: [waiting, { ...waiting, channel: "other", state: "sent" }] },
    ]);
    next.outbox.resume();
    await settle();
    expect(next.tries).toEqual(["ops.test 1"]);
    expect(next.outcomes("1")).toEqual(["ops sent 1", "other sent 0"]);
  });
});

test("a test of a channel tries once and waits for nothing else", async () => {
  const { outbox, state, tries, outcomes } = open();
  state.answer = (url) => (url.includes("ops") ? DOWN : OK);
  const { deliveries } = await outbox.try(notice("1"), ["ops", "other", "ops"]);
  expect(deliveries.map(describeDelivery)).toEqual(["ops failed 1", "other sent 1"]);
  expect(tries).toHaveLength(2);
  expect(outcomes("1")).toEqual(["ops failed 1", "other sent 1"]);
});
