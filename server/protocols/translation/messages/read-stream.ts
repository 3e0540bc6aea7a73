/** Reads a provider's stream. https://platform.claude.com/docs/en/build-with-claude/streaming */
import { type MergedUsage, mergeAnthropicUsage, readAnthropicUsage } from "../../anthropic-usage.ts";
import { parseExactly } from "../../exact-json.ts";
import { type Json, objectOf, textOf } from "../../json.ts";
import { argumentsText } from "../arguments.ts";
import type { NeutralEvent, PartHead } from "../form.ts";
import type { StreamReader } from "../speaker.ts";
import { readStreamError } from "./error.ts";
import { readFinish } from "./finish.ts";
import { readSignature } from "./read-answer.ts";

/** Most blocks that are open at once: the format has one. */
const MAX_OPEN = 256;

interface OpenBlock {
  /** The number of its part. */
  readonly index: number;
  /** Arguments that stood in the block's beginning: some hosts send no pieces of them. */
  readonly given: string | null;
  hasPieces: boolean;
}

/** A reader for one stream. */
export function createStreamReader(): StreamReader {
  const usage: MergedUsage = {};
  /** By the format's number of the block. */
  const open = new Map<unknown, OpenBlock>();
  let parts = 0;
  let hasStarted = false;
  let hasFinished = false;
  let hasEnded = false;

  return {
    read(name, data) {
      const event = objectOf(parseExactly(data));
      if (!event || hasEnded) return [];
      return readEvent(textOf(event.type) ?? name, event);
    },
    end: () => (hasFinished && !hasEnded ? finishStream() : []),
  };

  function readEvent(type: string | null, event: Json): readonly NeutralEvent[] {
    switch (type) {
      case "message_start":
        return hasStarted ? [] : readStart(objectOf(event.message) ?? {});
      case "content_block_start":
        return [...begin(), ...readBlockStart(event.index, objectOf(event.content_block) ?? {})];
      case "content_block_delta":
        return [...begin(), ...readDelta(event.index, objectOf(event.delta) ?? {})];
      case "content_block_stop":
        return endBlock(event.index);
      case "message_delta":
        return [...begin(), ...readEnd(objectOf(event.delta) ?? {}), ...readUsage(event)];
      case "message_stop":
        return [...begin(), ...finishStream()];
      case "error":
        hasEnded = true;
        return [{ kind: "error", error: readStreamError(event) }];
      default:
        return [];
    }
  }

  function readStart(message: Json): readonly NeutralEvent[] {
    hasStarted = true;
    const start = { id: textOf(message.id) ?? "", model: textOf(message.model) ?? "", created: null };
    return [{ kind: "start", ...start }, ...readUsage(message)];
  }

  /** A stream whose beginning is missing still has one. */
  function begin(): readonly NeutralEvent[] {
    return hasStarted ? [] : readStart({});
  }

  function readUsage(event: Json): readonly NeutralEvent[] {
    const said = objectOf(event.usage);
    if (!said) return [];
    mergeAnthropicUsage(usage, said);
    return [{ kind: "usage", usage: readAnthropicUsage(usage) }];
  }

  function readBlockStart(place: unknown, block: Json): readonly NeutralEvent[] {
    const head = headOf(block);
    if (!head || open.has(place) || open.size >= MAX_OPEN) return [];
    const input = objectOf(block.input);
    const given = input && Object.keys(input).length > 0 ? argumentsText(input) : null;
    return [
      ...startPart(place, head, given),
      ...tellPiece(place, textOf(block.text) ?? textOf(block.thinking)),
      ...tellSignature(place, block.signature ?? block.data),
    ];
  }

  function startPart(place: unknown, part: PartHead, given: string | null): readonly NeutralEvent[] {
    const index = parts++;
    open.set(place, { index, given, hasPieces: false });
    return [{ kind: "part-start", index, part }];
  }

  function readDelta(place: unknown, delta: Json): readonly NeutralEvent[] {
    const piece = textOf(delta.text) ?? textOf(delta.thinking) ?? textOf(delta.partial_json);
    // Text and thinking say what they are: they begin even where their beginning is missing.
    const kind = DELTAS.get(delta.type);
    const isMissed = kind !== undefined && !open.has(place) && open.size < MAX_OPEN;
    const started = isMissed ? startPart(place, { kind }, null) : [];
    return [...started, ...tellPiece(place, piece), ...tellSignature(place, delta.signature)];
  }

  function tellPiece(place: unknown, text: string | null): readonly NeutralEvent[] {
    const block = open.get(place);
    if (!block || text === null) return [];
    block.hasPieces = true;
    return [{ kind: "piece", index: block.index, text }];
  }

  function tellSignature(place: unknown, value: unknown): readonly NeutralEvent[] {
    const block = open.get(place);
    const signature = readSignature(value);
    return block && signature ? [{ kind: "signature", index: block.index, signature }] : [];
  }

  function endBlock(place: unknown): readonly NeutralEvent[] {
    const block = open.get(place);
    if (!block) return [];
    const given = block.hasPieces ? [] : tellPiece(place, block.given);
    open.delete(place);
    return [...given, { kind: "part-end", index: block.index }];
  }

  function readEnd(delta: Json): readonly NeutralEvent[] {
    const finish = hasFinished ? null : readFinish(delta);
    if (!finish) return [];
    hasFinished = true;
    return [{ kind: "finish", finish }];
  }

  function finishStream(): readonly NeutralEvent[] {
    hasEnded = true;
    const ends = [...open.keys()].flatMap(endBlock);
    const finish = hasFinished ? [] : readEnd({ stop_reason: "end_turn" });
    return [...ends, ...finish, { kind: "end" }];
  }
}

const DELTAS = new Map<unknown, "text" | "thinking">([
  ["text_delta", "text"],
  ["thinking_delta", "thinking"],
]);

/** What begins; null for what the provider's own tools do. */
function headOf(block: Json): PartHead | null {
  switch (block.type) {
    case "text":
      return { kind: "text" };
    case "thinking":
      return { kind: "thinking" };
    case "redacted_thinking":
      return { kind: "thinking", isRedacted: true };
    case "tool_use":
      return { kind: "tool-call", id: textOf(block.id) ?? "", name: textOf(block.name) ?? "" };
    default:
      return null;
  }
}
