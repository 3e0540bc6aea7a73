/** Calls of any kind with any fate, that go on step by step as a test says: for laws that must hold whatever happens. */
import fc from "fast-check";
import {
  type DataPlane,
  json,
  type ManualStream,
  manualStream,
  openDataPlane,
} from "../support/data-plane.ts";
import {
  CHAT,
  call,
  GEMINI,
  MESSAGES,
  outcomeOf,
  readerOf,
  saying,
  turn,
  type Wire,
} from "./budget-support.ts";

const WIRES: readonly Wire[] = [
  CHAT,
  MESSAGES,
  GEMINI,
  { ...CHAT, name: "reasoning", body: (asked) => ({ ...CHAT.body(asked), model: "o3" }) },
];

/** What becomes of a call that reaches its provider; one that is `silent` is complete, but for its usage. */
const FATES = [
  "complete",
  "complete",
  "complete",
  "silent",
  "break",
  "leave",
  "error",
  "unreachable",
] as const;

export interface RandomCall {
  readonly agent: string;
  readonly wire: Wire;
  readonly stream: boolean;
  readonly ceiling: number | null;
  readonly isInRun: boolean;
  readonly fate: (typeof FATES)[number];
  /** Tokens of the pieces in which a stream comes. */
  readonly pieces: readonly number[];
  /** Which part of what it shows or may use is reported. */
  readonly percent: number;
}

/** A call of one of these agents. */
export function randomCall(...agents: readonly string[]): fc.Arbitrary<RandomCall> {
  return fc.record({
    agent: fc.constantFrom(...agents),
    wire: fc.constantFrom(...WIRES),
    stream: fc.boolean(),
    ceiling: fc.option(fc.oneof(fc.integer({ min: 1, max: 600 }), fc.integer({ min: 1, max: 4_000 }))),
    isInRun: fc.boolean(),
    fate: fc.constantFrom(...FATES),
    pieces: fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 6 }),
    percent: fc.integer({ min: 0, max: 100 }),
  });
}

/** A call that was sent. */
export interface Going {
  readonly asked: RandomCall;
  /** Why the gateway refused it, or its status; null before it was answered, and where its client did not wait for that. */
  readonly outcome: string | number | null;
  /** Whether its client has all of it, or has left. */
  readonly isOver: boolean;
  /** Lets its provider, or its client, do the next thing. Before the call has left the gateway nothing happens. */
  step(): void;
}

export interface World extends Disposable {
  readonly plane: DataPlane;
  send(asked: RandomCall): Going;
}

/** What the calls of the run that `isInRun` speaks of may cost together, in USD. */
export const RUN_BUDGET = "0.015";

/** A data plane whose upstream is honest: it makes no more than it is told, and reports no more than it shows. */
export function openWorld(config: string): World {
  const begins = new Map<string, (body: Uint8Array, signal: AbortSignal) => Response | Promise<Response>>();
  const plane = openDataPlane({
    config,
    upstream({ body, signal }) {
      const [name = ""] = /call\d+x/.exec(Buffer.from(body).toString()) ?? [];
      return begins.get(name)?.(body, signal) ?? json({}, { status: 500 });
    },
  });
  return {
    plane,
    send(asked) {
      const name = `call${begins.size}x`;
      const { going, begin, send } = createGoing(plane, asked, name);
      begins.set(name, begin);
      send();
      return going;
    },
    [Symbol.dispose]: () => plane[Symbol.dispose](),
  };
}

/** What the provider was told to make at most. */
function limitOf(body: Uint8Array): number {
  const [, limit = "32000"] =
    /"(?:max_tokens|max_completion_tokens|maxOutputTokens)":(\d+)/.exec(Buffer.from(body).toString()) ?? [];
  return Number(limit);
}

/** The events of an honest stream, and what it reports. */
function eventsOf({ wire, pieces, percent, fate }: RandomCall, limit: number): string[] {
  const words: string[] = [];
  let made = 0;
  for (const piece of pieces) {
    const tokens = Math.min(piece, limit - made);
    words.push("a".repeat(tokens * 3));
    made += tokens;
  }
  const events = wire.events(saying(3, Math.floor((made * percent) / 100), words));
  return fate === "silent" ? events.map((event) => event.replaceAll(/"usage(Metadata)?":/g, '"x":')) : events;
}

function createGoing(plane: DataPlane, asked: RandomCall, said: string) {
  const { agent, wire, stream, ceiling, isInRun, fate, percent } = asked;
  const client = new AbortController();
  const answer = Promise.withResolvers<Response>();
  const state: { outcome: Going["outcome"]; isOver: boolean } = { outcome: null, isOver: false };
  let upstream: ManualStream | null = null;
  let events: string[] = [];
  let limit: number | null = null;
  let leave = (): void => client.abort();

  function begin(body: Uint8Array, signal: AbortSignal): Response | Promise<Response> {
    if (fate === "unreachable") throw Object.assign(new Error("no"), { code: "ConnectionRefused" });
    if (fate === "error") return json({ error: {} }, { status: 500 });
    limit = limitOf(body);
    if (!stream) {
      signal.addEventListener("abort", () => answer.reject(signal.reason));
      return answer.promise;
    }
    const opened = manualStream(wire.contentType);
    signal.addEventListener("abort", () => {
      upstream = null;
      opened.break("ABORT_ERR");
    });
    upstream = opened;
    events = eventsOf(asked, limit);
    return opened.response;
  }

  function stepStream(): void {
    const event = events.shift();
    if (event !== undefined && (fate !== "break" || events.length > 1)) {
      upstream?.push(event);
      return;
    }
    if (fate === "break") upstream?.break();
    else upstream?.end();
    upstream = null;
  }

  const going: Going = {
    asked,
    get outcome() {
      return state.outcome;
    },
    get isOver() {
      return state.isOver;
    },
    step() {
      if (limit === null) return;
      if (fate === "leave" && events.length <= percent / 20) return leave();
      if (stream) return stepStream();
      if (fate === "break") answer.reject(Object.assign(new Error("broken"), { code: "ECONNRESET" }));
      const said = wire.answer(saying(3, Math.floor((limit * percent) / 100)));
      answer.resolve(json(fate === "silent" ? { choices: [] } : said));
    },
  };

  function send(): void {
    const headers: HeadersInit = isInRun
      ? { "x-tollgate-run": "r", "x-tollgate-run-budget": RUN_BUDGET, "x-tollgate-on-block": "error" }
      : { "x-tollgate-on-block": "error" };
    call(
      plane,
      agent,
      wire,
      { stream, said, ...(ceiling && { ceiling }) },
      { headers, signal: client.signal },
    )
      .then(async (response) => {
        state.outcome = client.signal.aborted ? null : outcomeOf(response);
        if (response.body === null) return;
        const reader = readerOf(response);
        leave = () => void reader.leave();
        await reader.rest();
      })
      .catch(() => undefined)
      .finally(() => {
        state.isOver = true;
      });
  }
  return { going, begin, send };
}

/** Lets everything come to its end: calls go on, waits run out. */
export async function finish({ plane }: World, going: readonly Going[]): Promise<void> {
  for (let rounds = 0; going.some(({ isOver }) => !isOver); rounds++) {
    if (rounds > 500) throw new Error("Some call never ends.");
    for (const one of going) if (!one.isOver) one.step();
    // Two streams may wait for what the other holds: only time parts them.
    plane.advance(250);
    plane.tick();
    await turn();
    await turn();
  }
}
