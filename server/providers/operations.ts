/** What a method and path do, by the ends of official paths: prefixes differ from host to host, ends do not. */
import type { Dialect } from "../core/call.ts";
import type { Framing } from "../protocols/protocol.ts";
import { decodePath } from "./paths.ts";
import type { Operation } from "./provider.ts";

type Row = readonly [
  name: string,
  dialect: Dialect | null,
  kind: Operation["kind"],
  more?: Partial<Operation>,
];

const NDJSON: Partial<Operation> = { streamFraming: "ndjson" };
const UPLOAD: Partial<Operation> = { requestBody: "any" };

/** POST paths that generate or are billed otherwise. A null dialect is the host's own. */
const BILLED: ReadonlyMap<string, Row> = new Map<string, Row>([
  ["chat/completions", ["chat", "openai-chat", "generate"]],
  ["text/chatcompletion_v2", ["chat", "openai-chat", "generate"]],
  ["agents/completions", ["chat", "openai-chat", "generate"]],
  ["fim/completions", ["completions", "openai-chat", "generate"]],
  ["completions", ["completions", "openai-chat", "generate"]],
  ["responses", ["responses", "openai-responses", "generate"]],
  ["responses/compact", ["compact", "openai-responses", "generate"]],
  ["v1/messages", ["messages", "anthropic-messages", "generate"]],
  ["v1/complete", ["complete", "anthropic-messages", "generate"]],
  ["v2/chat", ["chat", "cohere-chat", "generate"]],
  ["v1/chat", ["chat", "cohere-chat", "generate", NDJSON]],
  ["v1/generate", ["generate", "cohere-chat", "generate", NDJSON]],
  ["v1/summarize", ["summarize", "cohere-chat", "generate"]],
  ["v2/embed", ["embeddings", "cohere-chat", "meter"]],
  ["v1/embed", ["embeddings", "cohere-chat", "meter"]],
  ["v1/classify", ["classify", "cohere-chat", "meter"]],
  ["api/chat", ["chat", "openai-chat", "generate", NDJSON]],
  ["api/generate", ["generate", "openai-chat", "generate", NDJSON]],
  ["api/embed", ["embeddings", "openai-chat", "meter"]],
  ["embeddings", ["embeddings", null, "meter"]],
  ["rerank", ["rerank", null, "meter"]],
  ["moderations", ["moderations", null, "meter"]],
  ["audio/speech", ["speech", null, "meter"]],
  ["audio/transcriptions", ["transcriptions", null, "meter", UPLOAD]],
  ["audio/translations", ["translations", null, "meter", UPLOAD]],
  ["images/generations", ["images", null, "meter"]],
  ["images/edits", ["images", null, "meter", UPLOAD]],
  ["images/variations", ["images", null, "meter", UPLOAD]],
]);

/** Resources that are worth a name in the journal though they are passed on unread. */
const NAMED = /(?:^|\/)(models|files|batches|fine_tuning|assistants|threads|vector_stores)(?=\/|$)/;

/** The operation at an upstream path (no query) of a host whose own dialect is `own`. */
export function classify(method: string, escapedPath: string, own: Dialect): Operation {
  const path = decodePath(escapedPath);
  const row = method === "POST" ? findBilled(path) : null;
  if (!row) return passing(freeName(method, path) ?? NAMED.exec(path)?.[1] ?? "other", dialectOf(path, own));
  const [name, dialect, kind, more] = row;
  return { ...passing(name, dialect ?? own), kind, requestBody: "json", ...more };
}

/** Posts that cost nothing: input is counted, or the making of a response is stopped. */
function freeName(method: string, path: string): "count_tokens" | "cancel" | null {
  if (method !== "POST") return null;
  if (/\/(?:responses\/input_tokens|messages\/count_tokens)\/?$/.test(path)) return "count_tokens";
  return /\/responses\/[^/]+\/cancel\/?$/.test(path) ? "cancel" : null;
}

/** An operation that is passed on unread. */
export function passing(name: string, dialect: Dialect, streamFraming: Framing = "sse"): Operation {
  return { name, dialect, kind: "pass", requestBody: "any", model: null, stream: null, streamFraming };
}

/** The longest known end of a path: its last two segments, else its last. */
function findBilled(path: string): Row | null {
  const segments = path.replace(/\/+$/, "").split("/");
  const last = segments.at(-1) ?? "";
  return BILLED.get(`${segments.at(-2) ?? ""}/${last}`) ?? BILLED.get(last) ?? null;
}

/** Errors of what is passed on unread are told as the path's neighbours tell theirs. */
function dialectOf(path: string, own: Dialect): Dialect {
  if (/\/v1\/messages(?:\/|$)/.test(path)) return "anthropic-messages";
  return own === "openai-chat" && /\/responses(?:\/|$)/.test(path) ? "openai-responses" : own;
}
