/** What each format has to say and to understand, for two of them to meet in the neutral form. */
import type { Instant } from "../../core/duration.ts";
import type { Refusal } from "../../core/refusal.ts";
import type { Json } from "../json.ts";
import type { Framing } from "../protocol.ts";
import type { Feature, NeutralAnswer, NeutralError, NeutralEvent, NeutralRequest, Speaks } from "./form.ts";
import type { HostTakes } from "./takes.ts";

/** One format's side of every translation. */
export interface Speaker {
  readonly name: Speaks;
  /**
   * What a client's request means. `uncarried` names the members, as the client wrote them, that the neutral form has no
   * place for. A request that makes no sense in its own format is refused (`invalid_request`), naming the member. Its
   * values stand no deeper in each other than `isTooDeep` allows.
   */
  readRequest(request: Json, line: LineFacts): ReadRequest | Refusal;
  /** The request for a provider. `uncarried` names what this format has no place for. */
  writeRequest(request: NeutralRequest, target: WriteTarget): WrittenRequest;
  /** What this format's clients call a feature: `max_completion_tokens`, `generationConfig.topK`. */
  memberOf(feature: Feature): string;

  /** What a provider's whole answer means; null where it is none. */
  readAnswer(answer: Json): NeutralAnswer | null;
  /** The whole answer for a client. */
  writeAnswer(answer: NeutralAnswer, terms: AnswerTerms): Json;
  /** What a provider's error body means: the document, or the text itself where it is no JSON. */
  readError(status: number, body: unknown): NeutralError;
  /** The error body for a client, as its SDK understands it. */
  writeError(error: NeutralError, terms: AnswerTerms): Json;

  /** Reads one stream of a provider. */
  createStreamReader(): StreamReader;
  /** Writes one stream for a client. */
  createStreamWriter(terms: AnswerTerms): StreamWriter;
}

/** What stands in the request's line instead of its body (Gemini). */
export interface LineFacts {
  readonly model: string | null;
  readonly stream: boolean | null;
}

export interface ReadRequest {
  readonly request: NeutralRequest;
  readonly uncarried: readonly string[];
}

/** For whom a request is written. */
export interface WriteTarget {
  readonly model: string;
  /** Most output tokens that the model can make, where a format demands a number and the client gave none. */
  readonly maxOutput: number;
  /** What its host takes otherwise than the maker of the format. */
  readonly takes?: HostTakes;
}

export interface WrittenRequest {
  readonly body: Json;
  readonly uncarried: readonly Feature[];
  /** What this one request does without, by no fault of the client's: it is told so, and not refused. */
  readonly leftOff?: readonly Feature[];
}

/** What an answer for a client depends on besides its content. */
export interface AnswerTerms {
  /** The gateway's id of the call: where the provider's answer has none. */
  readonly requestId: string;
  /** The model as the client named it: told where the provider's answer names none. */
  readonly model: string;
  readonly framing: Framing;
  /** Whether the client asked for a chunk of usage (chat). */
  readonly usageChunk: boolean;
  readonly now: Instant;
}

export interface StreamReader {
  /** What one event means: often nothing, sometimes several things. `name` as in `event:`, `data` decoded from UTF-8. */
  read(name: string | null, data: string): readonly NeutralEvent[];
  /** The body is over: what is still owed (open parts, finish, end). Nothing where the end has been told. */
  end(): readonly NeutralEvent[];
}

export interface StreamWriter {
  /** The text of the client's stream, framing included; empty where its format says nothing at this point. */
  write(event: NeutralEvent): string;
}
