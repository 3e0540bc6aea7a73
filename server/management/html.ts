/** HTML that is safe by its making: what is put into a template is text, unless a template made it. Pure. */
export interface Html {
  readonly html: string;
}

/** A piece of a page: ``html`<td>${name}</td>` ``. */
export function html(
  parts: TemplateStringsArray,
  ...values: readonly (string | number | Html | readonly Html[])[]
): Html {
  return { html: String.raw({ raw: parts }, ...values.map(renderValue)) };
}

function renderValue(value: string | number | Html | readonly Html[]): string {
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return escapeText(value);
  return "html" in value ? value.html : value.map((one) => one.html).join("");
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["'", "&#39;"],
]);

/** Also what is not seen and would turn around or hide what is: names are written by agents. */
function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ESCAPES.get(sign) ?? "").replace(/\p{C}/gu, "\u{FFFD}");
}
