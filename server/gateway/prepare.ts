/** Reads what a request asks for, and makes the bytes that go upstream: the caller's own, but for what metering needs. */
import type { Bytes } from "../core/duration.ts";
import { type Refusal, refusal } from "../core/refusal.ts";
import { protocols } from "../protocols/index.ts";
import { duplicateMember } from "../protocols/json-edit.ts";
import { askForUsage } from "../protocols/openai-chat.ts";
import type { Demand } from "../protocols/protocol.ts";
import type { Operation, Provider } from "../providers/provider.ts";
import { type BodyMemory, memoryFull, releaseBody, takeMemory } from "./body.ts";
import { decodeWhole } from "./decode.ts";

export interface Prepared {
  readonly body: Uint8Array<ArrayBuffer>;
  /** Whether the body is JSON that was read, and not passed on unread. */
  readonly isJson: boolean;
  readonly hasTools: boolean;
  /** Bytes that count as text when the input is estimated: decoded, long base64 counted by the piece. */
  readonly inputBytes: Bytes;
  readonly model: string | null;
  readonly stream: boolean;
  /** What the body demands, for who must answer it; null where it was passed on unread. */
  readonly readDemand: (() => Demand) | null;
  /** Whether the gateway asked for a usage chunk that the client did not ask for. */
  readonly hideUsage: boolean;
}

/** Members that decide something: an upstream might read the other one of two. */
const DECIDING = [
  "model",
  "stream",
  "stream_options",
  "max_tokens",
  "max_completion_tokens",
  "max_output_tokens",
  "n",
  "generationConfig",
  "service_tier",
  "background",
];

const MAX_MODEL_NAME = 256;
/** A compressed body is decoded only to be decided on: as bytes, as text and as values. */
const COPIES_DECODED = 4;

/** What decides, from a body whose operation is known. Generating calls are JSON whatever their Content-Type says. */
export async function prepareRequest(
  provider: Provider,
  operation: Operation,
  body: Uint8Array<ArrayBuffer>,
  headers: Headers,
  maxBody: Bytes,
  memory: BodyMemory,
): Promise<Prepared | Refusal> {
  // Uploads (audio, images) are metered by their answers alone.
  if (operation.kind === "pass" || operation.requestBody === "any") {
    const { model, stream } = operation;
    const inputBytes = body.length;
    return {
      body,
      isJson: false,
      hasTools: false,
      inputBytes,
      model,
      stream: stream ?? false,
      readDemand: null,
      hideUsage: false,
    };
  }
  const encoding = headers.get("content-encoding");
  if (encoding === null || encoding === "identity") return decide(provider, operation, body, body);
  const cost = maxBody * COPIES_DECODED;
  if (!takeMemory(memory, cost)) return memoryFull();
  try {
    return decide(provider, operation, body, await decodeWhole(encoding, body, maxBody));
  } finally {
    releaseBody(memory, cost);
  }
}

/** `plain` is the body decoded, null where that failed. */
function decide(
  provider: Provider,
  operation: Operation,
  body: Uint8Array<ArrayBuffer>,
  plain: Uint8Array | null,
): Prepared | Refusal {
  const text = plain && decoder.decode(plain);
  const parsed = text && parseObject(text);
  if (!parsed) {
    return refusal(
      "invalid_json",
      "The request's body is not a JSON object. Check that it is complete, valid JSON without a byte order mark.",
    );
  }
  const twice = duplicateMember(plain, text, parsed, DECIDING);
  if (twice !== null) {
    return refusal("invalid_request", `The member \`${twice}\` stands twice in the body. Send it once.`);
  }
  const model = operation.model ?? (typeof parsed.model === "string" ? parsed.model : null);
  if (model !== null && model.length > MAX_MODEL_NAME) {
    return refusal("invalid_request", `The model's name is longer than ${MAX_MODEL_NAME} characters.`);
  }
  const stream = operation.stream ?? parsed.stream === true;
  const hasTools = Array.isArray(parsed.tools) && parsed.tools.length > 0;
  const asks =
    stream && plain === body && provider.streamUsage === "ask" && operation.dialect === "openai-chat";
  const asking = asks ? askForUsage(body, parsed) : null;
  const inputBytes = countInput(text);
  return {
    body: asking ?? body,
    isJson: true,
    hasTools,
    inputBytes,
    model,
    stream,
    readDemand: () => protocols.get(operation.dialect).readDemand(parsed),
    hideUsage: asking !== null,
  };
}

/** Long base64 is an image, a document or a recording and not text: counted as so many bytes of text. */
const LONG_BASE64 = /[A-Za-z0-9+/_=-]{4096,}/g;
const BYTES_PER_ITEM = 15_000;

function countInput(text: string): Bytes {
  if (text.length < 4096) return text.length;
  let bytes = Buffer.byteLength(text);
  for (const [item] of text.matchAll(LONG_BASE64)) bytes += BYTES_PER_ITEM - item.length;
  return Math.max(0, bytes);
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    // Not JSON: the caller is told so.
    return null;
  }
}

/** A byte order mark stays in the text, where JSON does not allow it: the upstream might read past it, or not. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
