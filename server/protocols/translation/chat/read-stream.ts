/** One stream of a provider, of OpenAI's or of a compatible host. */
import { isKnown } from "../../../core/usage.ts";
import { parseExactly } from "../../exact-json.ts";
import { countOf, type Json, listOf, objectOf, textOf } from "../../json.ts";
import { findUsage } from "../../openai-chat.ts";
import { readOpenaiUsage } from "../../openai-usage.ts";
import type { NeutralEvent } from "../form.ts";
import { isError, readError } from "../openai-error.ts";
import type { StreamReader } from "../speaker.ts";
import { readFinish } from "./finish.ts";
import { readHead } from "./read-answer.ts";
import { createMessageReader } from "./read-delta.ts";

interface Progress {
  id: string;
  isStarted: boolean;
  isFinished: boolean;
  isOver: boolean;
}

/**
 * Reads a stream of chunks, of which the first choice counts. It ends with `[DONE]`, or with its body once the choice has
 * finished; a body that breaks off before is no end.
 */
export function createStreamReader(): StreamReader {
  const progress: Progress = { id: "", isStarted: false, isFinished: false, isOver: false };
  const message = createMessageReader(() => progress.id);

  return {
    read(_name, data) {
      if (progress.isOver) return [];
      if (data === "[DONE]") return [...finish("stop"), ...end()];
      const chunk = objectOf(parseExactly(data));
      if (!chunk) return [];
      if (isError(chunk)) {
        progress.isOver = true;
        return [{ kind: "error", error: readError(200, chunk) }];
      }
      return readChunk(chunk);
    },
    end: () => (progress.isFinished && !progress.isOver ? end() : []),
  };

  function readChunk(chunk: Json): readonly NeutralEvent[] {
    const choices = listOf(chunk.choices).map(objectOf);
    const choice = choices.find((one) => one !== null && (countOf(one.index) ?? 0) === 0);
    const usage = findUsage(chunk);
    // A first chunk may hold nothing but the verdict of a filter, and no id.
    if (!choice && !usage) return [];
    const head = start(chunk);
    const delta = objectOf(choice?.delta) ?? objectOf(choice?.message);
    const told = delta && !progress.isFinished ? message.read(delta) : [];
    const reason = textOf(choice?.finish_reason);
    const finished = reason === null ? [] : finish(reason);
    const read = usage && readOpenaiUsage(usage, {});
    return [
      ...head,
      ...told,
      ...finished,
      ...(read && isKnown(read) ? [{ kind: "usage" as const, usage: read }] : []),
    ];
  }

  function start(chunk: Json): readonly NeutralEvent[] {
    if (progress.isStarted) return [];
    progress.isStarted = true;
    const head = readHead(chunk);
    progress.id = head.id;
    return [{ kind: "start", ...head }];
  }

  function finish(reason: string): readonly NeutralEvent[] {
    if (progress.isFinished) return [];
    progress.isFinished = true;
    return [...start({}), ...message.close(), { kind: "finish", finish: readFinish(reason, message) }];
  }

  function end(): readonly NeutralEvent[] {
    progress.isOver = true;
    return [{ kind: "end" }];
  }
}
