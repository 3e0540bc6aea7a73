/** Tables for people: columns line up, and what is too wide gives way where it hurts least. Pure. */
export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
  /** May be cut, with an ellipsis, when the table is too wide: to 24 columns, and to 8 when nothing can leave any more. */
  readonly flexible?: boolean;
  /** May leave a table that is too wide; the lowest rank goes first. Without one it stays. */
  readonly rank?: number;
}

const GAP = "  ";
const LEAST = 8;
const COMFORTABLE = 24;

/** The head and one line per row, each without trailing blanks. Cells are plain text: style the lines, not the cells. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): { head: string; lines: string[] } {
  const measured = columns.map((column, index) => ({
    ...column,
    index,
    natural: Math.max(Bun.stringWidth(column.title), ...rows.map((row) => Bun.stringWidth(row[index] ?? ""))),
  }));
  const shown = choose(measured, width);
  const widths = squeeze(shown, width);
  const render = (cells: readonly string[]) =>
    shown
      .map(({ align, index }, place) => fit(cells[index] ?? "", widths[place] ?? 0, align))
      .join(GAP)
      .trimEnd();
  return { head: render(columns.map(({ title }) => title)), lines: rows.map(render) };
}

interface Measured extends Column {
  /** Its place among all columns. */
  readonly index: number;
  /** How wide it is when nothing is cut. */
  readonly natural: number;
}

/** The columns that fit without cutting any below what is comfortable to read. */
function choose(columns: readonly Measured[], width: number): readonly Measured[] {
  const needed = sumWidths(
    columns.map(({ natural, flexible }) => (flexible ? Math.min(natural, COMFORTABLE) : natural)),
  );
  if (needed <= width) return columns;
  const [first] = columns
    .filter(({ rank }) => rank !== undefined)
    .toSorted((a, b) => (a.rank ?? 0) - (b.rank ?? 0));
  if (!first) return columns;
  return choose(
    columns.filter((column) => column !== first),
    width,
  );
}

function sumWidths(widths: readonly number[]): number {
  return widths.reduce((sum, one) => sum + one, GAP.length * (widths.length - 1));
}

/** Takes what is too much from the widest flexible columns first. */
function squeeze(columns: readonly Measured[], width: number): number[] {
  const widths = columns.map(({ natural }) => natural);
  while (sumWidths(widths) > width) {
    let widest = -1;
    for (const [index, { flexible }] of columns.entries()) {
      const current = widths[index] ?? 0;
      if (flexible && current > LEAST && current > (widths[widest] ?? 0)) widest = index;
    }
    if (widest < 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

/** The text in exactly so many columns: filled up with blanks, or cut with an ellipsis. */
export function fit(text: string, width: number, align: "left" | "right"): string {
  const shown = Bun.stringWidth(text) > width ? cut(text, width) : text;
  const padding = " ".repeat(Math.max(0, width - Bun.stringWidth(shown)));
  return align === "left" ? shown + padding : padding + shown;
}

/** By graphemes: half a flag or half an accent is worse than none. */
function cut(text: string, width: number): string {
  let kept = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (Bun.stringWidth(kept + segment) > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}
