/**
 * The data plane: a call comes in, is identified, admitted, routed, forwarded, metered and settled.
 * `handle` is the order of things; each step has its own file.
 */
import type { Bytes, Instant } from "../core/duration.ts";
import { type Refusal, refusal } from "../core/refusal.ts";
import type { Settings } from "../core/settings.ts";
import type { RequestLine } from "../providers/provider.ts";
import type { Store } from "../store/store.ts";
import { type Admission, admit, admitEarly, take } from "./admit.ts";
import { type AnswerContext, answer } from "./answer.ts";
import { type BodyMemory, readBody, releaseBody } from "./body.ts";
import { type Call, type CallFacts, createCall, describeCall, endingOf, holdOf, stopCall } from "./call.ts";
import { depart } from "./depart.ts";
import { findDestination } from "./destination.ts";
import type { AgentState, LiveFleet } from "./fleet.ts";
import { type Departure, errorCode, type Fetch, forward, type UpstreamFailure } from "./forward.ts";
import { headerBytes } from "./headers.ts";
import { identify } from "./identify.ts";
import { createLimits } from "./limits.ts";
import { isForeignPage } from "./origin.ts";
import { prepareRequest } from "./prepare.ts";
import {
  answerRefusal,
  blockedLine,
  describeReply,
  guessDialect,
  renderRefusal,
  type Visit,
} from "./refuse.ts";
import { findRoute, readTarget } from "./route.ts";
import { settle } from "./settle.ts";
import type { Setup } from "./setup.ts";
import type { Resolve } from "./target-url.ts";
import { createWatchdog, type Every } from "./watchdog.ts";

/** What the data plane needs of the world. */
export interface GatewayContext {
  readonly now: () => Instant;
  readonly newId: () => string;
  readonly every: Every;
  readonly fetch: Fetch;
  readonly resolve: Resolve;
  readonly store: Store;
  readonly fleet: LiveFleet;
  /** The configuration in force; asked once per call, so that a call keeps its terms. */
  setup(): Setup;
  /** What buffered bodies may hold together. */
  readonly bodyMemory: Bytes;
  /** One line for the operator; never given a secret. */
  log(message: string): void;
}

/** The listener's say over how long a connection may be silent: seconds, 0 for ever. */
export interface Connection {
  timeout(request: Request, seconds: number): void;
}

export interface Gateway {
  /** Answers one request of the data plane. Never rejects. */
  handle(request: Request, connection: Connection): Promise<Response>;
  readonly inFlight: number;
  /** Refuses new calls and waits for those in flight; when `grace` is over, what is left is cut. */
  drain(grace: Promise<void>): Promise<void>;
}

/** How long an idle connection is kept, in seconds; calls in flight are under the watchdog instead. */
export const IDLE_SECONDS = 30;

const MAX_HEADER_BYTES: Bytes = 48 * 1024;
/** What a client that has left is answered, for want of a reader: nginx's number for it. */
const CLIENT_CLOSED_REQUEST = 499;

/** Builds the data plane. It listens nowhere by itself. */
export function createGateway(context: GatewayContext): Gateway {
  const { store, fleet } = context;
  const watchdog = createWatchdog(context.now, context.every);
  const memory: BodyMemory = { limit: context.bodyMemory, used: 0 };
  const calls = new Set<Call>();
  const limits = createLimits();
  /** Requests that have not been answered yet, whether they became calls or not. */
  let visits = 0;
  let shuttingDown = false;
  const waitingForIdle: (() => void)[] = [];

  async function handle(request: Request, connection: Connection): Promise<Response> {
    const { path, query } = readTarget(request.url);
    const visit: Visit = {
      id: context.newId(),
      started: context.now(),
      request,
      path,
      dialect: "openai-chat",
      identity: null,
      provider: null,
      model: null,
      reply: null,
    };
    visits++;
    try {
      const answered = await serve(visit, query, connection);
      return "reason" in answered ? refuse(visit, answered) : answered;
    } catch (cause) {
      return refuse(visit, defect(visit, cause));
    } finally {
      visits--;
      noteIdle();
    }
  }

  function noteIdle(): void {
    if (visits > 0 || calls.size > 0) return;
    for (const resolve of waitingForIdle.splice(0)) resolve();
  }

  /** Everything that decides. A refusal from here has taken nothing and costs nothing. */
  async function serve(visit: Visit, query: string, connection: Connection): Promise<Response | Refusal> {
    const { request, path } = visit;
    const { headers, method } = request;
    const setup = context.setup();
    const { settings } = setup;

    const route = findRoute(path, headers, setup.providers);
    if ("reason" in route) {
      visit.dialect = guessDialect(path, headers);
      return route;
    }
    const line: RequestLine = { method, rest: route.rest, query, headers };
    const located = route.provider?.locate(line) ?? null;
    visit.provider = route.provider?.id ?? null;
    visit.dialect = located?.operation.dialect ?? guessDialect(path, headers);
    if (headerBytes(headers) > MAX_HEADER_BYTES) return headersTooLarge();

    const identity = identify(headers, route.agent, settings.gateway.default_agent);
    if ("reason" in identity) return identity;
    visit.identity = identity;
    const admission = (): Admission => ({
      identity,
      setup,
      fleet,
      now: context.now(),
      journalProblem: store.journal.problem,
      shuttingDown,
    });
    const early = admitEarly(admission());
    if (early) return early;

    const destination = await findDestination(route, located, line, identity.name, setup, context.resolve);
    if ("reason" in destination) return destination;
    const { operation } = destination.located;
    visit.provider = destination.provider.id;
    visit.dialect = operation.dialect;
    // A page has no business with a key that is not its own.
    if (destination.key !== null && isForeignPage(headers, [settings.gateway.host])) return foreignPage();

    const { max_body: maxBody, header_timeout } = settings.gateway;
    const bounds = { maxBody, deadline: context.now() + header_timeout };
    const body = await readBody(request, bounds, memory, watchdog);
    if ("reason" in body) return body;
    const prepared = await prepareRequest(destination.provider, operation, body, headers, maxBody, memory);
    // From here to the departure nothing waits: what is checked is what is taken.
    const unsendable = "reason" in prepared ? prepared : checkSendable(method, body);
    if (unsendable || "reason" in prepared || request.signal.aborted) {
      releaseBody(memory, body.length);
      return unsendable ?? new Response(null, { status: CLIENT_CLOSED_REQUEST });
    }
    const { model } = prepared;
    visit.model = model;
    visit.reply = describeReply(visit, operation, prepared, setup.agent(identity.name), context.now());
    const arrival = { ...admission(), provider: destination.provider, model, operation, limits };
    const departure = depart(headers, destination, prepared, settings);
    const facts = describeCall(visit, identity, destination, prepared, setup);
    const late = admit(arrival) ?? hold(facts, settings);
    if (late) {
      releaseBody(memory, body.length);
      return late;
    }
    take(arrival);
    const call = begin(facts, setup);
    connection.timeout(request, 0);
    request.signal.addEventListener("abort", () => stopCall(call, "client_left"));
    return run(call, visit, departure, body.length, {
      now: context.now,
      idleTimeout: settings.gateway.idle_timeout,
      hideUsage: prepared.hideUsage,
      memory,
      end: (outcome) => settle(call, outcome, context),
      closed() {
        calls.delete(call);
        watchdog.release(call);
        connection.timeout(request, IDLE_SECONDS);
        noteIdle();
      },
    });
  }

  /** Writes down what is about to be in flight, so that a crash forgets nothing. */
  function hold(facts: CallFacts, { audit }: Settings): Refusal | null {
    return store.holds.open(holdOf(facts)) || audit.on_failure === "continue" ? null : unheld();
  }

  /** From here on the call is in flight: counted and watched until its one ending. */
  function begin(facts: CallFacts, setup: Setup): Call {
    const { header_timeout, answer_timeout } = setup.settings.gateway;
    const deadline = context.now() + (facts.stream ? header_timeout : answer_timeout);
    const call = createCall(facts, meet(facts, setup), deadline);
    calls.add(call);
    watchdog.watch(call);
    fleet.began(call.agent, call.started);
    return call;
  }

  /** The agent of a call, created on first sight. Its labels are the configured ones, else those declared last. */
  function meet({ identity, owner, purpose, tags, started }: CallFacts, setup: Setup): AgentState {
    if (!fleet.agents.has(identity.name)) {
      store.journal.append({
        type: "agent",
        event: "agent.created",
        time: new Date(started).toISOString(),
        agent: identity.name,
        owner: owner ?? undefined,
        purpose: purpose ?? undefined,
      });
    }
    const agent = fleet.meet(identity.name, started);
    const configured = setup.agent(identity.name);
    agent.owner = configured.owner ?? owner ?? agent.owner;
    agent.purpose = configured.purpose ?? purpose ?? agent.purpose;
    agent.tags = tags.length > 0 ? tags : agent.tags;
    return agent;
  }

  /** Sends the call and answers it. Whatever happens, it ends in one settlement. */
  async function run(
    call: Call,
    visit: Visit,
    departure: Departure,
    bodyBytes: Bytes,
    answering: AnswerContext,
  ): Promise<Response> {
    let result: Response | UpstreamFailure;
    try {
      result = await forward(call, departure, context.fetch);
      // The body has left: the memory that it took is free again, however long the answer takes.
      releaseBody(memory, bodyBytes);
      if (!("refusal" in result)) result = await answer(call, result, answering);
    } catch (cause) {
      call.abort.abort();
      result = { sent: true, error: "internal", refusal: defect(visit, cause) };
    }
    if (!("refusal" in result)) return result;
    const { sent, error } = result;
    const ending = endingOf(call.stopped);
    const status = ending === "gone" ? null : result.refusal.status;
    answering.end({ ending, status, error, reading: null, sent });
    answering.closed();
    return renderRefusal(result.refusal, visit);
  }

  /** Answers a refusal and writes it down. It is nobody's error. */
  function refuse(visit: Visit, refused: Refusal): Response {
    const now = context.now();
    const answered = answerRefusal(refused, visit);
    store.journal.append(blockedLine(refused, answered.status, visit, now));
    fleet.blocked(visit.identity?.name ?? null, now);
    return answered;
  }

  function defect(visit: Visit, cause: unknown): Refusal {
    context.log(`internal error in request ${visit.id}: ${describeDefect(cause)}`);
    return refusal("internal", `The gateway failed on this request. Report its id: ${visit.id}.`);
  }

  function idle(): Promise<void> {
    return new Promise((resolve) => {
      waitingForIdle.push(resolve);
      noteIdle();
    });
  }

  return {
    handle,
    get inFlight() {
      return calls.size;
    },
    async drain(grace) {
      shuttingDown = true;
      await Promise.race([idle(), grace]);
      for (const call of calls) stopCall(call, "shutdown");
      // What is left are bodies that are still on their way.
      for (const waiting of watchdog.all()) waiting.expire();
      await idle();
    },
  };
}

/** A GET or HEAD with a body cannot be sent on: fetch has no such thing, and dropping it would change the request. */
function checkSendable(method: string, body: Uint8Array): Refusal | null {
  if (body.length === 0 || (method !== "GET" && method !== "HEAD")) return null;
  return refusal("invalid_request", `A ${method} request with a body cannot be passed on. Send it without.`);
}

function unheld(): Refusal {
  const message =
    "No call passes while what is in flight cannot be written down. Check the disk of gateway.data_dir.";
  return refusal("journal_unavailable", message, 5000);
}

function foreignPage(): Refusal {
  const message =
    "A web page of another site cannot use the gateway's keys. Send your own key, or call from a program.";
  return refusal("foreign_page", message);
}

function headersTooLarge(): Refusal {
  const limit = MAX_HEADER_BYTES / 1024;
  return refusal(
    "headers_too_large",
    `The request's headers are larger than ${limit} KiB. Send fewer or shorter ones.`,
  );
}

/** A defect's name and place, without its message where that could quote what an agent sent. */
function describeDefect(cause: unknown): string {
  if (!(cause instanceof Error)) return typeof cause;
  const place = cause.stack?.split("\n").find((line) => line.includes("at "));
  return `${errorCode(cause)} ${place?.trim() ?? ""}`;
}
