/** Usage in every direction: what a recording says that it used is what the other formats' clients are told. */
import { describe, expect, test } from "bun:test";
import { foldEvents } from "../../protocols/translation/events.ts";
import { clientsOf, SPEAKERS, termsFor } from "./dialects.ts";
import { hear } from "./hear.ts";
import { loadAnswers, type RecordedAnswer } from "./recorded.ts";
import { readStream } from "./translate.ts";

const answers = loadAnswers().filter(({ status, expectedUsage }) => status < 300 && expectedUsage);

describe("what was used is told to each client in its own figures", () => {
  for (const recorded of answers) {
    const answer = answerOf(recorded);
    const { expectedUsage, dialect, name } = recorded;
    if (!answer?.usage || !expectedUsage) continue;
    const { total_input, total_output, cached_read, cache_write, reasoning } = expectedUsage;
    const input = total_input ?? 0;
    const cached = cached_read ?? 0;
    const written = cache_write ?? 0;
    test(name, async () => {
      for (const client of clientsOf(dialect)) {
        const body = JSON.stringify(SPEAKERS[client].writeAnswer(answer, termsFor("whole")));
        const { usage } = await hear(client, { status: 200, contentType: "application/json", body });
        // Messages tell the input less its caches: some hosts have read more from a cache than was put in.
        const told = client === "anthropic-messages" ? Math.max(input, cached + written) : input;
        expect(usage, client).toEqual({
          input: told,
          output: total_output ?? 0,
          cached,
          // Gemini has no figure for what was written to a cache: it is part of the input.
          written: client === "gemini" ? 0 : written,
          thought: reasoning ?? 0,
        });
      }
    });
  }
});

function answerOf({ dialect, framing, body }: RecordedAnswer) {
  const text = Buffer.from(body).toString();
  if (framing === "whole") return text === "" ? null : SPEAKERS[dialect].readAnswer(JSON.parse(text));
  return framing === "opaque" ? null : foldEvents(readStream(dialect, framing, body)).answer;
}
