/** The keys of `tollgate proxy`, from where no other program sees them: standard input or the environment (SPEC 14.5). */
import type { Environment } from "../config/env.ts";
import { type Failure, failure } from "./failure.ts";
import type { Input } from "./input.ts";
import { EXIT } from "./terminal.ts";

/** Holds `--api-key` where that is not given. */
export const API_KEY_VARIABLE = "TOLLGATE_API_KEY";
const PROVIDER_KEYS_VARIABLE = "TOLLGATE_PROVIDER_KEYS";

/** Each option that holds a key, and the variable that may hold it instead. */
export const SECRET_OPTIONS = [
  ["api-key", API_KEY_VARIABLE],
  ["provider-keys", PROVIDER_KEYS_VARIABLE],
] as const;

type Arguments = Readonly<Record<string, unknown>>;

export interface Filled {
  /** The arguments with every key in its place. */
  readonly args: Arguments;
  /** Whether one of them stood on the command line, in sight of others. */
  readonly isVisible: boolean;
}

/** Puts what `-` and the variables stand for in the arguments' place. Reads standard input only where `-` asks for it. */
export async function fillSecrets(
  args: Arguments,
  { env, input }: { readonly env: Environment; readonly input: Pick<Input, "readAll"> },
): Promise<Filled | Failure> {
  const piped = SECRET_OPTIONS.filter(([option]) => args[option] === "-");
  if (piped.length > 1) {
    return failure(
      "Standard input holds one key: of --api-key and --provider-keys only one can be -.",
      `Give the other in ${API_KEY_VARIABLE} or ${PROVIDER_KEYS_VARIABLE}.`,
      EXIT.usage,
    );
  }
  const text = piped.length > 0 ? (await input.readAll()).trim() : "";
  if (piped.length > 0 && text === "") {
    return failure(`No key came in by standard input for --${piped[0]?.[0]}.`, null, EXIT.usage);
  }
  const found = SECRET_OPTIONS.map(([option, variable]) => {
    return [option, args[option] === "-" ? text : (args[option] ?? (env[variable] || undefined))] as const;
  });
  const isVisible = SECRET_OPTIONS.some(([option]) => args[option] !== undefined && args[option] !== "-");
  return { args: { ...args, ...Object.fromEntries(found) }, isVisible };
}
