/** Streams of the responses API as the tests have them: events written and read, one by one. */
import type { Json } from "../../../server/protocols/json.ts";
import type { NeutralEvent } from "../../../server/protocols/translation/form.ts";
import { responsesSpeaker } from "../../../server/protocols/translation/responses/speaker.ts";
import type { AnswerTerms } from "../../../server/protocols/translation/speaker.ts";

/** The text of a whole stream. */
export function writeText(events: readonly NeutralEvent[], terms: AnswerTerms): string {
  const writer = responsesSpeaker.createStreamWriter(terms);
  return events.map((event) => writer.write(event)).join("");
}

/** The events of a whole stream; throws where its framing is not that of server-sent events named after their type. */
export function writeAll(events: readonly NeutralEvent[], terms: AnswerTerms): readonly Json[] {
  const blocks = writeText(events, terms).split("\n\n");
  if (blocks.pop() !== "") throw new Error("the last event has no end");
  return blocks.map((block) => {
    const [, name, data = ""] = /^event: ([^\n]+)\ndata: ([^\n]+)$/.exec(block) ?? [];
    const event: Json = JSON.parse(data);
    if (event.type !== name) throw new Error(`${event.type} is named ${name}`);
    return event;
  });
}

/** What a stream of these events means. */
export function readAll(events: readonly unknown[]): readonly NeutralEvent[] {
  const reader = responsesSpeaker.createStreamReader();
  return [...events.flatMap((event) => reader.read(null, JSON.stringify(event))), ...reader.end()];
}
