/** The table of docs/translation.md is what the writers do: each of its cells, and no other. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type {
  NeutralRequest,
  Part,
  Source,
  Speaks,
  Tool,
} from "../../../server/protocols/translation/form.ts";
import { DIALECTS, SPEAKERS } from "./dialects.ts";

const DOCUMENT = readFileSync(join(import.meta.dir, "../../../docs/translation.md"), "utf8");

const MODELS: Readonly<Record<Speaks, string>> = {
  "openai-chat": "gpt-5.1",
  "openai-responses": "gpt-5.1",
  "anthropic-messages": "claude-sonnet-4-5",
  gemini: "gemini-2.5-flash",
};

const PLAIN: NeutralRequest = {
  ...{
    model: "m",
    stream: false,
    system: [],
    tools: [],
    toolChoice: null,
    parallelTools: null,
    maxTokens: null,
  },
  ...{ temperature: null, topP: null, topK: null, seed: null, frequencyPenalty: null, presencePenalty: null },
  ...{ stop: [], format: null, thinking: null, user: null, usageChunk: false },
  turns: [{ role: "user", parts: [{ kind: "text", text: "Hi" }] }],
};

const TOOL: Tool = { name: "f", description: null, parameters: null, strict: null };
const PNG: Source = { kind: "base64", mediaType: "image/png", data: "AAAA" };
const PDF: Source = { kind: "base64", mediaType: "application/pdf", data: "AAAA" };
const ADDRESS: Source = { kind: "url", url: "https://example.com/a", mediaType: null };

/** A request for what each row names. */
const ROWS: ReadonlyMap<string, Partial<NeutralRequest>> = new Map<string, Partial<NeutralRequest>>([
  ["temperature up to 1", { temperature: 0.5 }],
  ["temperature above 1", { temperature: 1.5 }],
  ["top_p", { topP: 0.5 }],
  ["top_k", { topK: 5 }],
  ["seed", { seed: 1 }],
  ["frequency and presence penalties", { frequencyPenalty: 0.5, presencePenalty: 0.5 }],
  ["stop sequences, up to 4", { stop: ["a", "b", "c", "d"] }],
  ["stop sequences, 5", { stop: ["a", "b", "c", "d", "e"] }],
  ["JSON without a schema", { format: { kind: "json" } }],
  [
    "JSON of a schema",
    { format: { kind: "schema", name: "a", schema: {}, strict: null, description: null } },
  ],
  ["a certain tool", { tools: [TOOL], toolChoice: { kind: "tool", name: "f" } }],
  ["one call at a time", { tools: [TOOL], toolChoice: { kind: "auto" }, parallelTools: false }],
  ["an image in the request", shown({ kind: "image", source: PNG })],
  ["an image at an address", shown({ kind: "image", source: ADDRESS })],
  ["a PDF in the request", shown({ kind: "document", source: PDF, name: null })],
  ["a PDF at an address", shown({ kind: "document", source: ADDRESS, name: null })],
  ["a text file", shown({ kind: "document", source: { kind: "text", text: "a" }, name: null })],
  ["sound", shown({ kind: "audio", source: { kind: "base64", mediaType: "audio/wav", data: "AAAA" } })],
  ["an image in a tool's result", returned({ kind: "image", source: PNG })],
  ["an effort of thinking", { thinking: { amount: { kind: "effort", effort: "low" }, isShown: null } }],
  ["no thinking", { thinking: { amount: { kind: "off" }, isShown: null } }],
]);

test("every cell says what becomes of it", () => {
  const rows = DOCUMENT.split("\n").flatMap((line) => {
    const [, name = "", ...cells] = line.split("|").map((cell) => cell.trim());
    return cells[0] === "yes" || cells[0] === "no" ? [[name, cells.slice(0, 4)] as const] : [];
  });
  const expected = [...ROWS].map(
    ([name, asked]) => [name, DIALECTS.map((serving) => (isCarried(serving, asked) ? "yes" : "no"))] as const,
  );
  expect(rows).toEqual(expected);
});

function isCarried(serving: Speaks, asked: Partial<NeutralRequest>): boolean {
  const target = { model: MODELS[serving], maxOutput: 32_000 };
  return SPEAKERS[serving].writeRequest({ ...PLAIN, ...asked }, target).uncarried.length === 0;
}

function shown(part: Part): Partial<NeutralRequest> {
  return { turns: [{ role: "user", parts: [part] }] };
}

function returned(part: Extract<Part, { kind: "image" }>): Partial<NeutralRequest> {
  return {
    tools: [TOOL],
    turns: [
      { role: "user", parts: [{ kind: "text", text: "Hi" }] },
      { role: "assistant", parts: [{ kind: "tool-call", id: "c", name: "f", arguments: "{}" }] },
      { role: "user", parts: [{ kind: "tool-result", id: "c", name: "f", content: [part], isError: false }] },
    ],
  };
}
