/** What several settings say together and cannot mean. */
import { nearest } from "./nearest.ts";

/** A contradiction, to be told where `path` stands in the file. */
export interface Contradiction {
  readonly path: string;
  /** A whole sentence that names the path. */
  readonly message: string;
}

/** The end of a sentence about a name that is no provider's; `names` are all of them. */
export function noProvider(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  return `which is no provider; ${near ? `did you mean ${near}?` : `known: ${names.join(", ")}.`}`;
}
