/**
 * Requests and answers in the neutral form, as the laws of translation need them: everything that the form can say, in the
 * one way in which it is said, less what a format cannot carry. Streams of them are made in events.ts.
 */
import fc from "fast-check";
import { UNKNOWN_USAGE, type Usage } from "../../../server/core/usage.ts";
import type { Json } from "../../../server/protocols/json.ts";
import type {
  AnswerPart,
  Effort,
  Finish,
  Format,
  NeutralAnswer,
  NeutralRequest,
  Part,
  Signature,
  Source,
  Speaks,
  TextPart,
  Thinking,
  ThinkingPart,
  Tool,
  ToolCallPart,
  ToolChoice,
  ToolResultPart,
  Turn,
} from "../../../server/protocols/translation/form.ts";

/** What can be left out of requests. A fact that is left out is null, empty or not there. */
export type RequestFact =
  /** Marks of a prompt that is to be cached, wherever they stand. */
  | "cache"
  | "detail"
  | "image-base64"
  | "image-url"
  | "document-base64"
  | "document-url"
  | "document-text"
  | "document-name"
  /** Media types of what stands behind URLs. */
  | "url-type"
  | "audio"
  /** Images and documents in results of tools. */
  | "result-media"
  | "result-error"
  /** Results of tools that say nothing. */
  | "empty-result"
  /** System turns in the middle of the conversation. */
  | "system-turns"
  | "thinking-parts"
  | "unsigned-thinking"
  | "redacted-thinking"
  | "text-signature"
  | "call-signature"
  | "refusal"
  /** Calls before texts, texts before thinking: without it they stand as thinking, texts, refusals, calls. */
  | "mixed-order"
  /** Neighbours of the same kind among the texts, the thinking and the refusals of an assistant's turn. */
  | "neighbours"
  | "tools"
  | "tool-strict"
  /** Tools that take nothing (`parameters: null`). */
  | "tool-without-parameters"
  | "toolChoice"
  | "parallelTools"
  | "maxTokens"
  /** Requests that set no `maxTokens`. */
  | "no-maxTokens"
  | "temperature"
  | "topP"
  | "topK"
  | "seed"
  | "frequencyPenalty"
  | "presencePenalty"
  | "stop"
  | "format-json"
  | "format-schema"
  | "schema-name"
  /** Schemas without a name. */
  | "schema-unnamed"
  | "schema-strict"
  | "schema-description"
  | "thinking"
  | "thinking-shown"
  | "user"
  | "usageChunk";

/** What the requests of a format look like. Everything is there unless an option says otherwise. */
export interface RequestOptions {
  readonly without?: readonly RequestFact[];
  /** Whose signatures stand in it; none: all four. */
  readonly signers?: readonly Speaks[];
  readonly thinkingAmounts?: readonly Thinking["amount"]["kind"][];
  readonly efforts?: readonly Effort[];
  /** 2 unless it is less. */
  readonly highestTemperature?: number;
  /** 4 unless it is less. */
  readonly mostStops?: number;
}

/** What can be left out of answers. */
export type AnswerFact =
  | "created"
  /** Answers that do not say when they were made. */
  | "no-created"
  | "thinking-parts"
  | "unsigned-thinking"
  | "redacted-thinking"
  | "text-signature"
  | "call-signature"
  | "tool-calls"
  | "refusal"
  | "mixed-order"
  | "neighbours"
  /** Answers without a part. */
  | "empty"
  /** Which stop sequence it was. */
  | "stop-sequence"
  | "usage"
  /** Answers that do not say their usage. */
  | "no-usage"
  | "cached"
  | "cache-write"
  | "reasoning"
  /** Counts that are not known, one by one: cached, cache writes, reasoning. */
  | "unknown-counts";

export interface AnswerOptions {
  readonly without?: readonly AnswerFact[];
  readonly signers?: readonly Speaks[];
}

const ALL_SIGNERS: readonly Speaks[] = ["openai-chat", "openai-responses", "anthropic-messages", "gemini"];
const EFFORTS: readonly Effort[] = ["minimal", "low", "medium", "high", "xhigh", "max"];
const AMOUNTS: readonly Thinking["amount"]["kind"][] = ["off", "adaptive", "effort", "budget", "unsaid"];

/** Text that says something; whole characters of any script. */
export const arbitraryText: fc.Arbitrary<string> = fc.string({
  unit: "grapheme",
  minLength: 1,
  maxLength: 12,
});

const arbitraryName = fc.constantFrom("get_weather", "tell", "search-2", "run_code");
const arbitraryBase64 = fc
  .uint8Array({ minLength: 1, maxLength: 9 })
  .map((bytes) => Buffer.from(bytes).toString("base64"));
const arbitraryUrl = fc.constantFrom("https://example.com/a.bin", "https://example.com/b?c=d");

/** The arguments of a call: JSON text of an object. */
const arbitraryArguments = fc
  .dictionary(fc.constantFrom("city", "unit", 'ünder "quotes"', "n"), fc.jsonValue({ maxDepth: 2 }), {
    maxKeys: 3,
  })
  .map((args) => JSON.stringify(args));

const SCHEMAS: readonly Json[] = [
  { type: "object", properties: { who: { type: "string" } }, required: ["who"], additionalProperties: false },
  {
    type: "object",
    properties: { list: { type: "array", items: { type: ["integer", "null"] } }, kind: { enum: ["a", "b"] } },
    additionalProperties: false,
  },
];

/** A request in its one way to be said. */
export function arbitraryRequest(options: RequestOptions = {}): fc.Arbitrary<NeutralRequest> {
  const has = presence(options.without);
  return fc
    .record({
      model: fc.constantFrom("model-a", "vendor/model-b"),
      stream: fc.boolean(),
      system: fc.array(arbitraryTextPart(has), { maxLength: 2 }),
      turns: arbitraryTurns(options),
      tools: has("tools") ? arbitraryTools(has) : fc.constant([]),
      toolChoice: nullable(has("toolChoice"), arbitraryToolChoice),
      parallelTools: nullable(has("parallelTools"), fc.boolean()),
      maxTokens: has("no-maxTokens")
        ? nullable(has("maxTokens"), fc.integer({ min: 1, max: 100_000 }))
        : fc.integer({ min: 1, max: 100_000 }),
      temperature: nullable(has("temperature"), hundredths(0, options.highestTemperature ?? 2)),
      topP: nullable(has("topP"), hundredths(0, 1)),
      topK: nullable(has("topK"), fc.integer({ min: 1, max: 100 })),
      seed: nullable(has("seed"), fc.integer({ min: 0, max: 2 ** 31 - 1 })),
      frequencyPenalty: nullable(has("frequencyPenalty"), nonZero(hundredths(-2, 2))),
      presencePenalty: nullable(has("presencePenalty"), nonZero(hundredths(-2, 2))),
      stop: has("stop") ? fc.array(arbitraryText, { maxLength: options.mostStops ?? 4 }) : fc.constant([]),
      format: arbitraryFormat(has),
      thinking: nullable(has("thinking"), arbitraryThinking(options)),
      user: nullable(has("user"), fc.constantFrom("user-1", "user-2")),
      usageChunk: has("usageChunk") ? fc.boolean() : fc.constant(false),
    })
    .map((request) => ({
      ...request,
      // What speaks of tools says nothing where there are none; only streams end with a chunk.
      toolChoice: fitToolChoice(request.toolChoice, request.tools),
      parallelTools: request.tools.length > 0 ? request.parallelTools : null,
      usageChunk: request.stream && request.usageChunk,
    }));
}

/** An answer in its one way to be said. */
export function arbitraryAnswer(options: AnswerOptions = {}): fc.Arbitrary<NeutralAnswer> {
  const has = presence(options.without);
  const created = fc.integer({ min: 1, max: 2_000_000_000 }).map((seconds) => seconds * 1000);
  return fc
    .record({
      id: fc.stringMatching(/^[a-z]{1,4}-[a-zA-Z0-9]{1,8}$/),
      model: fc.constantFrom("model-a", "vendor/model-b"),
      created: has("no-created") ? nullable(has("created"), created) : created,
      parts: fc
        .array(arbitraryDraft(options.signers, has), { minLength: has("empty") ? 0 : 1, maxLength: 5 })
        .map((drafts) => settleParts(drafts, has, "0")),
      finish: arbitraryFinish(has),
      usage: has("no-usage") ? nullable(has("usage"), arbitraryUsage(has)) : arbitraryUsage(has),
    })
    .map((answer) => ({ ...answer, finish: fitFinish(answer.finish, answer.parts) }));
}

type Has<Fact> = (fact: Fact) => boolean;

function presence<Fact>(without: readonly Fact[] = []): Has<Fact> {
  return (fact) => !without.includes(fact);
}

function nullable<T>(isThere: boolean, value: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return isThere ? fc.option(value) : fc.constant(null);
}

function hundredths(min: number, max: number): fc.Arbitrary<number> {
  return fc.integer({ min: min * 100, max: max * 100 }).map((value) => value / 100);
}

/** A penalty of zero is the default: it says nothing. */
function nonZero(value: fc.Arbitrary<number>): fc.Arbitrary<number> {
  return value.filter((one) => one !== 0);
}

/** A part with, sometimes, the mark of a cache. */
function marked<T extends object>(has: Has<"cache">, part: fc.Arbitrary<T>): fc.Arbitrary<T> {
  if (!has("cache")) return part;
  return fc
    .tuple(part, fc.option(fc.constantFrom("short" as const, "hour" as const), { freq: 3 }))
    .map(([one, cache]) => (cache === null ? one : { ...one, cache }));
}

function arbitraryTextPart(has: Has<"cache">): fc.Arbitrary<TextPart> {
  return marked(
    has,
    arbitraryText.map((text) => ({ kind: "text" as const, text })),
  );
}

function arbitraryTools(has: Has<RequestFact>): fc.Arbitrary<readonly Tool[]> {
  const parameters = fc.constantFrom(...SCHEMAS);
  const tool = marked(
    has,
    fc.record({
      name: arbitraryName,
      description: fc.option(arbitraryText),
      parameters: nullable(true, parameters),
      strict: nullable(has("tool-strict"), fc.boolean()),
    }),
  ).filter((one) => has("tool-without-parameters") || one.parameters !== null);
  return fc.uniqueArray(tool, { maxLength: 3, selector: (one) => one.name });
}

const arbitraryToolChoice: fc.Arbitrary<ToolChoice> = fc.constantFrom(
  { kind: "auto" },
  { kind: "none" },
  { kind: "required" },
  { kind: "tool", name: "" },
);

function fitToolChoice(choice: ToolChoice | null, tools: readonly Tool[]): ToolChoice | null {
  const [first] = tools;
  if (!first) return null;
  return choice?.kind === "tool" ? { kind: "tool", name: first.name } : choice;
}

function arbitraryFormat(has: Has<RequestFact>): fc.Arbitrary<Format | null> {
  const schema: fc.Arbitrary<Format> = fc.record({
    kind: fc.constant("schema" as const),
    name: has("schema-unnamed") ? nullable(has("schema-name"), arbitraryName) : arbitraryName,
    schema: fc.constantFrom(...SCHEMAS),
    strict: nullable(has("schema-strict"), fc.boolean()),
    description: nullable(has("schema-description"), arbitraryText),
  });
  const json: fc.Arbitrary<Format> = fc.constant({ kind: "json" });
  return fc.oneof(
    fc.constant(null),
    ...(has("format-json") ? [json] : []),
    ...(has("format-schema") ? [schema] : []),
  );
}

function arbitraryThinking(options: RequestOptions): fc.Arbitrary<Thinking> {
  const has = presence(options.without);
  const amounts = options.thinkingAmounts ?? AMOUNTS;
  return (
    fc
      .record({
        kind: fc.constantFrom(...amounts),
        effort: fc.constantFrom(...(options.efforts ?? EFFORTS)),
        tokens: fc.integer({ min: 1_024, max: 60_000 }),
        isShown: nullable(has("thinking-shown"), fc.boolean()),
      })
      .map(({ kind, effort, tokens, isShown }): Thinking => {
        if (kind === "effort") return { amount: { kind, effort }, isShown };
        return { amount: kind === "budget" ? { kind, tokens } : { kind }, isShown };
      })
      // Neither how much nor whether to show it: that is no thinking at all.
      .filter(({ amount, isShown }) => amount.kind !== "unsaid" || isShown !== null)
  );
}

/** A part of an assistant's turn; calls have no ids yet. */
function arbitraryDraft(
  signers: readonly Speaks[] = ALL_SIGNERS,
  has: Has<
    | "thinking-parts"
    | "unsigned-thinking"
    | "redacted-thinking"
    | "text-signature"
    | "call-signature"
    | "tool-calls"
    | "refusal"
  >,
): fc.Arbitrary<AnswerPart> {
  const signature: fc.Arbitrary<Signature> = fc.record({
    by: fc.constantFrom(...(signers.length > 0 ? signers : ALL_SIGNERS)),
    value: fc.stringMatching(/^[A-Za-z0-9+/]{1,12}$/),
  });
  const sign = <T extends object>(isThere: boolean, part: fc.Arbitrary<T>): fc.Arbitrary<T> =>
    isThere && signers.length > 0
      ? fc
          .tuple(part, fc.option(signature, { freq: 2 }))
          .map(([one, mark]) => (mark === null ? one : { ...one, signature: mark }))
      : part;

  const text: fc.Arbitrary<AnswerPart> = sign(
    has("text-signature"),
    arbitraryText.map((said) => ({ kind: "text" as const, text: said })),
  );
  const call: fc.Arbitrary<AnswerPart> = sign(
    has("call-signature"),
    fc.record({
      kind: fc.constant("tool-call" as const),
      id: fc.constant(""),
      name: arbitraryName,
      arguments: arbitraryArguments,
    }),
  );
  const refusal: fc.Arbitrary<AnswerPart> = arbitraryText.map((said) => ({ kind: "refusal", text: said }));
  const signedThinking: fc.Arbitrary<ThinkingPart> = fc.record({
    kind: fc.constant("thinking" as const),
    text: fc.oneof(arbitraryText, fc.constant("")),
    signature,
  });
  const unsignedThinking: fc.Arbitrary<ThinkingPart> = arbitraryText.map((thought) => ({
    kind: "thinking",
    text: thought,
    signature: null,
  }));
  const redacted: fc.Arbitrary<ThinkingPart> = signature.map((mark) => ({
    kind: "thinking",
    text: "",
    signature: mark,
    isRedacted: true,
  }));
  const thinks = has("thinking-parts");
  const canSign = signers.length > 0;
  return fc.oneof(
    text,
    ...(has("tool-calls") ? [call] : []),
    ...(has("refusal") ? [refusal] : []),
    ...(thinks && canSign ? [signedThinking] : []),
    ...(thinks && has("unsigned-thinking") ? [unsignedThinking] : []),
    ...(thinks && canSign && has("redacted-thinking") ? [redacted] : []),
  );
}

const ORDER: readonly AnswerPart["kind"][] = ["thinking", "text", "refusal", "tool-call"];

/** The drafts in the order of the format, with ids for the calls. */
function settleParts(
  drafts: readonly AnswerPart[],
  has: Has<"mixed-order" | "neighbours">,
  place: string,
): readonly AnswerPart[] {
  const ordered = has("mixed-order")
    ? drafts
    : drafts.toSorted((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind));
  const apart = has("neighbours")
    ? ordered
    : ordered.filter((part, at) => part.kind === "tool-call" || part.kind !== ordered[at - 1]?.kind);
  return apart.map((part, at) => (part.kind === "tool-call" ? { ...part, id: `call_${place}_${at}` } : part));
}

interface Exchange {
  readonly said: readonly Part[];
  readonly instructed: readonly TextPart[] | null;
  readonly answered: readonly AnswerPart[];
  readonly results: readonly Pick<ToolResultPart, "content" | "isError">[];
}

function arbitraryTurns(options: RequestOptions): fc.Arbitrary<readonly Turn[]> {
  const has = presence(options.without);
  const calling = (fact: Parameters<Parameters<typeof arbitraryDraft>[1]>[0]) =>
    fact === "tool-calls" ? has("tools") : has(fact);
  const media = arbitraryMedia(has);
  const resultMedia = has("result-media") ? media.filter((one) => one.kind !== "audio") : null;
  const exchange: fc.Arbitrary<Exchange> = fc.record({
    said: fc.array(fc.oneof(arbitraryTextPart(has), media), { minLength: 1, maxLength: 3 }),
    instructed: nullable(
      has("system-turns"),
      fc.array(arbitraryTextPart(has), { minLength: 1, maxLength: 2 }),
    ),
    answered: fc.array(arbitraryDraft(options.signers, calling), { minLength: 1, maxLength: 4 }),
    results: fc.array(
      fc.record({
        content: fc.array(fc.oneof(arbitraryTextPart(has), ...(resultMedia ? [resultMedia] : [])), {
          minLength: has("empty-result") ? 0 : 1,
          maxLength: 2,
        }) as fc.Arbitrary<ToolResultPart["content"]>,
        isError: has("result-error") ? fc.boolean() : fc.constant(false),
      }),
      { minLength: 4, maxLength: 4 },
    ),
  });
  return fc
    .tuple(fc.array(exchange, { minLength: 1, maxLength: 3 }), fc.boolean())
    .map(([exchanges, isAnswered]) => settleTurns(exchanges, isAnswered, has));
}

/** Turns about: each call of an assistant's turn has its result at the beginning of the next. */
function settleTurns(
  exchanges: readonly Exchange[],
  isAnswered: boolean,
  has: Has<"mixed-order" | "neighbours">,
): readonly Turn[] {
  const turns: Turn[] = [];
  for (const [place, { said, instructed, answered, results }] of exchanges.entries()) {
    const calls = (turns.at(-1)?.parts ?? []).filter(
      (part): part is ToolCallPart => part.kind === "tool-call",
    );
    const returned = calls.flatMap(({ id, name }, at) =>
      results[at] ? [{ kind: "tool-result" as const, id, name, ...results[at] }] : [],
    );
    turns.push({ role: "user", parts: [...returned, ...said] });
    if (instructed) turns.push({ role: "system", parts: instructed });
    turns.push({ role: "assistant", parts: settleParts(answered, has, String(place)) });
  }
  return isAnswered ? turns : turns.slice(0, -1);
}

type Medium = Exclude<Part, AnswerPart | ToolResultPart>;

function arbitraryMedia(has: Has<RequestFact>): fc.Arbitrary<Medium | TextPart> {
  const base64 = (mediaType: string): fc.Arbitrary<Source> =>
    fc.record({
      kind: fc.constant("base64" as const),
      mediaType: fc.constant(mediaType),
      data: arbitraryBase64,
    });
  const url = (mediaType: string): fc.Arbitrary<Source> =>
    fc.record({
      kind: fc.constant("url" as const),
      url: arbitraryUrl,
      mediaType: nullable(has("url-type"), fc.constant(mediaType)),
    });
  const image = (source: fc.Arbitrary<Source>): fc.Arbitrary<Medium> =>
    marked(
      has,
      fc
        .tuple(source, has("detail") ? fc.option(fc.constantFrom("low", "high")) : fc.constant(null))
        .map(([one, detail]) => ({
          kind: "image" as const,
          source: one,
          ...(detail === null ? {} : { detail }),
        })),
    );
  const document = (source: fc.Arbitrary<Source>): fc.Arbitrary<Medium> =>
    marked(
      has,
      fc.record({
        kind: fc.constant("document" as const),
        source,
        name: nullable(has("document-name"), fc.constantFrom("report.pdf", "notes")),
      }),
    );
  const text: fc.Arbitrary<Source> = arbitraryText.map((said) => ({ kind: "text", text: said }));
  const audio: fc.Arbitrary<Medium> = fc.record({
    kind: fc.constant("audio" as const),
    source: fc.oneof(base64("audio/wav"), base64("audio/mpeg")),
  });
  return fc.oneof(
    arbitraryTextPart(has),
    ...(has("image-base64") ? [image(base64("image/png")), image(base64("image/jpeg"))] : []),
    ...(has("image-url") ? [image(url("image/png"))] : []),
    ...(has("document-base64") ? [document(base64("application/pdf"))] : []),
    ...(has("document-url") ? [document(url("application/pdf"))] : []),
    ...(has("document-text") ? [document(text)] : []),
    ...(has("audio") ? [audio] : []),
  );
}

function arbitraryFinish(has: Has<AnswerFact>): fc.Arbitrary<Finish> {
  const stop: fc.Arbitrary<Finish> = nullable(has("stop-sequence"), arbitraryText).map((sequence) => ({
    kind: "stop",
    sequence,
  }));
  return fc.oneof(stop, fc.constantFrom<Finish>({ kind: "length" }, { kind: "filtered" }));
}

/** Who calls tools has not merely stopped, and who declines in words is filtered. */
function fitFinish(finish: Finish, parts: readonly AnswerPart[]): Finish {
  if (finish.kind !== "stop") return finish;
  if (parts.some(({ kind }) => kind === "tool-call")) return { kind: "tool-calls" };
  return parts.some(({ kind }) => kind === "refusal") ? { kind: "filtered" } : finish;
}

function arbitraryUsage(has: Has<AnswerFact>): fc.Arbitrary<Usage> {
  const count = fc.integer({ min: 0, max: 10_000 });
  const known = (fact: AnswerFact) => {
    if (!has(fact)) return fc.constant(null);
    return has("unknown-counts") ? fc.option(count) : count;
  };
  return fc
    .record({
      fresh: count,
      cached: known("cached"),
      written: known("cache-write"),
      said: count,
      thought: known("reasoning"),
    })
    .map(({ fresh, cached, written, said, thought }) => ({
      ...UNKNOWN_USAGE,
      inputTokens: fresh + (cached ?? 0) + (written ?? 0),
      outputTokens: said + (thought ?? 0),
      cachedTokens: cached,
      cacheWriteTokens: written,
      reasoningTokens: thought,
    }));
}
