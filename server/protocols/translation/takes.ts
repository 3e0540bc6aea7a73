/** What a host takes otherwise than the maker of its format does: facts of its record, for whoever writes its requests. */
import type { Feature } from "./form.ts";
import type { IdForm } from "./ids.ts";

/** Absent members: as the format's maker has it. Each comes from the host's own documentation. */
export interface HostTakes {
  /** What it has no place for. It would refuse that, or leave it out without a word. */
  readonly lacks?: readonly Lack[];
  /** Its own name for `seed`. */
  readonly seed?: string;
  /** Its own name for `user`; null: it has none, and the label is left out. */
  readonly user?: string | null;
  /** Its one name for the ceiling of the output, where it has no `max_completion_tokens`. */
  readonly ceiling?: "max_tokens";
  /** The highest temperature. */
  readonly hottest?: number;
  /** Most stop sequences. */
  readonly mostStops?: number;
  /** The form in which it takes ids of calls. */
  readonly callIds?: IdForm;
}

/** `schema`: of JSON it takes the promise alone; `toolChoice`: anything but `auto`. */
export type Lack =
  | Extract<
      Feature,
      "topK" | "seed" | "frequencyPenalty" | "presencePenalty" | "toolChoice" | "parallelTools"
    >
  | "schema";
