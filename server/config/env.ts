/** The process environment, or what a test passes for it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A text after its `${…}` were replaced. */
export interface Filled {
  readonly text: string;
  /** Variables that are not set and have no default. */
  readonly missing: readonly string[];
  /** Whether anything was replaced: then the text may be a secret. */
  readonly replaced: boolean;
  /** Whether the whole text was one reference: then it may stand for a number or a switch. */
  readonly whole: boolean;
  /** Whether a `${` begins something that is no reference. */
  readonly malformed: boolean;
}

/** `$${` (a literal `${`), `${NAME}`, `${NAME:-default}`, or a `${` that is none of them. */
const REFERENCE = /\$\$\{|\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}|\$\{/g;

/** Replaces the references in a text. As in the shell, a default also stands in for an empty variable. */
export function fillReferences(text: string, env: Environment): Filled {
  const missing: string[] = [];
  let replaced = false;
  let malformed = false;
  let whole = false;
  const filled = text.replace(REFERENCE, (found: string, name?: string, fallback?: string) => {
    if (found === "$${") return "${";
    if (name === undefined) {
      malformed = true;
      return found;
    }
    replaced = true;
    whole = found.length === text.length;
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (value === undefined && fallback === undefined) missing.push(name);
    return fallback === undefined ? (value ?? "") : value || fallback;
  });
  return { text: filled, missing, replaced, whole, malformed };
}
