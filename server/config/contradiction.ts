/** What several settings say together and cannot mean. */
import { nearest } from "./nearest.ts";

/** A contradiction, to be told where `path` stands in the file. */
export interface Contradiction {
  readonly path: string;
  /** A whole sentence that names the path. */
  readonly message: string;
  /**
   * Whether it is only that nothing stands there: where a value was set at run time and cannot be read any more, that is told
   * as a warning and keeps nothing from starting.
   */
  readonly isLack?: true;
}

/** The end of a sentence about a name that is no provider's; `names` are all of them. */
export function noProvider(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  return `which is no provider; ${near ? `did you mean ${near}?` : `known: ${names.join(", ")}.`}`;
}
