/** What a provider's message means, whole or told in deltas. */
import { countOf, type Json, listOf, objectOf, textOf } from "../../json.ts";
import { argumentsText } from "../arguments.ts";
import type { NeutralEvent } from "../form.ts";
import { isTooDeep } from "../nesting.ts";
import type { Content } from "./finish.ts";
import { readGoogleSignature } from "./google-signature.ts";
import { createOpenParts } from "./open-parts.ts";
import {
  detailsOf,
  isEncrypted,
  type Place,
  readPlain,
  shownIn,
  signatureOf,
  signPlace,
  thoughtOf,
} from "./thinking.ts";

export interface MessageReader extends Content {
  /** What a delta adds, or a whole message says. */
  read(delta: Json): readonly NeutralEvent[];
  /** Ends what is open. */
  close(): readonly NeutralEvent[];
}

/** Reads the message of one choice. Calls without an id get one from that of the answer. */
export function createMessageReader(answerId: () => string): MessageReader {
  const parts = createOpenParts();
  const told = { hasRefusal: false };
  /** The thinking's detail at hand, put together. */
  const detail = { place: "", whole: new Map<string, unknown>() };

  return {
    read: (delta) => [
      ...readReasoning(delta),
      ...readContent(delta.content),
      ...signText(delta),
      ...readRefusal(textOf(delta.refusal)),
      ...listOf(delta.tool_calls).flatMap((one) => readCall(objectOf(one))),
    ],
    close: () => parts.close(),
    get hasCalls() {
      return parts.hasCalls;
    },
    get hasRefusal() {
      return told.hasRefusal;
    },
  };

  /** The details say what the plain text says, and more. */
  function readReasoning(delta: Json): readonly NeutralEvent[] {
    const details = detailsOf(delta);
    const plain = details.some((one) => shownIn(one) !== "") ? null : readPlain(delta);
    return [...(plain ? think(plain.text, plain.place) : []), ...details.flatMap(readDetail)];
  }

  function think(text: string, place: Place): readonly NeutralEvent[] {
    return parts.tell({ kind: "thinking" }, place, text, () => signPlace(place));
  }

  /** Of what stands more than once in the deltas of a detail, the latest counts. */
  function readDetail(one: Json): readonly NeutralEvent[] {
    if (isTooDeep(one) || (shownIn(one) === "" && signatureOf(one) === null)) return [];
    const place = `${textOf(one.type) ?? ""} ${countOf(one.index) ?? ""}`;
    if (place !== detail.place) detail.whole = new Map();
    detail.place = place;
    const { whole } = detail;
    for (const [name, value] of Object.entries(one)) if (value !== null) whole.set(name, value);
    const head = { kind: "thinking" as const, ...(isEncrypted(one) ? { isRedacted: true } : {}) };
    return parts.tell(head, place, shownIn(one), () => signatureOf(Object.fromEntries(whole)));
  }

  /** A text, or Mistral's parts. */
  function readContent(content: unknown): readonly NeutralEvent[] {
    if (typeof content === "string") return readText(content);
    return listOf(content).flatMap((value) => {
      const part = objectOf(value);
      if (part?.type !== "thinking") return readText(textOf(part?.text) ?? "");
      const thought = thoughtOf(part);
      return thought === "" ? [] : think(thought, "thinking");
    });
  }

  function readText(text: string): readonly NeutralEvent[] {
    return text === "" ? [] : parts.tell({ kind: "text" }, "text", text);
  }

  function readRefusal(text: string | null): readonly NeutralEvent[] {
    if (text === null) return [];
    told.hasRefusal = true;
    return parts.tell({ kind: "refusal" }, "refusal", text);
  }

  function readCall(call: Json | null): readonly NeutralEvent[] {
    const described = objectOf(call?.function);
    if (!call) return [];
    const args = described?.arguments;
    return parts.call(
      {
        key: countOf(call.index),
        id: textOf(call.id),
        name: textOf(described?.name),
        // Some hosts give the arguments as they are instead of their text.
        args: typeof args === "string" ? args : objectOf(args) ? argumentsText(args) : "",
        signature: readGoogleSignature(call),
      },
      (number) => ["call", answerId(), String(number)].filter((one) => one !== "").join("_"),
    );
  }

  function signText(delta: Json): readonly NeutralEvent[] {
    const signature = readGoogleSignature(delta);
    return signature ? parts.signText(signature) : [];
  }
}
