/** Recorded requests of many SDKs and agents: what they say is said to the other formats' providers, or they are refused. */
import { describe, expect, test } from "bun:test";
import { translateRequest } from "../../../server/gateway/routing/translate-request.ts";
import type { NeutralRequest, Part, Speaks } from "../../../server/protocols/translation/form.ts";
import { clientsOf, SPEAKERS } from "./dialects.ts";
import { loadRequests, type RecordedRequest } from "./recorded.ts";

const MODELS: Readonly<Record<Speaks, string>> = {
  "openai-chat": "gpt-4o",
  "openai-responses": "gpt-5.1",
  "anthropic-messages": "claude-sonnet-4-5",
  gemini: "gemini-3-pro-preview",
};

/** What their own provider took although its format says otherwise. */
const SENSELESS = new Map([["zhipu chat.completions", "a result that names no call"]]);

describe("a recorded request", () => {
  for (const recorded of loadRequests()) {
    const { name, dialect, line, request } = recorded;
    test(name, () => {
      const read = SPEAKERS[dialect].readRequest(request, line);
      if ("reason" in read) {
        expect([...SENSELESS.keys()].some((one) => name.startsWith(one))).toBe(true);
        return;
      }
      // Every format has those that serve it.
      for (const serving of clientsOf(dialect)) expectSaid(recorded, serving, read.request);
    });
  }
});

/** Each text, call and result of the conversation stands in what goes out, and what is left out is named. */
function expectSaid(
  { dialect, line, request }: RecordedRequest,
  serving: Speaks,
  meant: NeutralRequest,
): void {
  const ask = (unsupported: "refuse" | "drop") =>
    translateRequest(
      request,
      line,
      SPEAKERS[dialect],
      SPEAKERS[serving],
      { model: MODELS[serving], maxOutput: 32_000 },
      unsupported,
    );
  const translated = ask("drop");
  if ("reason" in translated) throw new Error(translated.message);
  const refused = ask("refuse");
  expect("reason" in refused, serving).toBe(translated.dropped.length > 0);
  const { model, stream } = meant;
  const read = SPEAKERS[serving].readRequest(JSON.parse(JSON.stringify(translated.body)), { model, stream });
  if ("reason" in read) throw new Error(`${serving}: ${read.message}`);
  expect(read.uncarried, serving).toEqual([]);
  expect(saidIn(read.request), serving).toEqual(saidIn(meant));
  expect(read.request.tools.map(({ name }) => name)).toEqual(meant.tools.map(({ name }) => name));
}

/** The words of each side in their order, less what stands between texts; the calls, and how many results and images. */
function saidIn({ system, turns }: NeutralRequest) {
  const instructions = turns.filter(({ role }) => role === "system").flatMap(({ parts }) => parts);
  const conversation = turns.filter(({ role }) => role !== "system").flatMap(({ parts }) => parts);
  return {
    instructions: wordsOf([...system, ...instructions]),
    conversation: wordsOf(conversation),
    calls: conversation.flatMap((part) => (part.kind === "tool-call" ? [part.name] : [])),
    results: conversation.filter(({ kind }) => kind === "tool-result").length,
    images: conversation.filter(({ kind }) => kind === "image").length,
  };
}

function wordsOf(parts: readonly Part[]): string {
  const words = parts.map((part) => {
    if (part.kind === "text" || part.kind === "refusal") return part.text;
    if (part.kind !== "tool-result") return "";
    return part.content.map((one) => (one.kind === "text" ? one.text : "")).join("");
  });
  return words.join("").replaceAll("Error: ", "").replace(/\s/g, "");
}
