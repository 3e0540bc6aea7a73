/** Tells a refusal in the dialect of the caller, and writes it down. */
import type { Identity } from "../core/agent.ts";
import type { Dialect } from "../core/call.ts";
import type { Instant } from "../core/duration.ts";
import type { BlockedLine } from "../core/event.ts";
import { REPLIED, type Refusal } from "../core/refusal.ts";
import { protocols } from "../protocols/index.ts";
import type { Reply } from "../protocols/protocol.ts";
import { blockedId } from "../protocols/render.ts";
import type { Operation } from "../providers/provider.ts";
import type { Prepared } from "./prepare.ts";
import type { Run } from "./run.ts";
import type { AgentTerms } from "./terms.ts";

/** What is known of a request before it is a call; filled in as it goes through the gates. */
export interface Visit {
  readonly id: string;
  readonly started: Instant;
  readonly request: Request;
  readonly path: string;
  dialect: Dialect;
  identity: Identity | null;
  run: Run | null;
  provider: string | null;
  model: string | null;
  /** Tells a sentence as an answer of the provider; null where that is not possible or not wanted. */
  reply: ((text: string) => Reply | null) | null;
}

/** Paths come from outside: so much of one is written down. */
export const MAX_PATH = 512;

/** The response for a refusal, and the status it is told with: an answer where a sentence will do, else an error. */
export function answerRefusal(refusal: Refusal, visit: Visit): Response {
  const said = REPLIED.has(refusal.reason)
    ? visit.reply?.(`[Tollgate] Request blocked: ${refusal.reason}`)
    : null;
  if (!said) return renderRefusal(refusal, visit);
  const headers = new Headers({
    "content-type": said.contentType,
    "x-tollgate-request-id": visit.id,
    "x-tollgate-blocked": refusal.reason,
  });
  if (visit.identity) headers.set("x-tollgate-agent", visit.identity.name);
  return new Response(said.body, { headers });
}

/** How a call would be answered in its provider's place (SPEC 6.3, 6.5); null where only an error is understood. */
export function describeReply(
  visit: Visit,
  operation: Operation,
  prepared: Prepared,
  terms: AgentTerms,
  now: Instant,
): Visit["reply"] {
  const { demand, isJson, stream, model } = prepared;
  const wantsError = visit.request.headers.get("x-tollgate-on-block") === "error";
  if (operation.kind !== "generate" || !isJson || wantsError || terms.blocked_response === "error")
    return null;
  return (text) => {
    if (demand.demandsStructure) return null;
    const framing = operation.streamFraming;
    const said = {
      requestId: visit.id,
      id: blockedId(visit.id),
      model,
      operation: operation.name,
      stream,
      framing,
      usageChunk: demand.usageChunk,
      now,
    };
    return protocols.get(operation.dialect).renderReply(text, said);
  };
}

/** The response for a refusal: status, error body in the dialect, and what tells SDKs whether to try again. */
export function renderRefusal(refusal: Refusal, visit: Visit): Response {
  const headers = new Headers({
    "content-type": "application/json",
    "x-tollgate-request-id": visit.id,
    "x-tollgate-blocked": refusal.reason,
  });
  if (visit.identity) headers.set("x-tollgate-agent", visit.identity.name);
  if (refusal.retryAfter !== null) headers.set("retry-after", String(Math.ceil(refusal.retryAfter / 1000)));
  // The official SDKs repeat 408, 409, 429 and 5xx unless told not to.
  if (!refusal.retryable) headers.set("x-should-retry", "false");
  const body = protocols.get(visit.dialect).renderError(refusal, visit.id);
  return new Response(body, { status: refusal.status, headers });
}

/**
 * The journal's line for a refusal. A name that was not accepted is not repeated. Labels are those of a call: declared ones
 * first, then the configured ones of the agent that was named.
 */
export function blockedLine(
  refusal: Refusal,
  status: number,
  visit: Visit,
  { configured, trust }: { readonly configured: AgentTerms | null; readonly trust: number | null },
  now: Instant,
): BlockedLine {
  const { identity } = visit;
  return {
    type: "blocked",
    time: new Date(now).toISOString(),
    request_id: visit.id,
    agent: identity?.name,
    owner: identity?.owner ?? configured?.owner ?? undefined,
    purpose: identity?.purpose ?? configured?.purpose ?? undefined,
    run: visit.run?.id,
    key: identity?.key ?? undefined,
    trust: trust ?? undefined,
    reason: refusal.reason,
    status,
    provider: visit.provider ?? undefined,
    requested_model: visit.model ?? undefined,
    method: visit.request.method,
    path: visit.path.slice(0, MAX_PATH),
  };
}

/** By what an official path or an SDK's own header betrays. */
const SIGNS: readonly { readonly dialect: Dialect; readonly path: RegExp; readonly header: string | null }[] =
  [
    { dialect: "anthropic-messages", path: /\/messages(?:\/|$)/, header: "anthropic-version" },
    {
      dialect: "gemini",
      path: /\/v1(?:beta|alpha)(?:\/(?!openai)|$)|:[a-z]+generatecontent$/i,
      header: "x-goog-api-key",
    },
    { dialect: "cohere-chat", path: /\/v2\/(?:chat|embed|rerank)$/, header: null },
    { dialect: "openai-responses", path: /\/responses(?:\/|$)/, header: null },
  ];

/** The dialect of a caller whose request could not be routed. */
export function guessDialect(path: string, headers: Headers): Dialect {
  const sign = SIGNS.find((one) => one.path.test(path) || (one.header !== null && headers.has(one.header)));
  return sign?.dialect ?? "openai-chat";
}
