/**
 * The neutral form: what a request, an answer and a stream mean, in no provider's words (SPEC 12.3). Two protocols meet
 * here and nowhere else. A fact has one way to be said, so that there and back again is the same.
 */
import type { Instant } from "../../core/duration.ts";
import type { Usage } from "../../core/usage.ts";
import type { Json } from "../json.ts";

/** A conversation, and how it is to be continued. */
export interface NeutralRequest {
  readonly model: string;
  readonly stream: boolean;
  /** Instructions that stand before the conversation. */
  readonly system: readonly TextPart[];
  /** Never two neighbours of the same role, and none without a part. */
  readonly turns: readonly Turn[];
  readonly tools: readonly Tool[];
  /** Null: the provider's own default. */
  readonly toolChoice: ToolChoice | null;
  /** Whether one turn may call several tools; null: the provider's own default. */
  readonly parallelTools: boolean | null;
  /** Most tokens of output, thinking included. */
  readonly maxTokens: number | null;
  readonly temperature: number | null;
  readonly topP: number | null;
  readonly topK: number | null;
  readonly seed: number | null;
  readonly frequencyPenalty: number | null;
  readonly presencePenalty: number | null;
  readonly stop: readonly string[];
  readonly format: Format | null;
  readonly thinking: Thinking | null;
  /** Whom the client names as its own user. A label: left out where a format has no place for it. */
  readonly user: string | null;
  /** Whether a stream ends with its usage although its format would not say (chat's `stream_options.include_usage`). */
  readonly usageChunk: boolean;
}

/** What one side says before the other speaks. Results of tools stand in the user's turn, before anything else of it. */
export interface Turn {
  /** `system`: instructions in the middle of the conversation, text alone. */
  readonly role: "user" | "assistant" | "system";
  readonly parts: readonly Part[];
}

export type Part =
  | TextPart
  | ImagePart
  | DocumentPart
  | AudioPart
  | ThinkingPart
  | ToolCallPart
  | ToolResultPart
  | RefusalPart;

/** What every part of the input may carry. */
interface Marked {
  /**
   * Where a prompt that is to be cached ends, and for how long. A hint that changes no answer: left out where a format
   * has no place for it.
   */
  readonly cache?: "short" | "hour";
}

export interface TextPart extends Marked {
  readonly kind: "text";
  readonly text: string;
  /** Google's mark of the thinking that led here. */
  readonly signature?: Signature;
}

export interface ImagePart extends Marked {
  readonly kind: "image";
  readonly source: Source;
  /** How closely it is to be looked at; a hint, left out where a format has no place for it. */
  readonly detail?: string;
}

/** A PDF, or a text file. */
export interface DocumentPart extends Marked {
  readonly kind: "document";
  readonly source: Source;
  readonly name: string | null;
}

export interface AudioPart {
  readonly kind: "audio";
  readonly source: Source;
}

/** Where the bytes of media are. */
export type Source =
  | { readonly kind: "base64"; readonly mediaType: string; readonly data: string }
  | { readonly kind: "url"; readonly url: string; readonly mediaType: string | null }
  /** The text itself, of a document alone. */
  | { readonly kind: "text"; readonly text: string };

/** What the model thought, as far as it is shown. */
export interface ThinkingPart {
  readonly kind: "thinking";
  /** Empty where nothing is shown. */
  readonly text: string;
  readonly signature: Signature | null;
  /** Whether the provider shows nothing of it on purpose: the signature is all there is. */
  readonly isRedacted?: boolean;
}

/**
 * By which a provider knows its own thinking again. It means something to that provider alone: other formats carry it to
 * the client and back, sealed (`seal`), and no other provider is sent it.
 */
export interface Signature {
  readonly by: Speaks;
  readonly value: string;
}

export interface ToolCallPart extends Marked {
  readonly kind: "tool-call";
  readonly id: string;
  readonly name: string;
  /** The arguments as JSON text; `{}` where there are none. */
  readonly arguments: string;
  readonly signature?: Signature;
}

export interface ToolResultPart extends Marked {
  readonly kind: "tool-result";
  /** The id of the call. */
  readonly id: string;
  /** The name of the tool that was called; null where no call in the conversation has the id. */
  readonly name: string | null;
  readonly content: readonly (TextPart | ImagePart | DocumentPart)[];
  readonly isError: boolean;
}

/** The model's own words of declining. */
export interface RefusalPart {
  readonly kind: "refusal";
  readonly text: string;
}

export interface Tool extends Marked {
  readonly name: string;
  readonly description: string | null;
  /** JSON Schema of the arguments; null: it takes none. */
  readonly parameters: Json | null;
  readonly strict: boolean | null;
}

export type ToolChoice =
  | { readonly kind: "auto" | "none" | "required" }
  | { readonly kind: "tool"; readonly name: string };

/** What the answer's text has to be. Null in a request: whatever the model likes. */
export type Format =
  /** Any JSON object. */
  | { readonly kind: "json" }
  | {
      readonly kind: "schema";
      readonly name: string | null;
      readonly schema: Json;
      /** Whether the answer is bound to it; `always`: the client's format binds to every schema. Null: the provider's default. */
      readonly strict: boolean | "always" | null;
      readonly description: string | null;
    };

/** How much the model may think before it answers. */
export interface Thinking {
  readonly amount:
    | { readonly kind: "off" }
    /** As much as the model finds right. */
    | { readonly kind: "adaptive" }
    | { readonly kind: "effort"; readonly effort: Effort }
    | { readonly kind: "budget"; readonly tokens: number }
    /** The provider's own default. */
    | { readonly kind: "unsaid" };
  /** Whether what it thinks, or a summary of it, is to be shown; null: the provider's own default. */
  readonly isShown: boolean | null;
}

export type Effort = "minimal" | "low" | "medium" | "high" | "xhigh" | "max";

/** A whole answer. */
export interface NeutralAnswer {
  readonly id: string;
  readonly model: string;
  readonly created: Instant | null;
  readonly parts: readonly AnswerPart[];
  readonly finish: Finish;
  readonly usage: Usage | null;
}

/** What a model says. */
export type AnswerPart = TextPart | ThinkingPart | ToolCallPart | RefusalPart;

export type Finish =
  /** It has said what it had to say. `sequence`: one of the request's stop sequences, where the provider tells it. */
  | { readonly kind: "stop"; readonly sequence: string | null }
  | { readonly kind: "length" }
  | { readonly kind: "tool-calls" }
  /** The provider's filter, or the model, declined. */
  | { readonly kind: "filtered" };

/**
 * A stream, piece by piece. Parts are numbered from 0 in the order in which they begin; each has one `part-start`, then
 * pieces, then one `part-end`. Parts may overlap (parallel calls).
 */
export type NeutralEvent =
  | { readonly kind: "start"; readonly id: string; readonly model: string; readonly created: Instant | null }
  | { readonly kind: "part-start"; readonly index: number; readonly part: PartHead }
  /** Text, thinking, a refusal's words, or JSON text of arguments. */
  | { readonly kind: "piece"; readonly index: number; readonly text: string }
  | { readonly kind: "signature"; readonly index: number; readonly signature: Signature }
  | { readonly kind: "part-end"; readonly index: number }
  /** All that is known by now: the latest replaces those before it. */
  | { readonly kind: "usage"; readonly usage: Usage }
  | { readonly kind: "finish"; readonly finish: Finish }
  /** The stream is over as it should be. */
  | { readonly kind: "end" }
  /** Instead of the rest. */
  | { readonly kind: "error"; readonly error: NeutralError };

export type PartHead =
  | { readonly kind: "text" }
  | { readonly kind: "refusal" }
  | { readonly kind: "thinking"; readonly isRedacted?: boolean }
  | { readonly kind: "tool-call"; readonly id: string; readonly name: string };

/** Why a provider did not answer. */
export interface NeutralError {
  /** The HTTP status; of an error inside a stream, what it would have been. */
  readonly status: number;
  readonly message: string;
  /** The provider's own code, where it says one. */
  readonly code: string | null;
}

/** The formats between which is translated. Cohere is reached through its OpenAI-compatible endpoint. */
export type Speaks = "openai-chat" | "openai-responses" | "anthropic-messages" | "gemini";

/** Facts of a request that a format may have no place for: by these names a writer says what it cannot carry. */
export type Feature =
  | "toolChoice"
  | "parallelTools"
  | "maxTokens"
  | "temperature"
  | "topP"
  | "topK"
  | "seed"
  | "frequencyPenalty"
  | "presencePenalty"
  | "stop"
  | "format"
  | "thinking"
  | "image"
  | "document"
  | "audio"
  | "tools"
  | "tool-result";
