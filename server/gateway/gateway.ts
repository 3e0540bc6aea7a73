/**
 * The data plane: a call comes in, is identified, admitted, routed, forwarded, metered and settled. Here it is put together,
 * opened and closed; `serve` is the order of things, and each step has its own file.
 */
import type { AgentName } from "../core/agent.ts";
import type { Bytes, Instant, Millis } from "../core/duration.ts";
import type { Store } from "../store/store.ts";
import { stopCall } from "./call.ts";
import type { Connection } from "./connection.ts";
import { createContacts, type IsUnconnected } from "./contact.ts";
import { type Controls, createControls } from "./controls.ts";
import { noteDefect } from "./defect.ts";
import type { LiveFleet } from "./fleet.ts";
import type { Fetch } from "./forward.ts";
import { giveBack } from "./give-back.ts";
import type { Keyring } from "./keys.ts";
import { createRefusals } from "./refusals.ts";
import type { Visit } from "./refuse.ts";
import { readTarget } from "./route.ts";
import { type ServeContext, serve } from "./serve.ts";
import type { Setup } from "./setup.ts";
import type { Resolve } from "./target-url.ts";
import { createUnderway } from "./underway.ts";
import { createWatchdog, type Every } from "./watchdog.ts";

/** What the data plane needs of the world. */
export interface GatewayContext {
  readonly now: () => Instant;
  readonly newId: () => string;
  readonly every: Every;
  readonly fetch: Fetch;
  readonly isUnconnected: IsUnconnected;
  readonly resolve: Resolve;
  readonly store: Store;
  readonly fleet: LiveFleet;
  readonly keys: Pick<Keyring, "find">;
  /** The configuration in force; asked once per call, so that a call keeps its terms. */
  setup(): Setup;
  /** What buffered bodies may hold together. */
  readonly bodyMemory: Bytes;
  /** One line for the operator; never given a secret. */
  log(message: string): void;
}

export interface Gateway {
  /** What governs the calls: read by the management API, which also pauses and resumes by it. */
  readonly controls: Controls;
  /** Ends every call that the agent has in flight, at once. */
  kill(agent: AgentName): void;
  /** Answers one request of the data plane. Never rejects. */
  handle(request: Request, connection: Connection): Promise<Response>;
  readonly inFlight: number;
  /** Refuses new calls and waits for those in flight; when `grace` is over, what is left is cut. */
  drain(grace: Promise<void>): Promise<void>;
}

const HOUSEKEEPING: Millis = 1_000;

/** Builds the data plane. It listens nowhere by itself. */
export function createGateway(context: GatewayContext): Gateway {
  const { store, fleet } = context;
  const watchdog = createWatchdog(context.now, context.every);
  const underway = createUnderway();
  const controls = createControls(context);
  const contacts = createContacts(context);
  const refusals = createRefusals({ ...context, controls });
  const closing = new AbortController();
  const stopHousekeeping = context.every(HOUSEKEEPING, keepHouse);
  const serving: ServeContext = {
    ...context,
    controls,
    contacts,
    watchdog,
    underway,
    memory: { limit: context.bodyMemory, used: 0 },
    closing: closing.signal,
    admission(identity, setup) {
      const { problem: journalProblem } = store.journal;
      const { aborted: shuttingDown } = closing.signal;
      return { identity, setup, fleet, now: context.now(), journalProblem, shuttingDown };
    },
    giveBack: (call, outcome, bill, now) => giveBack(call, outcome, bill, controls, context.setup(), now),
  };

  async function handle(request: Request, connection: Connection): Promise<Response> {
    const { path, query } = readTarget(request.url);
    const visit = createVisit(context.newId(), context.now(), request, path);
    const leave = underway.visit();
    try {
      const answered = await serve(visit, query, connection, serving);
      return "reason" in answered ? await refusals.answer(visit, answered) : answered;
    } catch (cause) {
      return await refusals.answer(visit, noteDefect(visit.id, cause, context.log));
    } finally {
      leave();
    }
  }

  function keepHouse(): void {
    const now = context.now();
    controls.keepHouse(now);
    contacts.sweep(now);
    refusals.flush(now);
  }

  return {
    handle,
    controls,
    get inFlight() {
      return underway.calls.size;
    },
    kill(agent) {
      for (const call of underway.calls) if (call.agent.name === agent) stopCall(call, "agent_deactivated");
    },
    async drain(grace) {
      closing.abort();
      await Promise.race([underway.idle(), grace]);
      for (const call of underway.calls) stopCall(call, "shutdown");
      // What is left are bodies that are still on their way.
      for (const waiting of watchdog.all()) waiting.expire();
      await underway.idle();
      stopHousekeeping();
      refusals.flushAll();
      controls.persist();
    },
  };
}

/** A request of which nothing is known but its path. */
function createVisit(id: string, started: Instant, request: Request, path: string): Visit {
  return {
    id,
    started,
    request,
    path,
    dialect: "openai-chat",
    identity: null,
    run: null,
    provider: null,
    model: null,
    reply: null,
  };
}
