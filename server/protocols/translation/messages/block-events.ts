/** The events of content blocks in a client's stream, one block at a time. */
import type { Json } from "../../json.ts";
import type { PartHead, Signature } from "../form.ts";
import { seal } from "../seal.ts";
import { writeKeepsake } from "./keepsake.ts";
import type { PartEvent } from "./part-queue.ts";

/** An event of the format. */
export type WireEvent = Json & { readonly type: string };

interface OpenBlock {
  readonly head: PartHead;
  /** Whether its beginning has been told: redacted thinking comes whole, once its data are known. */
  isTold: boolean;
  /** Whether thinking has its signature: the format has one in every block of it. */
  isSigned: boolean;
  /** What has to follow it, as its own kind of block has no place for it. */
  keepsake: Signature | null;
}

/** Tells parts, of which one at most is open, as blocks. */
export function createBlockWriter(): (event: PartEvent) => readonly WireEvent[] {
  let index = 0;
  let open: OpenBlock | null = null;

  return (event) => {
    switch (event.kind) {
      case "part-start":
        open = { head: event.part, isTold: false, isSigned: false, keepsake: null };
        return isRedacted(event.part) ? [] : tellStart(open, beginningOf(event.part));
      case "piece":
        return open && !isRedacted(open.head) ? [tellDelta(pieceOf(open.head, event.text))] : [];
      case "signature":
        return open ? tellSignature(open, event.signature) : [];
      case "part-end":
        return open ? tellEnd(open) : [];
    }
  };

  function tellStart(block: OpenBlock, beginning: Json): readonly WireEvent[] {
    block.isTold = true;
    return [{ type: "content_block_start", index, content_block: beginning }];
  }

  function tellDelta(delta: Json): WireEvent {
    return { type: "content_block_delta", index, delta };
  }

  function tellSignature(block: OpenBlock, signature: Signature): readonly WireEvent[] {
    if (block.head.kind !== "thinking") {
      block.keepsake = signature;
      return [];
    }
    if (!isRedacted(block.head)) {
      block.isSigned = true;
      return [tellSigned(signature)];
    }
    return block.isTold ? [] : tellStart(block, redactedOf(signature));
  }

  function tellStop(): WireEvent {
    return { type: "content_block_stop", index: index++ };
  }

  function tellSigned(signature: Signature | null): WireEvent {
    return tellDelta({ type: "signature_delta", signature: seal(signature, "anthropic-messages") });
  }

  function tellEnd(block: OpenBlock): readonly WireEvent[] {
    open = null;
    const { head, isSigned, keepsake } = block;
    const owed = block.isTold ? [] : tellStart(block, redactedOf(null));
    const isUnsigned = head.kind === "thinking" && !isRedacted(head) && !isSigned;
    const told = [...owed, ...(isUnsigned ? [tellSigned(null)] : []), tellStop()];
    if (!keepsake) return told;
    return [
      ...told,
      { type: "content_block_start", index, content_block: writeKeepsake(keepsake) },
      tellStop(),
    ];
  }
}

function isRedacted(head: PartHead): boolean {
  return head.kind === "thinking" && head.isRedacted === true;
}

function redactedOf(signature: Signature | null): Json {
  return { type: "redacted_thinking", data: seal(signature, "anthropic-messages") };
}

function beginningOf(head: PartHead): Json {
  switch (head.kind) {
    case "text":
    case "refusal":
      return { type: "text", text: "" };
    case "thinking":
      return { type: "thinking", thinking: "", signature: "" };
    case "tool-call":
      return { type: "tool_use", id: head.id, name: head.name, input: {} };
  }
}

function pieceOf(head: PartHead, text: string): Json {
  switch (head.kind) {
    case "text":
    case "refusal":
      return { type: "text_delta", text };
    case "thinking":
      return { type: "thinking_delta", thinking: text };
    case "tool-call":
      return { type: "input_json_delta", partial_json: text };
  }
}
