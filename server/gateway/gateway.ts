/**
 * The data plane: a call comes in, is identified, admitted, routed, forwarded, metered and settled.
 * `handle` is the order of things; each step has its own file.
 */
import type { AgentName, Identity } from "../core/agent.ts";
import type { Bytes, Instant, Millis } from "../core/duration.ts";
import type { BlockedLine } from "../core/event.ts";
import { chooseLane } from "../core/lane.ts";
import type { NanoUsd } from "../core/money.ts";
import { type Refusal, refusal } from "../core/refusal.ts";
import type { Priority } from "../core/settings.ts";
import type { RequestLine } from "../providers/provider.ts";
import type { Store } from "../store/store.ts";
import { type Admission, admitEarly } from "./admit.ts";
import { type AnswerContext, answer } from "./answer.ts";
import { type BodyMemory, readBody, releaseBody } from "./body.ts";
import { type Call, endingOf, stopCall } from "./call.ts";
import { type Controls, createControls } from "./controls.ts";
import { depart } from "./depart.ts";
import { type Destination, findDestination } from "./destination.ts";
import { createDoorkeeper, type FoldedRefusal, REPLY_DELAY } from "./doorkeeper.ts";
import type { LiveFleet } from "./fleet.ts";
import { type Departure, errorCode, type Fetch, forward, type UpstreamFailure } from "./forward.ts";
import { clientKey, headerBytes } from "./headers.ts";
import { identify } from "./identify.ts";
import type { Keyring } from "./keys.ts";
import { enterLane } from "./lane-upstream.ts";
import { type Applicant, circumstances, type DoorContext, letIn } from "./let-in.ts";
import { isForeignPage } from "./origin.ts";
import { describeFacts } from "./policy-facts.ts";
import { prepareRequest } from "./prepare.ts";
import {
  answerRefusal,
  blockedLine,
  describeReply,
  guessDialect,
  renderRefusal,
  type Visit,
} from "./refuse.ts";
import { findRoute, type Route, readTarget } from "./route.ts";
import { readRun } from "./run.ts";
import { type Bill, type Outcome, settle } from "./settle.ts";
import type { Setup } from "./setup.ts";
import type { Resolve } from "./target-url.ts";
import { originOf } from "./upstream-key.ts";
import { judgeEnding } from "./verdict.ts";
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
  readonly keys: Pick<Keyring, "find">;
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

/** How long an idle connection is kept, in seconds; calls in flight are under the watchdog instead. */
export const IDLE_SECONDS = 30;

const MAX_HEADER_BYTES: Bytes = 48 * 1024;
/** Refusals that are told late at the same time, at most. */
const MAX_DELAYED = 1_000;
const HOUSEKEEPING: Millis = 1_000;
/** What a client that has left is answered, for want of a reader: nginx's number for it. */
const CLIENT_CLOSED_REQUEST = 499;

/** Builds the data plane. It listens nowhere by itself. */
export function createGateway(context: GatewayContext): Gateway {
  const { store, fleet } = context;
  const watchdog = createWatchdog(context.now, context.every);
  const memory: BodyMemory = { limit: context.bodyMemory, used: 0 };
  const calls = new Set<Call>();
  const controls = createControls(context);
  const doorkeeper = createDoorkeeper<BlockedLine>({ limit: MAX_DELAYED });
  const closing = new AbortController();
  const door: DoorContext = { ...context, controls, watchdog, admission, closing: closing.signal };
  const stopHousekeeping = context.every(HOUSEKEEPING, keepHouse);
  /** Requests that have not been answered yet, whether they became calls or not. */
  let visits = 0;
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
      run: null,
      provider: null,
      model: null,
      reply: null,
    };
    visits++;
    try {
      const answered = await serve(visit, query, connection);
      return "reason" in answered ? await refuse(visit, answered) : answered;
    } catch (cause) {
      return await refuse(visit, defect(visit, cause));
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
    controls.follow(setup);

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

    const identity = whoCalls(route, query, headers, setup);
    if ("reason" in identity) return identity;
    visit.identity = identity;
    const run = readRun(headers);
    if (run && "reason" in run) return run;
    visit.run = run;
    const early = admitEarly(admission(identity, setup));
    if (early) return early;

    const caller = { agent: identity.name, form: route.form, own: clientKey(headers, query) };
    const found = await findDestination(route, located, line, caller, setup, context.resolve);
    if ("reason" in found) return found;
    const lane = laneOf(identity, setup);
    const destination = enterLane(found, lane, line, caller, setup);
    visit.provider = destination.provider.id;
    visit.dialect = destination.located.operation.dialect;
    // A page has no business with a key that is not its own.
    if (destination.key !== null && isForeignPage(headers, [settings.gateway.host])) return foreignPage();

    const { max_body: maxBody, header_timeout } = settings.gateway;
    const bounds = { maxBody, deadline: context.now() + header_timeout };
    const body = await readBody(request, bounds, memory, watchdog);
    if ("reason" in body) return body;
    const applicant = { visit, identity, run, destination, lane, setup, ownKey: caller.own };
    let isUnderWay = false;
    try {
      return await serveBody(applicant, body, connection, () => {
        isUnderWay = true;
      });
    } finally {
      if (!isUnderWay) releaseBody(memory, body.length);
    }
  }

  /** The rest of it, once the body is there. `onLetIn`: the call's flow gives the body's memory back from now on. */
  async function serveBody(
    known: Omit<Applicant, "prepared">,
    body: Uint8Array<ArrayBuffer>,
    connection: Connection,
    onLetIn: () => void,
  ): Promise<Response | Refusal> {
    const { visit, identity, destination, setup, ownKey } = known;
    const { request } = visit;
    const { headers, method } = request;
    const { max_body: maxBody, idle_timeout: idleTimeout } = setup.settings.gateway;
    const { operation } = destination.located;
    const prepared = await prepareRequest(destination.provider, operation, body, headers, maxBody, memory);
    const unsendable = "reason" in prepared ? prepared : checkSendable(method, body);
    if (unsendable || "reason" in prepared) return unsendable ?? clientClosed();
    if (request.signal.aborted) return clientClosed();
    visit.model = prepared.model;
    visit.reply = describeReply(visit, operation, prepared, setup.agent(identity.name), context.now());
    const departure = depart(headers, destination, prepared, setup.settings);
    const entered = admitEarly(admission(identity, setup)) ?? (await letIn({ ...known, prepared }, door));
    if (entered === null) return clientClosed();
    if ("reason" in entered) return entered;
    onLetIn();
    const { call } = entered;
    calls.add(call);
    watchdog.watch(call);
    connection.timeout(request, 0);
    request.signal.addEventListener("abort", () => stopCall(call, "client_left"));
    // It may have left in the moment in which it was let in.
    if (request.signal.aborted) stopCall(call, "client_left");
    const onAnswer = (upstream: Response) => noteLimit(destination, ownKey, upstream);
    return conduct(call, visit, { ...departure, body: entered.body }, body.length, onAnswer, {
      now: context.now,
      idleTimeout,
      hideUsage: prepared.hideUsage,
      usageChunk: prepared.demand.usageChunk,
      memory,
      end: (outcome) => settle(call, outcome, { ...context, giveBack }),
      closed() {
        calls.delete(call);
        watchdog.release(call);
        connection.timeout(request, IDLE_SECONDS);
        noteIdle();
      },
    });
  }

  function whoCalls(
    { agent }: Route,
    query: string,
    headers: Headers,
    { settings }: Setup,
  ): Identity | Refusal {
    const { default_agent } = settings.gateway;
    return identify(
      headers,
      query,
      agent,
      default_agent,
      settings.identity.mode,
      context.keys,
      context.now(),
    );
  }

  function admission(identity: Identity, setup: Setup): Admission {
    const { problem: journalProblem } = store.journal;
    const { aborted: shuttingDown } = closing.signal;
    return { identity, setup, fleet, now: context.now(), journalProblem, shuttingDown };
  }

  function laneOf({ name, key, purpose }: Identity, setup: Setup): Priority {
    const { tier, terms } = controls.standing(name, setup, key !== null);
    return chooseLane({
      priority: terms.priority,
      configuredPurpose: terms.purpose,
      declaredPurpose: purpose,
      tier,
      hasKey: key !== null,
    });
  }

  /** A 429 is about the key that the call was sent with. */
  function noteLimit({ located, key }: Destination, own: string | null, upstream: Response): void {
    if (upstream.status === 429)
      controls.keyRest.rest(originOf(located.url), key ?? own, upstream.headers, context.now());
  }

  /** What a call has taken goes back, and what became of it is noted. Whoever waits begins in this very turn. */
  function giveBack(call: Call, outcome: Outcome, { usage, costNano }: Bill, now: Instant): void {
    const { agent, crossing, hold, requestedModel } = call;
    const verdict = judgeEnding(outcome);
    if (verdict === "success") crossing.succeed(now);
    if (verdict === "failure") crossing.fail(now);
    else crossing.giveBack();
    if (outcome.ending === "complete" && usage?.outputTokens != null)
      controls.habits.note(agent.name, requestedModel, usage.outputTokens);
    observe(call, outcome, costNano, now);
    hold?.release();
    call.releaseSlot();
  }

  /** Trust and policies look at what a call came to. */
  function observe(call: Call, outcome: Outcome, costNano: NanoUsd | null, now: Instant): void {
    const setup = context.setup();
    const { agent, owner, requestedModel: model } = call;
    const status = outcome.upstreamStatus ?? null;
    const fact = { kind: "call", model, owner, status, costNano } as const;
    controls.reputation.observe(agent.name, fact, now, controls.trustTermsOf(agent.name, setup));
    const around = () => circumstances(controls, agent.name, call.charged.run, call.trust, setup);
    controls.policing.review(setup.policies, () => describeFacts(call, agent, around(), now), now);
  }

  /** Sends the call and answers it. Whatever happens, it ends in one settlement. */
  async function conduct(
    call: Call,
    visit: Visit,
    departure: Departure,
    bodyBytes: Bytes,
    onAnswer: (upstream: Response) => void,
    answering: AnswerContext,
  ): Promise<Response> {
    let result: Response | UpstreamFailure;
    try {
      // Once the body has left, the memory that it took is free again, however long the answer takes.
      result = await forward(call, departure, context.fetch).finally(() => releaseBody(memory, bodyBytes));
      if (!("refusal" in result)) onAnswer(result);
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

  /** Answers a refusal and writes it down. It is nobody's error. A loop against a closed door stays cheap. */
  function refuse(visit: Visit, refused: Refusal): Response | Promise<Response> {
    const now = context.now();
    const answered = answerRefusal(refused, visit);
    const name = visit.identity?.name ?? null;
    const agent = name !== null && fleet.agents.has(name) ? name : null;
    const setup = context.setup();
    const trust = agent === null ? null : controls.trustScore(agent, setup);
    const configured = name === null ? null : setup.agent(name);
    const line = blockedLine(refused, answered.status, visit, { configured, trust }, now);
    const { delayed, fold } = doorkeeper.note({ agent, reason: refused.reason }, line, now);
    if (!fold) store.journal.append(line);
    fleet.blocked(name, now);
    return delayed ? later(visit, answered) : answered;
  }

  function later({ request }: Visit, answered: Response): Promise<Response> {
    return new Promise((resolve) => {
      const done = (): void => {
        stop();
        request.signal.removeEventListener("abort", done);
        doorkeeper.release();
        resolve(answered);
      };
      const stop = context.every(REPLY_DELAY, done);
      request.signal.addEventListener("abort", done);
    });
  }

  function keepHouse(): void {
    const now = context.now();
    controls.keepHouse(now);
    writeFolded(doorkeeper.flush(now));
  }

  function writeFolded(folded: readonly FoldedRefusal<BlockedLine>[]): void {
    for (const { sample, count } of folded) store.journal.append(count > 1 ? { ...sample, count } : sample);
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
    controls,
    get inFlight() {
      return calls.size;
    },
    kill(agent) {
      for (const call of calls) if (call.agent.name === agent) stopCall(call, "agent_deactivated");
    },
    async drain(grace) {
      closing.abort();
      await Promise.race([idle(), grace]);
      for (const call of calls) stopCall(call, "shutdown");
      // What is left are bodies that are still on their way.
      for (const waiting of watchdog.all()) waiting.expire();
      await idle();
      stopHousekeeping();
      writeFolded(doorkeeper.flushAll());
      controls.persist();
    },
  };
}

/** A GET or HEAD with a body cannot be sent on: fetch has no such thing, and dropping it would change the request. */
function checkSendable(method: string, body: Uint8Array): Refusal | null {
  if (body.length === 0 || (method !== "GET" && method !== "HEAD")) return null;
  return refusal("invalid_request", `A ${method} request with a body cannot be passed on. Send it without.`);
}

function clientClosed(): Response {
  return new Response(null, { status: CLIENT_CLOSED_REQUEST });
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
