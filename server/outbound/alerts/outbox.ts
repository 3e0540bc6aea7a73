/**
 * Notices on their way: each channel has a queue of its own, so that one that hangs delays nobody else. What waits is kept in
 * state.db and survives a restart; what cannot be sent is given up after four tries.
 */
import type { Delivery, Notice } from "../../core/alerts/notice.ts";
import type { ChannelSettings } from "../../core/alerts/settings.ts";
import type { Instant, Millis } from "../../core/duration.ts";
import type { State, ToldNotice } from "../../store/store.ts";
import { SEND_LIMIT, type Sent } from "./send.ts";

export interface OutboxParts {
  readonly state: Pick<State, "writeNotice" | "readWaitingNotices">;
  /** The channels in force; asked at each try, since a reload may change them. */
  channels(): Readonly<Record<string, ChannelSettings>>;
  /** One try. Never rejects. */
  send(channel: ChannelSettings, notice: Notice, signal: AbortSignal): Promise<Sent>;
  /** Calls back each period until the returned function is called. */
  readonly every: (period: Millis, run: () => void) => () => void;
  readonly now: () => Instant;
  /** One line for the operator; never given a secret. */
  log(message: string): void;
}

export interface Outbox {
  /** Sends a notice to these channels, one after the other notices of each. Never fails. */
  post(notice: Notice, channels: readonly string[]): void;
  /** Sends it to all of these at once, each with one try, and says what became of it. */
  try(notice: Notice, channels: readonly string[]): Promise<ToldNotice>;
  /** Takes up what waited when the gateway last ran. */
  resume(): void;
  /** Lets the tries end that are under way, for 5 s at most. What waits then waits for the next start. */
  close(): Promise<void>;
}

/** After the first try. */
const RETRIES: readonly Millis[] = [1_000, 4_000, 16_000];
/** For each channel. */
const MOST_WAITING = 100;
const CLOSE_LIMIT: Millis = 5_000;

interface Pending {
  readonly notice: Notice;
  readonly deliveries: Map<string, Delivery>;
}

interface Queue {
  readonly items: Pending[];
  worker: Promise<void> | null;
}

/** An outbox that is empty until `resume` or `post`. */
export function createOutbox({ state, channels, send, every, now, log }: OutboxParts): Outbox {
  const queues = new Map<string, Queue>();
  const tooLate = new AbortController();
  const closing = new AbortController();

  function post(notice: Notice, names: readonly string[]): void {
    const waiting = names.map((channel): [string, Delivery] => {
      return [channel, { channel, state: "waiting", attempts: 0, time: now(), problem: null }];
    });
    const pending = { notice, deliveries: new Map(waiting) };
    for (const name of pending.deliveries.keys()) enqueue(name, pending);
    keep(pending);
  }

  function enqueue(name: string, pending: Pending): void {
    const queue = queues.get(name) ?? { items: [], worker: null };
    queues.set(name, queue);
    if (queue.items.length >= MOST_WAITING) {
      const problem = `${MOST_WAITING} others wait for this channel already.`;
      settle(pending, name, { state: "dropped", attempts: 0, problem });
      return;
    }
    queue.items.push(pending);
    pump(name, queue);
  }

  function pump(name: string, queue: Queue): void {
    queue.worker ??= work(name, queue).finally(() => {
      queue.worker = null;
      if (queue.items.length === 0) queues.delete(name);
      // What came while the last turn was ending.
      else if (!closing.signal.aborted) pump(name, queue);
    });
  }

  async function work(name: string, { items }: Queue): Promise<void> {
    // What enqueues has not kept the notice yet.
    await Promise.resolve();
    for (let pending = items[0]; pending && !closing.signal.aborted; pending = items[0]) {
      const outcome = await deliver(name, pending.notice);
      if (outcome === "interrupted") return;
      settle(pending, name, outcome);
      keep(pending);
      items.shift();
    }
  }

  async function deliver(name: string, notice: Notice): Promise<Outcome | "interrupted"> {
    for (let attempts = 1; ; attempts++) {
      const sent = await tryOnce(name, notice);
      if (sent.ok) return { state: "sent", attempts, problem: null };
      const delay = sent.isFinal ? undefined : RETRIES[attempts - 1];
      if (closing.signal.aborted) return "interrupted";
      if (delay === undefined) {
        log(`The alert ${notice.rule} could not be sent to the channel ${name}: ${sent.problem}`);
        return { state: "failed", attempts, problem: sent.problem };
      }
      await pass(delay);
      if (closing.signal.aborted) return "interrupted";
    }
  }

  async function tryOnce(name: string, notice: Notice): Promise<Sent> {
    const all = channels();
    const channel = Object.hasOwn(all, name) ? all[name] : undefined;
    if (!channel) return GONE;
    const late = new AbortController();
    const cancel = every(SEND_LIMIT, () => late.abort());
    return send(channel, notice, AbortSignal.any([late.signal, tooLate.signal])).finally(cancel);
  }

  function settle(pending: Pending, channel: string, outcome: Outcome): void {
    pending.deliveries.set(channel, { channel, ...outcome, time: now() });
  }

  /** The database being full must not keep anybody from being told. */
  function keep({ notice, deliveries }: Pending): void {
    try {
      state.writeNotice({ notice, deliveries: [...deliveries.values()] });
    } catch {
      log(`The history of the alert ${notice.rule} could not be kept on disk.`);
    }
  }

  /** Resolves after a delay, or when the gateway stops. */
  function pass(delay: Millis): Promise<void> {
    const passed = Promise.withResolvers<void>();
    const stop = () => passed.resolve();
    const cancel = every(delay, stop);
    closing.signal.addEventListener("abort", stop);
    return passed.promise.finally(() => {
      cancel();
      closing.signal.removeEventListener("abort", stop);
    });
  }

  return {
    post,
    async try(notice, names) {
      const made = [...new Set(names)].map(async (channel): Promise<Delivery> => {
        const sent = await tryOnce(channel, notice);
        const problem = sent.ok ? null : sent.problem;
        return { channel, state: sent.ok ? "sent" : "failed", attempts: 1, time: now(), problem };
      });
      const deliveries = await Promise.all(made);
      keep({ notice, deliveries: new Map(deliveries.map((one) => [one.channel, one])) });
      return { notice, deliveries };
    },
    resume() {
      for (const { notice, deliveries } of state.readWaitingNotices()) {
        const pending = { notice, deliveries: new Map(deliveries.map((one) => [one.channel, one])) };
        for (const { channel, state: came } of deliveries) if (came === "waiting") enqueue(channel, pending);
        keep(pending);
      }
    },
    async close() {
      closing.abort();
      const cancel = every(CLOSE_LIMIT, () => tooLate.abort());
      await Promise.all([...queues.values()].map(({ worker }) => worker));
      cancel();
    },
  };
}

type Outcome = Pick<Delivery, "state" | "attempts" | "problem">;

const GONE: Sent = { ok: false, problem: "There is no such channel any more.", isFinal: true };
