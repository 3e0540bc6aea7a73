/** Tables for people: columns line up, and what is too wide gives way where it hurts least. Pure. */
export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
  /** May be cut, with an ellipsis, down to 8 columns when the table is too wide. */
  readonly flexible?: boolean;
}

const GAP = "  ";
const LEAST = 8;

/** The head and one line per row, each without trailing blanks. Cells are plain text: style the lines, not the cells. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): { head: string; lines: string[] } {
  const natural = columns.map(({ title }, index) =>
    Math.max(Bun.stringWidth(title), ...rows.map((row) => Bun.stringWidth(row[index] ?? ""))),
  );
  const widths = squeeze(columns, natural, width);
  const render = (cells: readonly string[]) =>
    columns
      .map(({ align }, index) => fit(cells[index] ?? "", widths[index] ?? 0, align))
      .join(GAP)
      .trimEnd();
  return { head: render(columns.map(({ title }) => title)), lines: rows.map(render) };
}

/** Takes what is too much from the widest flexible columns first. */
function squeeze(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  const widths = [...natural];
  const total = () => widths.reduce((sum, one) => sum + one, GAP.length * (widths.length - 1));
  while (total() > width) {
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

function fit(text: string, width: number, align: "left" | "right"): string {
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
