/** How many tests passed and failed. */
export interface Score {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Reads the sums of a JUnit report from its outermost element; null when it is none. */
export function readJunit(xml: string): Score | null {
  const suites = /<testsuites\b[^>]*>/.exec(xml)?.[0];
  if (suites === undefined) return null;
  const count = (name: string) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(suites)?.[1] ?? 0);
  const failed = count("failures") + count("errors");
  const skipped = count("skipped");
  return { passed: count("tests") - failed - skipped, failed, skipped };
}
