/** Reads what a request asks for, and makes the bytes that go upstream: the caller's own, but for what metering needs. */
import type { Bytes } from "../core/duration.ts";
import type { Fingerprint } from "../core/loop-detector.ts";
import { type Refusal, refusal } from "../core/refusal.ts";
import { NO_DEMAND } from "../protocols/demand.ts";
import { protocols } from "../protocols/index.ts";
import { textOf } from "../protocols/json.ts";
import { duplicateMember } from "../protocols/json-edit.ts";
import { askForUsage } from "../protocols/openai-chat.ts";
import type { Demand, InputEstimate } from "../protocols/protocol.ts";
import type { Operation, Provider } from "../providers/provider.ts";
import { type BodyMemory, memoryFull, releaseBody, takeMemory } from "./body.ts";
import { decodeWhole } from "./decode.ts";

export interface Prepared {
  readonly body: Uint8Array<ArrayBuffer>;
  /** Whether the body is JSON that was read, and not passed on unread. */
  readonly isJson: boolean;
  readonly hasTools: boolean;
  readonly model: string | null;
  readonly stream: boolean;
  /** What the body asks for; nothing where it was passed on unread. */
  readonly demand: Demand;
  /** An upper bound of the input that stands in the body. */
  readonly input: InputEstimate;
  /** The service tier that the body names. */
  readonly serviceTier: string | null;
  /** What tells whether the agent repeats itself; null where there is nothing to compare. Works it out when asked. */
  readonly readFingerprint: () => Fingerprint | null;
  /** Makes the body with a lower output ceiling; null where it cannot be edited. */
  readonly lower: ((ceiling: number) => Uint8Array<ArrayBuffer>) | null;
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
  "max_tokens_to_sample",
  "generation_config",
  "best_of",
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
    return {
      body,
      isJson: false,
      hasTools: false,
      model,
      stream: stream ?? false,
      demand: NO_DEMAND,
      input: { textBytes: body.length, mediaTokens: 0 },
      serviceTier: null,
      readFingerprint: () => null,
      lower: null,
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
  const protocol = protocols.get(operation.dialect);
  const sent = asking ?? body;
  const isEditable = plain === body && takesCeiling(operation);
  return {
    body: sent,
    isJson: true,
    hasTools,
    model,
    stream,
    demand: protocol.readDemand(parsed),
    input: protocol.estimateInput(parsed, plain.length, model),
    serviceTier: textOf(parsed.service_tier) ?? textOf(parsed.serviceTier),
    readFingerprint: () => protocol.fingerprint(parsed),
    lower: isEditable ? (ceiling) => protocol.lowerCeiling(sent, parsed, ceiling, model) : null,
    hideUsage: asking !== null,
  };
}

/** Whether requests of this operation may say how much output they want at most. */
export function takesCeiling({ kind, name }: Operation): boolean {
  return kind === "generate" && name !== "compact";
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
