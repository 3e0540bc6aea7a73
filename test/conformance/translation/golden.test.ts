/**
 * What a client of one format asks, as its SDK writes it, and what the provider's documentation of the other wants; what
 * the provider answers, whole and as a stream, and what the client is told. A new file in `golden/<client>-to-<serving>/` is
 * a new test: `UPDATE_GOLDEN=1 bun test test/conformance/translation/golden.test.ts` writes what is expected of it.
 */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { translateRequest } from "../../../server/gateway/routing/translate-request.ts";
import type { Json } from "../../../server/protocols/json.ts";
import type { LineFacts } from "../../../server/protocols/translation/speaker.ts";
import { PAIRS, type Pair, SPEAKERS } from "./dialects.ts";
import { translateAnswer, translateStream } from "./translate.ts";

interface Golden {
  /** What is shown by it. */
  readonly about: string;
  /** The model that serves. */
  readonly model: string;
  /** What stands in the request's line (Gemini). */
  readonly line?: LineFacts;
  readonly request: Json;
  readonly expected: Json;
  /** What the serving format has no place for, as the client calls it. */
  readonly dropped: readonly string[];
  /** 200 unless told. */
  readonly status?: number;
  readonly answer: Json;
  readonly expectedAnswer: Json;
  /** Server-sent events without the blank lines between them. */
  readonly stream: readonly string[];
  readonly expectedStream: readonly string[];
}

const FOLDER = join(import.meta.dir, "golden");
const NO_LINE: LineFacts = { model: null, stream: null };
/** What the model can make at the most: told where a format demands a number. */
const MAX_OUTPUT = 32_000;

for (const pair of PAIRS) {
  const folder = join(FOLDER, `${pair.client}-to-${pair.serving}`);
  describe(`${pair.client} to ${pair.serving}`, () => {
    for (const file of readdirSync(folder)) {
      const path = join(folder, file);
      const golden: Golden = JSON.parse(readFileSync(path, "utf8"));
      if (process.env.UPDATE_GOLDEN) writeGolden(path, golden, pair);
      else test(`${file.replace(".json", "")}: ${golden.about}`, () => check(golden, pair));
    }
  });
}

test("every pair is shown in the same cases", () => {
  const [first = [], ...others] = PAIRS.map(({ client, serving }) =>
    readdirSync(join(FOLDER, `${client}-to-${serving}`)).toSorted(),
  );
  expect(first.length).toBeGreaterThan(5);
  for (const files of others) expect(files).toEqual(first);
});

function check(golden: Golden, pair: Pair): void {
  const told = tell(golden, pair);
  expect(told.expected).toEqual(golden.expected);
  expect(told.dropped).toEqual(golden.dropped);
  expect(told.expectedAnswer).toEqual(golden.expectedAnswer);
  expect(told.expectedStream).toEqual(golden.expectedStream);
  if (golden.dropped.length > 0) expectRefused(golden, pair);
}

/** Unless it is allowed to be dropped. */
function expectRefused(golden: Golden, pair: Pair): void {
  const refused = request(golden, pair, "refuse");
  expect(refused).toMatchObject({ reason: "unsupported_translation", status: 400 });
  for (const name of golden.dropped) expect(JSON.stringify(refused)).toContain(`\`${name}\``);
}

type Told = Pick<Golden, "expected" | "dropped" | "expectedAnswer" | "expectedStream">;

function tell(golden: Golden, pair: Pair): Told {
  const { client, serving } = pair;
  const sent = request(golden, pair, "drop");
  if ("reason" in sent) throw new Error(sent.message);
  const { status = 200, answer, stream } = golden;
  const body = new TextEncoder().encode(stream.map((event) => `${event}\n\n`).join(""));
  const events = translateStream(serving, client, "sse", body);
  return {
    expected: JSON.parse(JSON.stringify(sent.body)),
    dropped: sent.dropped,
    expectedAnswer: JSON.parse(
      translateAnswer(serving, client, { status, text: JSON.stringify(answer) }).body,
    ),
    expectedStream: events.split("\n\n").filter((event) => event !== ""),
  };
}

function request(
  { request: body, line = NO_LINE, model }: Golden,
  { client, serving }: Pair,
  way: "refuse" | "drop",
) {
  const target = { model, maxOutput: MAX_OUTPUT };
  return translateRequest(body, line, SPEAKERS[client], SPEAKERS[serving], target, way);
}

function writeGolden(path: string, golden: Golden, pair: Pair): void {
  writeFileSync(path, `${JSON.stringify({ ...golden, ...tell(golden, pair) }, null, 2)}\n`);
}
