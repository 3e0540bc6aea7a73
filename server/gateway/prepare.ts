/** Reads what a request asks for, and makes the bytes that go upstream: the caller's own, but for what metering needs. */
import type { Bytes } from "../core/duration.ts";
import { type Refusal, refusal } from "../core/refusal.ts";
import { duplicateMember } from "../protocols/json-edit.ts";
import { askForUsage } from "../protocols/openai-chat.ts";
import type { Operation, Provider } from "../providers/provider.ts";
import { decodeWhole } from "./decode.ts";

export interface Prepared {
  readonly body: Uint8Array<ArrayBuffer>;
  /** Whether the body is JSON that was read, and not passed on unread. */
  readonly isJson: boolean;
  readonly hasTools: boolean;
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
    const { model, stream } = operation;
    return { body, isJson: false, hasTools: false, model, stream: stream ?? false, hideUsage: false };
  }
  const encoding = headers.get("content-encoding");
  const isPlain = encoding === null || encoding === "identity";
  const plain = isPlain ? body : await decodeWhole(encoding, body, MAX_DECODED);
  const text = plain && decoder.decode(plain);
  const parsed = text && parseObject(text);
  if (!parsed) {
    return refusal(
      "invalid_json",
      "The request's body is not a JSON object. Check that it is complete, valid JSON.",
    );
  }
  const twice = duplicateMember(plain, text, parsed, DECIDING);
  if (twice !== null) {
    return refusal("invalid_request", `The member \`${twice}\` stands twice in the body. Send it once.`);
  }
  const model = operation.model ?? (typeof parsed.model === "string" ? parsed.model : null);
  const stream = operation.stream ?? parsed.stream === true;
  const hasTools = Array.isArray(parsed.tools) && parsed.tools.length > 0;
  const asks = stream && isPlain && provider.streamUsage === "ask" && operation.dialect === "openai-chat";
  const asking = asks ? askForUsage(body, parsed) : null;
  return { body: asking ?? body, isJson: true, hasTools, model, stream, hideUsage: asking !== null };
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

const decoder = new TextDecoder();
