/** Colour and weight for people; plain text everywhere else. */
import type { Terminal } from "./terminal.ts";

export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  warning(text: string): string;
}

/** Colour only where a person reads and has not declined it (https://no-color.org: any value that is not empty). */
export function styleFor({ isPerson, env }: Pick<Terminal, "isPerson" | "env">): Style {
  const coloured = isPerson && !env.NO_COLOR && env.TERM !== "dumb";
  const paint = (open: number, close: number) => (text: string) =>
    coloured && text !== "" ? `\x1b[${open}m${text}\x1b[${close}m` : text;
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    good: paint(32, 39),
    bad: paint(31, 39),
    warning: paint(33, 39),
  };
}
