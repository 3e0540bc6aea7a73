/** Writes a stream for a client. https://platform.claude.com/docs/en/build-with-claude/streaming */
import type { Usage } from "../../../core/usage.ts";
import { sseTyped } from "../../render.ts";
import type { Finish, NeutralAnswer } from "../form.ts";
import type { AnswerTerms, StreamWriter } from "../speaker.ts";
import { createBlockWriter, type WireEvent } from "./block-events.ts";
import { writeError } from "./error.ts";
import { writeFinish } from "./finish.ts";
import { createPartQueue } from "./part-queue.ts";
import { messageHead } from "./write-answer.ts";
import { writeUsage } from "./write-usage.ts";

/**
 * A writer for one stream. The stop reason and the usage are told together at the end, whichever is known first; after an
 * error nothing more is told.
 */
export function createStreamWriter(terms: AnswerTerms): StreamWriter {
  const queue = createPartQueue();
  const writeBlock = createBlockWriter();
  let usage: Usage | null = null;
  let finish: Finish = { kind: "stop", sequence: null };
  let hasStarted = false;
  let isOver = false;

  return {
    write(event) {
      if (isOver) return "";
      switch (event.kind) {
        case "start":
          return sseTyped(begin(event));
        case "usage":
          usage = event.usage;
          return "";
        case "finish":
          finish = event.finish;
          return "";
        case "end":
          isOver = true;
          return sseTyped([...begin(), ...queue.flush().flatMap(writeBlock), ...end()]);
        case "error":
          isOver = true;
          return sseTyped([writeError(event.error, terms)]);
        default:
          return sseTyped([...begin(), ...queue.add(event).flatMap(writeBlock)]);
      }
    },
  };

  /** A stream whose beginning is missing still has one. */
  function begin(head: Pick<NeutralAnswer, "id" | "model"> = { id: "", model: "" }): readonly WireEvent[] {
    if (hasStarted) return [];
    hasStarted = true;
    const message = {
      ...messageHead(head, terms),
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: writeUsage(usage),
    };
    return [{ type: "message_start", message }];
  }

  function end(): readonly WireEvent[] {
    return [
      { type: "message_delta", delta: writeFinish(finish), usage: writeUsage(usage) },
      { type: "message_stop" },
    ];
  }
}
