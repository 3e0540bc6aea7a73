/** Reads what a request asks for, and makes the bytes that go upstream: the caller's own, but for what metering needs. */
import type { Bytes } from "../core/duration.ts";
import { type Refusal, refusal } from "../core/refusal.ts";
import { duplicateMember } from "../protocols/json-edit.ts";
import { askForUsage } from "../protocols/openai-chat.ts";
import type { Operation, Provider } from "../providers/provider.ts";
import { decodeWhole } from "./decode.ts";

export interface Prepared {
  readonly body: Uint8Array<ArrayBuffer>;
  /** The parsed body of a generating or metered call, else null. */
  readonly parsed: Readonly<Record<string, unknown>> | null;
  readonly model: string | null;
  readonly stream: boolean;
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

/** Most bytes that a compressed body may decode to. */
const MAX_DECODED: Bytes = 64 * 1024 * 1024;

/** What decides, from a body whose operation is known. Generating calls are JSON whatever their Content-Type says. */
export async function prepareRequest(
  provider: Provider,
  operation: Operation,
  body: Uint8Array<ArrayBuffer>,
  headers: Headers,
): Promise<Prepared | Refusal> {
  // Uploads (audio, images) are metered by their answers alone.
  if (operation.kind === "pass" || operation.requestBody === "any") {
    return {
      body,
      parsed: null,
      model: operation.model,
      stream: operation.stream ?? false,
      hideUsage: false,
    };
  }
  const encoding = headers.get("content-encoding") ?? "identity";
  const plain = encoding === "identity" ? body : await decodeWhole(encoding, body, MAX_DECODED);
  const parsed = plain && parseObject(plain);
  if (!parsed) {
    return refusal(
      "invalid_json",
      "The request's body is not a JSON object. Check that it is complete, valid JSON.",
    );
  }
  const twice = duplicateMember(plain, DECIDING);
  if (twice !== null) {
    return refusal("invalid_request", `The member \`${twice}\` stands twice in the body. Send it once.`);
  }
  const model = operation.model ?? (typeof parsed.model === "string" ? parsed.model : null);
  const stream = operation.stream ?? parsed.stream === true;
  const asks =
    stream && provider.streamUsage === "ask" && operation.dialect === "openai-chat" && plain === body;
  const asking = asks ? askForUsage(body, parsed) : null;
  return { body: asking ?? body, parsed, model, stream, hideUsage: asking !== null };
}

function parseObject(body: Uint8Array): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(decoder.decode(body));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    // Not JSON: the caller is told so.
    return null;
  }
}

const decoder = new TextDecoder();
