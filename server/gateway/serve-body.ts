/** The second half of the order of things, once the body is there: what it asks for, who serves it, sent, answered, settled. */
import { type Refusal, refusal } from "../core/refusal.ts";
import { admitEarly } from "./admit.ts";
import type { AnswerContext } from "./answer.ts";
import { type BodyMemory, type Claim, memoryFull } from "./body.ts";
import { type Call, stopCall } from "./call.ts";
import { conduct } from "./conduct.ts";
import { type Connection, IDLE_SECONDS } from "./connection.ts";
import { noteDefect } from "./defect.ts";
import type { ForwardContext } from "./forward.ts";
import type { DoorContext } from "./let-in.ts";
import { meet } from "./meet.ts";
import type { Applicant } from "./newcomer.ts";
import { prepareRequest } from "./prepare.ts";
import { describeReply, type Visit } from "./refuse.ts";
import type { Aimed, Asked } from "./routing/aim.ts";
import { answerConnectionTest, isConnectionTest } from "./routing/connection-test.ts";
import { findTargets } from "./routing/targets.ts";
import { createTries, type Try } from "./routing/tries.ts";
import { type SettleContext, settle } from "./settle.ts";
import type { Underway } from "./underway.ts";
import { originOf } from "./upstream-key.ts";

export interface BodyContext extends DoorContext, SettleContext, ForwardContext {
  readonly memory: BodyMemory;
  readonly underway: Underway;
}

/** What is known of a request before its body is read. */
export type Headed = Omit<Applicant, "prepared" | "destination" | "ownKey" | "isUnderstudy"> &
  Omit<Asked, "prepared">;

/** What a client that has left is answered, for want of a reader: nginx's number for it. */
const CLIENT_CLOSED_REQUEST = 499;

/** The response, or a refusal. What `claim` has of the memory is given back as soon as the request has left. */
export async function serveBody(
  headed: Headed,
  body: Uint8Array<ArrayBuffer>,
  claim: Claim,
  connection: Connection,
  context: BodyContext,
): Promise<Response | Refusal> {
  const { visit, identity, addressed, operation, line, setup } = headed;
  const { memory, now } = context;
  const { request } = visit;
  const { method } = request;
  const terms = setup.agent(identity.name);
  const recipient = addressed?.provider ?? NOBODY;
  const { max_body: maxBody } = setup.settings.gateway;
  const prepared = await prepareRequest(recipient, operation, body, line.headers, maxBody, memory);
  if ("reason" in prepared) return prepared;
  // A body that was decoded stays as long as another target may be asked: a small one can be large then.
  const { plain } = prepared;
  if (plain !== null && plain !== body && !claim.grow(plain.length)) return memoryFull();
  if (body.length > 0 && (method === "GET" || method === "HEAD")) return unsendable(method);
  if (request.signal.aborted) return clientClosed();
  visit.model = prepared.model;
  visit.reply = describeReply(visit, operation, prepared, terms, now());
  const early = admitEarly(context.admission(identity, setup));
  if (early) return early;
  if (addressed === null && operation.kind === "generate" && isConnectionTest(prepared.model)) {
    meet(identity, setup, context, now());
    return answerConnectionTest(visit, identity.name, operation, prepared, terms, now());
  }

  const { caller, lane } = headed;
  const asked: Asked = { line, operation, addressed, prepared, caller, lane, setup };
  const targets = findTargets(asked, terms);
  if ("reason" in targets) return targets;
  const watch = (call: Call, aimed: Aimed) => accompany(call, aimed, asked, visit, connection, context);
  const tries = createTries(headed, asked, targets, watch, context);
  const begun = await tries.begin();
  if (begun === null) return clientClosed();
  if ("reason" in begun) return begun;
  return conduct(begun, visit, {
    fetch: context.fetch,
    contacts: context.contacts,
    tries,
    onAnswer: (upstream, at) => noteLimit(at, upstream, context),
    onSent: claim.release,
    onDefect: (cause) => noteDefect(visit.id, cause, context.log),
  });
}

/** Nobody has been addressed: what a stream is to report is asked for once it is known who serves it. */
const NOBODY = { streamUsage: "unasked" } as const;

/** Watches over a call that has begun, until its answer is over. */
function accompany(
  call: Call,
  { prepared: sent, translation, dropped, isElsewhere }: Aimed,
  { operation, prepared, setup }: Asked,
  { request }: Visit,
  connection: Connection,
  context: BodyContext,
): AnswerContext {
  const { watchdog, memory, now } = context;
  const leave = context.underway.begin(call);
  watchdog.watch(call);
  connection.timeout(request, 0);
  request.signal.addEventListener("abort", () => stopCall(call, "client_left"));
  // It may have left in the moment in which it was let in.
  if (request.signal.aborted) stopCall(call, "client_left");
  return {
    now,
    idleTimeout: setup.settings.gateway.idle_timeout,
    // What a translation tells of usage, the client's own format decides.
    hideUsage: translation === null && sent.hideUsage,
    usageChunk: prepared.demand.usageChunk,
    dialect: operation.dialect,
    translation,
    dropped,
    isElsewhere,
    memory,
    onDefect: (cause) => void noteDefect(call.id, cause, context.log),
    end: (outcome) => settle(call, outcome, context),
    closed() {
      watchdog.release(call);
      connection.timeout(request, IDLE_SECONDS);
      leave();
    },
  };
}

/** A 429 is about the key that the call was sent with. */
function noteLimit(
  { aimed: { destination }, ownKey }: Try,
  { status, headers }: Response,
  { controls, now }: BodyContext,
): void {
  if (status !== 429) return;
  const { located, key } = destination;
  controls.keyRest.rest(originOf(located.url), key ?? ownKey, headers, now());
}

/** Fetch has no such thing, and dropping the body would change the request. */
function unsendable(method: string): Refusal {
  return refusal("invalid_request", `A ${method} request with a body cannot be passed on. Send it without.`);
}

function clientClosed(): Response {
  return new Response(null, { status: CLIENT_CLOSED_REQUEST });
}
