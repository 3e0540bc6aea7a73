/** A whole response for a client. https://platform.openai.com/docs/api-reference/responses/object */
import type { Usage } from "../../../core/usage.ts";
import type { Json } from "../../json.ts";
import { response } from "../../openai-responses-reply.ts";
import { NO_MODEL, toldUsage } from "../../render.ts";
import type { AnswerPart, Finish, NeutralAnswer } from "../form.ts";
import type { AnswerTerms } from "../speaker.ts";
import { completeItem, createItemIds, markItem, type OutputItem } from "./output-items.ts";

/** The answer as a response; signatures stand sealed in reasoning items (SPEC 12.3). */
export function writeAnswer(answer: NeutralAnswer, terms: AnswerTerms): Json {
  const nextId = createItemIds(terms.requestId);
  const output = answer.parts.flatMap((part) => {
    const item = completeItem(nextId(part.kind), part);
    const mark = markItem(part, nextId);
    return mark ? [item, mark] : [item];
  });
  const kinds = new Set(answer.parts.map(({ kind }) => kind));
  return writeEnded(writeHead(answer, terms), { ...answer, kinds, output });
}

/** What tells one response from others. */
export interface ResponseHead {
  readonly id: string;
  /** Unix seconds. */
  readonly created_at: number;
  readonly model: string;
}

/** The head of a response; what the provider does not say is the gateway's. */
export function writeHead(
  { id, model, created }: Pick<NeutralAnswer, "id" | "model" | "created">,
  terms: AnswerTerms,
): ResponseHead {
  return {
    id: id || `resp_${terms.requestId}`,
    created_at: Math.floor((created ?? terms.now) / 1000),
    model: model || terms.model || NO_MODEL,
  };
}

/** How a response ended. */
export interface Ended {
  readonly finish: Finish;
  /** The kinds of what has been said. */
  readonly kinds: ReadonlySet<AnswerPart["kind"]>;
  readonly output: readonly OutputItem[];
  readonly usage: Usage | null;
}

/** The response object at its end. */
export function writeEnded(
  head: ResponseHead,
  { finish, kinds, output, usage }: Ended,
): { readonly status: "completed" | "incomplete"; readonly [member: string]: unknown } {
  const reason = cutBy(finish, kinds);
  const status = reason === null ? "completed" : "incomplete";
  return {
    ...response(head, status, output, null),
    status,
    incomplete_details: reason === null ? null : { reason },
    usage: usage && writeUsage(usage),
  };
}

/** Why a response is incomplete; null where it is complete. Who declines in words has said all that there is to say. */
function cutBy({ kind }: Finish, kinds: Ended["kinds"]): string | null {
  if (kind === "length") return "max_output_tokens";
  if (kind !== "filtered") return null;
  return kinds.has("refusal") && !kinds.has("tool-call") ? null : "content_filter";
}

/** Clients demand a number in each place: what is unknown is told as none. */
function writeUsage(usage: Usage): Json {
  const { input, output } = toldUsage(usage);
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: usage.cachedTokens ?? 0,
      cache_write_tokens: usage.cacheWriteTokens ?? 0,
    },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens ?? 0 },
    total_tokens: input + output,
  };
}
