/** Answers as providers gave them: the project's own fixtures, and recorded traffic where that lies beside the project. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { chooseFraming } from "../../../server/protocols/framing.ts";
import { type Json, objectOf, parseJson } from "../../../server/protocols/json.ts";
import type { Framing } from "../../../server/protocols/protocol.ts";
import type { Speaks } from "../../../server/protocols/translation/form.ts";
import type { LineFacts } from "../../../server/protocols/translation/speaker.ts";
import { createProviders, KNOWN_PROVIDERS } from "../../../server/providers/index.ts";
import type { Located } from "../../../server/providers/provider.ts";
import { asksForStream, type ExpectedUsage, loadCorpus, locate, providerOf } from "../../support/corpus.ts";
import { DIALECTS } from "./dialects.ts";

export interface RecordedAnswer {
  readonly name: string;
  readonly dialect: Speaks;
  readonly framing: Framing;
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array<ArrayBuffer>;
  /** What the recording says that it used; null where nobody has said. */
  readonly expectedUsage: ExpectedUsage | null;
}

/** Whether the recorded traffic is there. */
export const HAS_CORPUS = loadCorpus() !== null;

export interface RecordedRequest {
  readonly name: string;
  readonly dialect: Speaks;
  readonly line: LineFacts;
  readonly request: Json;
}

/** All requests that are translated and that their own provider has answered. */
export function loadRequests(): readonly RecordedRequest[] {
  return (loadCorpus() ?? []).flatMap((exchange) => {
    const { provider, endpoint, id, status, requestBody } = exchange;
    const located = locate(providerOf(exchange), exchange);
    const dialect = dialectOf(located);
    const request = objectOf(parseJson(requestBody ?? ""));
    if (dialect === null || request === null || status >= 300) return [];
    const { model, stream } = located.operation;
    return [{ name: `${provider} ${endpoint} ${id}`, dialect, line: { model, stream }, request }];
  });
}

/** All answers that are translated: those of generating calls in the four formats. */
export function loadAnswers(): readonly RecordedAnswer[] {
  return [...fixtures(), ...recordings()];
}

/** Operations that have their like in every format. */
const TRANSLATED: ReadonlySet<string> = new Set(["chat", "responses", "messages", "generate_content"]);

function dialectOf({ operation }: Located): Speaks | null {
  if (!TRANSLATED.has(operation.name)) return null;
  return DIALECTS.find((one) => one === operation.dialect) ?? null;
}

function recordings(): readonly RecordedAnswer[] {
  return (loadCorpus() ?? []).flatMap((exchange) => {
    const located = locate(providerOf(exchange), exchange);
    const dialect = dialectOf(located);
    if (dialect === null) return [];
    const { provider, endpoint, id, status, expectedUsage } = exchange;
    const body = Uint8Array.from(exchange.body);
    const contentType = exchange.responseHeaders["content-type"] ?? "";
    const { streamFraming } = located.operation;
    const stream = asksForStream(exchange, located);
    const framing = chooseFraming({ status, contentType, stream, streamFraming });
    return [
      { name: `${provider} ${endpoint} ${id}`, dialect, framing, status, contentType, body, expectedUsage },
    ];
  });
}

const FOLDER = join(import.meta.dir, "../fixtures");

function fixtures(): readonly RecordedAnswer[] {
  const providers = createProviders({});
  return KNOWN_PROVIDERS.flatMap((id) =>
    readdirSync(join(FOLDER, id)).flatMap((file) => {
      const fixture = JSON.parse(readFileSync(join(FOLDER, id, file), "utf8"));
      const { rest, query = "", status, contentType, stream } = fixture;
      const located = providers.find(id)?.locate({ method: "POST", rest, query, headers: new Headers() });
      const dialect = located && dialectOf(located);
      if (!located || !dialect) return [];
      const { streamFraming } = located.operation;
      const framing = chooseFraming({ status, contentType, stream, streamFraming });
      const answer = { dialect, framing, status, contentType, body: bytesOf(fixture), expectedUsage: null };
      return [{ name: `${id}/${file}`, ...answer }];
    }),
  );
}

function bytesOf({ body, events, lineEnd = "\n" }: { body?: unknown; events?: string[]; lineEnd?: string }) {
  const text = events
    ? events
        .map((event) => `${event}\n\n`)
        .join("")
        .replaceAll("\n", lineEnd)
    : body;
  return encoder.encode(typeof text === "string" ? text : JSON.stringify(text));
}

const encoder = new TextEncoder();
