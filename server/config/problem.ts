/** What is wrong with a configuration, and where. */

/** A spot in a file (both counted from 1), or a source without lines: an option, an environment variable. */
export interface Place {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
}

/** One mistake. `message` is a whole sentence that names the path; it never repeats a secret. */
export interface Problem extends Place {
  /** `agents.researcher.owner`; empty when the file as a whole is meant. */
  readonly path: string;
  readonly message: string;
}

/** The source of a configuration that no file holds. */
export const NO_FILE = "(no file)";

/** `gateway.yaml:3:9: gateway.port is 99999; expected a port from 0 to 65535.` */
export function renderProblem(problem: Problem): string {
  const spot = problem.line === null ? "" : `:${problem.line}:${problem.column ?? 1}`;
  return `${problem.file}${spot}: ${problem.message}`;
}

/** The problem under another path, by which its message calls it too where it begins with the former. */
export function renamePath(problem: Problem, path: string): Problem {
  const { path: former, message } = problem;
  const isAbout = message.startsWith(former);
  return { ...problem, path, message: isAbout ? path + message.slice(former.length) : message };
}

/** A path as people write it; a name that is not a plain word stands in quotes: `agents."my bot".owner`. */
export function renderPath(path: readonly string[]): string {
  return path.map((part) => (/^(?:[\w-]+|\*)$/.test(part) ? part : quote(part))).join(".");
}

/** Text from outside, in quotes, on one line and at most 60 characters long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text);
}
