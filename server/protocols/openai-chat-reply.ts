/** Chat completions, legacy completions and Ollama's lines, written in the provider's place. */
import { countOf, type Json, textOf } from "./json.ts";
import type { CutTerms, Reply, ReplyTerms } from "./protocol.ts";
import { fromLatin1, jsonLines, jsonReply, NO_MODEL, sseData, sseReply, toldUsage } from "./render.ts";

const NO_USAGE = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };

/** A whole answer that says `text`. */
export function renderChatReply(text: string, terms: ReplyTerms): Reply {
  if (terms.framing === "ndjson") return ollamaReply(text, terms);
  const isText = terms.operation === "completions";
  const head = {
    id: terms.id,
    object: objectName(isText, terms.stream),
    created: Math.floor(terms.now / 1000),
    model: terms.model ?? NO_MODEL,
  };
  if (!terms.stream) {
    const said = isText ? { text } : { message: { role: "assistant", content: text, refusal: null } };
    const choices = [{ index: 0, ...said, logprobs: null, finish_reason: "stop" }];
    return jsonReply({ ...head, choices, usage: NO_USAGE });
  }
  const first = isText ? { text } : { delta: { role: "assistant", content: text } };
  const last = isText ? { text: "" } : { delta: {} };
  const chunks: unknown[] = [
    { ...head, choices: [{ index: 0, ...first, logprobs: null, finish_reason: null }] },
    { ...head, choices: [{ index: 0, ...last, logprobs: null, finish_reason: "stop" }] },
  ];
  if (terms.usageChunk) chunks.push({ ...head, choices: [], usage: NO_USAGE });
  return sseReply([...chunks, "[DONE]"].map(sseData).join(""));
}

/** What a stream has said so far, as far as its end depends on it. */
export interface ChatProgress {
  /** The latest chunk, or null. */
  readonly latest: Json | null;
  readonly started: ReadonlySet<unknown>;
  readonly finished: ReadonlySet<unknown>;
  /** Whether the usage chunk has been passed on. */
  readonly toldUsage: boolean;
}

/** The chunks that end a stream: all open choices finish for their length. */
export function renderChatCut(progress: ChatProgress, terms: CutTerms): string {
  const latest = progress.latest ?? {};
  const model = fromLatin1(textOf(latest.model) ?? NO_MODEL);
  if (terms.framing === "ndjson") return ollamaCut(model, terms);
  const isText = latest.object === "text_completion";
  const head = {
    id: fromLatin1(textOf(latest.id) ?? terms.requestId),
    object: objectName(isText, true),
    created: typeof latest.created === "number" ? latest.created : Math.floor(terms.now / 1000),
    model,
  };
  const open = [...progress.started].filter((index) => !progress.finished.has(index));
  // A stream without a single choice still owes its first one, role included.
  const isBare = progress.started.size === 0;
  const delta = isBare ? { role: "assistant", content: "" } : {};
  const choices = (isBare ? [0] : open).map((index) => ({
    index: countOf(index) ?? 0,
    ...(isText ? { text: "" } : { delta }),
    logprobs: null,
    finish_reason: "length",
  }));
  const chunks: unknown[] = choices.length > 0 ? [{ ...head, choices }] : [];
  if (terms.usageChunk && !progress.toldUsage) {
    const { input, output } = toldUsage(terms.usage);
    const usage = { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
    chunks.push({ ...head, choices: [], usage });
  }
  return [...chunks, "[DONE]"].map(sseData).join("");
}

function objectName(isText: boolean, stream: boolean): string {
  if (isText) return "text_completion";
  return stream ? "chat.completion.chunk" : "chat.completion";
}

/** https://github.com/ollama/ollama/blob/main/docs/api.md */
function ollamaReply(text: string, terms: ReplyTerms): Reply {
  const said =
    terms.operation === "generate" ? { response: text } : { message: { role: "assistant", content: text } };
  const answer = {
    id: terms.id,
    model: terms.model ?? NO_MODEL,
    created_at: new Date(terms.now).toISOString(),
    ...said,
    done: true,
    done_reason: "stop",
    prompt_eval_count: 0,
    eval_count: 0,
  };
  return terms.stream
    ? { contentType: "application/x-ndjson", body: jsonLines([answer]) }
    : jsonReply(answer);
}

/** Chat and generation end alike; each reads its own member. */
function ollamaCut(model: string, terms: CutTerms): string {
  const { input, output } = toldUsage(terms.usage);
  return jsonLines([
    {
      model,
      created_at: new Date(terms.now).toISOString(),
      message: { role: "assistant", content: "" },
      response: "",
      done: true,
      done_reason: "length",
      prompt_eval_count: input,
      eval_count: output,
    },
  ]);
}
