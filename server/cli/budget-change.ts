/** Caps as they are typed: `--hourly 10 --daily unlimited --total none`. Pure. */

/** What the command takes for each window, by the API's words. */
export interface CapOptions {
  readonly hourly?: string | undefined;
  readonly daily?: string | undefined;
  readonly total?: string | undefined;
}

/** USD; `unlimited` outdoes the file's cap; null takes back what was set at run time. */
export type Cap = number | "unlimited" | null;

export type CapChange = { readonly [Window in keyof CapOptions]?: Cap };

/** The caps that are given, or what is wrong with one of them as a sentence; null when none is given. */
export function parseCaps({ hourly, daily, total }: CapOptions): CapChange | string | null {
  const given = Object.entries({ hourly, daily, total }).flatMap(([window, text]) =>
    text === undefined ? [] : [{ window, text, cap: parseCap(text) }],
  );
  const wrong = given.find(({ cap }) => cap === undefined);
  if (wrong) {
    return `--${wrong.window} is ${JSON.stringify(wrong.text)}; expected USD such as 10 or 0.50, unlimited, or none.`;
  }
  return given.length === 0 ? null : Object.fromEntries(given.map(({ window, cap }) => [window, cap]));
}

function parseCap(text: string): Cap | undefined {
  if (text === "none") return null;
  if (text === "unlimited") return text;
  return /^\$?\d{1,7}(?:\.\d{1,9})?$/.test(text) ? Number(text.replace("$", "")) : undefined;
}
