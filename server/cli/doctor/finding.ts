/** What `doctor` says of one thing. */

export interface Finding {
  /** `good` asks for nothing, `warning` may be meant so, `wrong` keeps the gateway from its duty or its secrets from being any. */
  readonly level: "good" | "warning" | "wrong";
  /** A sentence. */
  readonly message: string;
  /** What to do about it, in a sentence; null where nothing needs to be done. */
  readonly remedy: string | null;
}

export function good(message: string): Finding {
  return { level: "good", message, remedy: null };
}

export function warning(message: string, remedy: string | null): Finding {
  return { level: "warning", message, remedy };
}

export function wrong(message: string, remedy: string | null): Finding {
  return { level: "wrong", message, remedy };
}
