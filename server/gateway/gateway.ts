/**
 * The data plane: a call comes in, is identified, admitted, routed, forwarded, metered and settled.
 * `handle` is the order of things; each step has its own file.
 */
import type { Identity } from "../core/agent.ts";
import type { Bytes, Instant } from "../core/duration.ts";
import { type Refusal, refusal } from "../core/refusal.ts";
import type { RequestLine } from "../providers/provider.ts";
import type { Hold, Store } from "../store/store.ts";
import { admit } from "./admit.ts";
import { type AnswerContext, answer } from "./answer.ts";
import { type BodyMemory, readBody, releaseBody } from "./body.ts";
import { type Call, expireCall, stopCall } from "./call.ts";
import { depart } from "./depart.ts";
import { type Destination, findDestination } from "./destination.ts";
import type { AgentState, LiveFleet } from "./fleet.ts";
import { type Departure, errorCode, type Fetch, forward, type UpstreamFailure } from "./forward.ts";
import { headerBytes } from "./headers.ts";
import { identify } from "./identify.ts";
import { type Prepared, prepareRequest } from "./prepare.ts";
import { blockedLine, guessDialect, renderRefusal, type Visit } from "./refuse.ts";
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

/** Builds the data plane. It listens nowhere by itself. */
export function createGateway(context: GatewayContext): Gateway {
  const { store, fleet } = context;
  const watchdog = createWatchdog(context.now, context.every);
  const memory: BodyMemory = { limit: context.bodyMemory, used: 0 };
  const calls = new Set<Call>();
  let shuttingDown = false;

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
    };
    try {
      const answered = await serve(visit, query, connection);
      return "reason" in answered ? refuse(visit, answered) : answered;
    } catch (cause) {
      return refuse(visit, defect(visit, cause));
    }
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
    const refused = admit({ identity, setup, fleet, journalProblem: store.journal.problem, shuttingDown });
    if (refused) return refused;

    const destination = await findDestination(route, located, line, identity.name, setup, context.resolve);
    if ("reason" in destination) return destination;
    const { operation } = destination.located;
    visit.provider = destination.provider.id;
    visit.dialect = operation.dialect;

    const limits = {
      maxBody: settings.gateway.max_body,
      deadline: context.now() + settings.gateway.header_timeout,
    };
    const body = await readBody(request, limits, memory, watchdog);
    if ("reason" in body) return body;
    const prepared = await prepareRequest(destination.provider, operation, body, headers);
    if ("reason" in prepared) {
      releaseBody(memory, body.length);
      return prepared;
    }
    visit.model = prepared.model;

    const departure = depart(headers, destination, prepared, settings);
    const call = begin(visit, identity, destination, prepared, setup);
    connection.timeout(request, 0);
    request.signal.addEventListener("abort", () => stopCall(call, "client_left"));
    return run(call, visit, departure, body.length, {
      now: context.now,
      idleTimeout: settings.gateway.idle_timeout,
      hideUsage: prepared.hideUsage,
      end: (outcome) => settle(call, outcome, context),
      closed() {
        calls.delete(call);
        watchdog.release(call);
        connection.timeout(request, IDLE_SECONDS);
      },
    });
  }

  /** From here on the call is in flight: counted and watched until its one ending. */
  function begin(
    visit: Visit,
    identity: Identity,
    destination: Destination,
    prepared: Prepared,
    setup: Setup,
  ): Call {
    const configured = setup.agent(identity.name);
    const { header_timeout, answer_timeout } = setup.settings.gateway;
    const call: Call = {
      id: visit.id,
      started: visit.started,
      method: visit.request.method,
      identity,
      agent: meet(identity, visit.started),
      owner: identity.owner ?? configured.owner,
      purpose: identity.purpose ?? configured.purpose,
      tags: identity.tags.length === 0 ? configured.tags : [...configured.tags, ...identity.tags],
      provider: destination.provider,
      located: destination.located,
      prices: setup.prices,
      requestedModel: prepared.model,
      stream: prepared.stream,
      inputBytes: prepared.body.length,
      hasTools: prepared.hasTools,
      abort: new AbortController(),
      deadline: context.now() + (prepared.stream ? header_timeout : answer_timeout),
      waitingFor: "upstream",
      stopped: null,
      firstByte: null,
      ended: false,
      onStop: null,
      expire: () => expireCall(call),
    };
    call.agent.owner = call.owner;
    call.agent.purpose = call.purpose;
    call.agent.tags = call.tags;
    calls.add(call);
    watchdog.watch(call);
    fleet.began(call.agent, visit.started);
    return call;
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
      result = await send(call, departure, bodyBytes);
      if (!("refusal" in result)) result = await answer(call, result, answering);
    } catch (cause) {
      result = { sent: true, error: "internal", refusal: defect(visit, cause) };
    }
    if (!("refusal" in result)) return result;
    const { sent, error } = result;
    const isGone = call.stopped === "client_left";
    const status = isGone ? null : result.refusal.status;
    answering.end({ ending: isGone ? "gone" : "failed", status, error, reading: null, sent });
    answering.closed();
    return renderRefusal(result.refusal, visit);
  }

  /** Resolves with the head of the upstream's answer. The body has left by then, and its memory is given back. */
  async function send(
    call: Call,
    departure: Departure,
    bodyBytes: Bytes,
  ): Promise<Response | UpstreamFailure> {
    try {
      return hold(call) ?? (await forward(call, departure, context.fetch));
    } finally {
      releaseBody(memory, bodyBytes);
    }
  }

  /** Writes the hold before the request leaves, so that a crash forgets nothing. */
  function hold(call: Call): UpstreamFailure | null {
    if (store.holds.open(holdOf(call)) || context.setup().settings.audit.on_failure === "continue")
      return null;
    const message =
      "No call passes while what is in flight cannot be written down. Check the disk of gateway.data_dir.";
    return {
      sent: false,
      error: "journal_unavailable",
      refusal: refusal("journal_unavailable", message, 5000),
    };
  }

  function meet(identity: Identity, at: Instant): AgentState {
    const known = fleet.agents.get(identity.name);
    if (known) return known;
    store.journal.append({
      type: "agent",
      event: "agent.created",
      time: new Date(at).toISOString(),
      agent: identity.name,
      owner: identity.owner ?? undefined,
      purpose: identity.purpose ?? undefined,
    });
    return fleet.meet(identity.name, at);
  }

  /** Answers a refusal and writes it down. It is nobody's error. */
  function refuse(visit: Visit, refused: Refusal): Response {
    const now = context.now();
    store.journal.append(blockedLine(refused, visit, now));
    const known = visit.identity && fleet.agents.get(visit.identity.name);
    if (known) fleet.blocked(known, now);
    return renderRefusal(refused, visit);
  }

  function defect(visit: Visit, cause: unknown): Refusal {
    context.log(`internal error in request ${visit.id}: ${describeDefect(cause)}`);
    return refusal("internal", `The gateway failed on this request. Report its id: ${visit.id}.`);
  }

  return {
    handle,
    get inFlight() {
      return calls.size;
    },
    async drain(grace) {
      shuttingDown = true;
      await Promise.race([watchdog.idle(), grace]);
      for (const call of calls) stopCall(call, "shutdown");
      await watchdog.idle();
    },
  };
}

function holdOf(call: Call): Hold {
  return {
    id: call.id,
    time: call.started,
    agent: call.identity.name,
    owner: call.owner,
    purpose: call.purpose,
    provider: call.provider.id,
    model: call.requestedModel,
    method: call.method,
    path: call.located.path,
    stream: call.stream,
    nano: null,
  };
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
