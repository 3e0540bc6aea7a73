/** Finds the ends of events in a body that comes in pieces. */
export interface Scanner {
  /**
   * The offset just past the next event's end at or after `from`, or -1 when the event goes on in the next piece. The
   * scanner has then seen all of `text`; the next call brings the next piece. Linear over all calls.
   */
  next(text: string, from: number): number;
}

/** A byte order mark, as Latin-1 shows it. */
const MARK = "\u00ef\u00bb\u00bf";

/** A text without the byte order mark that a body may begin with. */
export function stripMark(text: string): string {
  return text.startsWith(MARK) ? text.slice(MARK.length) : text;
}
