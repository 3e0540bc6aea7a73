/** Reads what a request asks for, and makes the bytes that go upstream: the caller's own, but for what metering needs. */
import type { Bytes } from "../core/duration.ts";
import type { Fingerprint } from "../core/loop-detector.ts";
import { type Refusal, refusal } from "../core/refusal.ts";
import { findDuplicate } from "../protocols/deciding.ts";
import { choicesOf, NO_DEMAND } from "../protocols/demand.ts";
import { type Form, readForm } from "../protocols/form.ts";
import { protocols } from "../protocols/index.ts";
import { type Json, objectOf, parseJson } from "../protocols/json.ts";
import { IMAGE_TOKENS } from "../protocols/media.ts";
import { askForUsage } from "../protocols/openai-chat.ts";
import type { Demand, InputEstimate } from "../protocols/protocol.ts";
import type { Operation, Provider } from "../providers/provider.ts";
import { type BodyMemory, memoryFull, releaseBody, takeMemory } from "./body.ts";
import { decodeWhole } from "./decode.ts";

export interface Prepared {
  readonly body: Uint8Array<ArrayBuffer>;
  /** The body decoded, and what it says; null where it was passed on unread. */
  readonly plain: Uint8Array<ArrayBuffer> | null;
  readonly document: Json | null;
  /** Whether the body is JSON that was read, and not passed on unread. */
  readonly isJson: boolean;
  readonly hasTools: boolean;
  readonly model: string | null;
  readonly stream: boolean;
  /** What the body asks for; nothing where it was passed on unread. */
  readonly demand: Demand;
  /** An upper bound of the input that stands in the body. */
  readonly input: InputEstimate;
  /** What tells whether the agent repeats itself; null where there is nothing to compare. Works it out when asked. */
  readonly readFingerprint: () => Fingerprint | null;
  /** Makes the body with a lower output ceiling; null where it cannot be edited. */
  readonly lower: ((ceiling: number) => Uint8Array<ArrayBuffer>) | null;
  /** Whether the gateway asked for a usage chunk that the client did not ask for. */
  readonly hideUsage: boolean;
}

const MAX_MODEL_NAME = 256;
/** A second of sound is 1,000 bytes at least and 300 tokens at most: what is not read counts so. */
const BYTES_PER_MEDIA_TOKEN = 3;
/** A compressed body is decoded only to be decided on: as bytes, as text and as values. */
const COPIES_DECODED = 4;

/** What a body depends on of the provider that it goes to. */
export type Recipient = Pick<Provider, "streamUsage">;

/** What decides, from a body whose operation is known. Generating calls are JSON whatever their Content-Type says. */
export async function prepareRequest(
  provider: Recipient,
  operation: Operation,
  body: Uint8Array<ArrayBuffer>,
  headers: Headers,
  maxBody: Bytes,
  memory: BodyMemory,
): Promise<Prepared | Refusal> {
  const encoding = headers.get("content-encoding");
  if (operation.requestBody === "any") {
    return passUnread(operation, body, encoding === null ? headers.get("content-type") : null);
  }
  if (encoding === null || encoding === "identity") return decide(provider, operation, body, body);
  const cost = maxBody * COPIES_DECODED;
  if (!takeMemory(memory, cost)) return memoryFull();
  try {
    return decide(provider, operation, body, await decodeWhole(encoding, body, maxBody));
  } finally {
    releaseBody(memory, cost);
  }
}

/** The same of a body that was written, or changed, here: it is JSON and not compressed. */
export function prepareDocument(
  provider: Recipient,
  operation: Operation,
  body: Uint8Array<ArrayBuffer>,
): Prepared | Refusal {
  return decide(provider, operation, body, body);
}

/** Forms that are looked into. What sound asks for is one text; of images more than one may be asked for. */
const FORMS: ReadonlySet<string> = new Set(["transcriptions", "translations", "images"]);
/** Images that a form may ask for at most, where it does not show how many. */
const MAX_IMAGES = 10;

/** A body of any kind goes as it came, and its answer tells what it used. Of a form, the fields that decide are read. */
function passUnread(
  { name, model, stream }: Operation,
  body: Uint8Array<ArrayBuffer>,
  formType: string | null,
): Prepared {
  const form = FORMS.has(name) ? readForm(body, formType) : null;
  const unseen = { textBytes: 0, mediaTokens: Math.ceil(body.length / BYTES_PER_MEDIA_TOKEN) };
  return {
    body,
    plain: null,
    document: null,
    isJson: false,
    hasTools: false,
    model: model ?? form?.model ?? null,
    stream: stream ?? false,
    ...(name === "images" ? estimateImages(form, unseen) : { demand: NO_DEMAND, input: unseen }),
    readFingerprint: () => null,
    lower: null,
    hideUsage: false,
  };
}

/** How many images a form asks for, and what it shows of them; where it cannot be read, the most, and `unseen`. */
function estimateImages(form: Form | null, unseen: InputEstimate): Pick<Prepared, "demand" | "input"> {
  if (form === null) return { demand: { ...NO_DEMAND, choices: MAX_IMAGES }, input: unseen };
  return {
    demand: { ...NO_DEMAND, choices: choicesOf(form.n) },
    input: { textBytes: form.textBytes, mediaTokens: form.files * IMAGE_TOKENS },
  };
}

/** `plain` is the body decoded, null where that failed. */
function decide(
  provider: Recipient,
  operation: Operation,
  body: Uint8Array<ArrayBuffer>,
  plain: Uint8Array<ArrayBuffer> | null,
): Prepared | Refusal {
  const text = plain && decoder.decode(plain);
  const parsed = text && objectOf(parseJson(text));
  if (!parsed) {
    return refusal(
      "invalid_json",
      "The request's body is not a JSON object. Check that it is complete, valid JSON without a byte order mark.",
    );
  }
  const twice = findDuplicate(plain, text, parsed);
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
  const requests = (operation.streamFraming === "ndjson" ? protocol.ndjson : undefined) ?? protocol;
  const { demand, input } = requests.readRequest(parsed, text, model);
  const sent = asking ?? body;
  const isEditable = plain === body && takesCeiling(operation);
  return {
    body: sent,
    plain,
    document: parsed,
    isJson: true,
    hasTools,
    model,
    stream,
    demand,
    input,
    // What is only counted is said once more to be answered.
    readFingerprint: () => (operation.kind === "pass" ? null : protocol.fingerprint(parsed)),
    lower: isEditable ? (ceiling) => requests.lowerCeiling(sent, parsed, ceiling, model) : null,
    hideUsage: asking !== null,
  };
}

/** Whether requests of this operation may say how much output they want at most. */
export function takesCeiling({ kind, name }: Operation): boolean {
  return kind === "generate" && name !== "compact";
}

/** A byte order mark stays in the text, where JSON does not allow it: the upstream might read past it, or not. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
