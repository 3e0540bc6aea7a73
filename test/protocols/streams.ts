/** Streams to cut: recorded shapes of every provider, and the scripted upstream's. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Dialect } from "../../server/core/call.ts";
import { UNKNOWN_USAGE } from "../../server/core/usage.ts";
import { createMeter } from "../../server/gateway/meter.ts";
import { protocols } from "../../server/protocols/index.ts";
import type { CutTerms, Framing } from "../../server/protocols/protocol.ts";
import { createProviders, KNOWN_PROVIDERS } from "../../server/providers/index.ts";
import { messagesEvents } from "../support/answers/anthropic-messages.ts";
import { cohereEvents } from "../support/answers/cohere.ts";
import { geminiArray, geminiEvents } from "../support/answers/gemini.ts";
import { openaiChatEvents } from "../support/answers/openai-chat.ts";
import { responsesEvents } from "../support/answers/openai-responses.ts";
import { HELLO, type Said, WEATHER } from "../support/answers/said.ts";

export interface SampleStream {
  readonly name: string;
  readonly dialect: Dialect;
  readonly framing: Framing;
  /** Its events, each with its framing. */
  readonly events: readonly string[];
}

/** A stream of a dialect, cut after some of its events, as the client gets it. */
export interface CutStream {
  readonly name: string;
  readonly body: string;
  /** Whether why the answer ended had been told before the cut. */
  readonly isDecided: boolean;
  /** Bytes of text and tool arguments that the client had been shown. */
  readonly visibleBytes: number;
}

export const TERMS: CutTerms = {
  requestId: "req1",
  framing: "sse",
  isFirst: false,
  usageChunk: true,
  usage: { ...UNKNOWN_USAGE, inputTokens: 11, outputTokens: 7 },
  now: 1_760_000_000_000,
};

/** All streams of a dialect: those of the fixtures that end well, and those of the scripted upstream. */
export function streamsOf(dialect: Dialect): SampleStream[] {
  return [...scripted(), ...recorded()].filter((one) => one.dialect === dialect);
}

/** A stream cut at each of its event boundaries, the beginning and the end included. */
export function* cutEverywhere(stream: SampleStream): Generator<CutStream> {
  for (let length = 0; length <= stream.events.length; length++) {
    const { framing, dialect } = stream;
    const reader = protocols.get(dialect).createReader({});
    const meter = createMeter({ reader, framing, hideUsageOnly: false });
    const passed: string[] = [];
    const encoder = new TextEncoder();
    for (const event of stream.events.slice(0, length)) {
      passed.push(Buffer.from(meter.feed(encoder.encode(event))).toString());
    }
    passed.push(Buffer.from(meter.finished ? meter.release() : meter.breakOff()).toString());
    const sent = passed.join("");
    const end = reader.renderCut({ ...TERMS, framing, isFirst: sent === "" });
    const name = `${stream.name} after ${length} of ${stream.events.length} events`;
    const { ended, visibleBytes } = reader.reading;
    // Messages tell their stop reason before their last event.
    const isDecided = ended || /"delta":\{"stop_reason":"/.test(sent);
    yield { name, body: sent + end, isDecided, visibleBytes };
  }
}

/** Answers every request with this body, as the SDKs' `fetch` option. */
export function answering(body: string, contentType = "text/event-stream"): () => Promise<Response> {
  return async () => new Response(body, { headers: { "content-type": contentType } });
}

function scripted(): SampleStream[] {
  const render: [Dialect, Framing, (said: Said) => string[]][] = [
    ["openai-chat", "sse", (said) => openaiChatEvents(said, "asked")],
    ["openai-responses", "sse", responsesEvents],
    ["anthropic-messages", "sse", messagesEvents],
    ["gemini", "sse", geminiEvents],
    ["gemini", "json-array", geminiArray],
    ["cohere-chat", "sse", cohereEvents],
  ];
  return render.flatMap(([dialect, framing, events]) => [
    { name: `${dialect} words`, dialect, framing, events: events(HELLO) },
    { name: `${dialect} tool`, dialect, framing, events: events(WEATHER) },
  ]);
}

const FIXTURES = join(import.meta.dir, "../conformance/fixtures");
const providers = createProviders({});

function recorded(): SampleStream[] {
  return KNOWN_PROVIDERS.flatMap((id) =>
    readdirSync(join(FIXTURES, id)).flatMap((file) => {
      const fixture = JSON.parse(readFileSync(join(FIXTURES, id, file), "utf8"));
      const { rest, query = "", events, lineEnd = "\n", expected } = fixture;
      const located = providers.find(id)?.locate({ method: "POST", rest, query, headers: new Headers() });
      const isWanted = events && located?.operation.kind === "generate" && !expected.error;
      if (!isWanted) return [];
      const dialect = located.operation.dialect;
      const framed = events.map((event: string) => `${event}\n\n`.replaceAll("\n", lineEnd));
      return [{ name: `${id}/${file}`, dialect, framing: "sse" as const, events: framed }];
    }),
  );
}
