/** Sealed thinking is taken out of conversations that go on without translation. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Json } from "../../../server/protocols/json.ts";
import { editDocument } from "../../../server/protocols/json-cut.ts";
import { chatSpeaker } from "../../../server/protocols/translation/chat/speaker.ts";
import type { NeutralAnswer } from "../../../server/protocols/translation/form.ts";
import { geminiSpeaker } from "../../../server/protocols/translation/gemini/speaker.ts";
import { messagesSpeaker } from "../../../server/protocols/translation/messages/speaker.ts";
import { responsesSpeaker } from "../../../server/protocols/translation/responses/speaker.ts";
import type { Speaker } from "../../../server/protocols/translation/speaker.ts";
import { mayBeSealed, stripSeals } from "../../../server/protocols/translation/strip-seals.ts";
import { arbitraryAnswer } from "./arbitrary.ts";

const TERMS = { requestId: "r1", model: "m", framing: "sse", usageChunk: false, now: 0 } as const;

/** How each format's client takes an answer into its next request. */
const CLIENTS: readonly {
  readonly speaker: Speaker;
  readonly next: (answer: Json) => Json;
}[] = [
  { speaker: chatSpeaker, next: ({ choices }) => ({ messages: [at(choices, 0, "message")] }) },
  { speaker: responsesSpeaker, next: ({ output }) => ({ input: output }) },
  { speaker: messagesSpeaker, next: ({ content }) => ({ messages: [{ role: "assistant", content }] }) },
  { speaker: geminiSpeaker, next: ({ candidates }) => ({ contents: [at(candidates, 0, "content")] }) },
];

function at(list: unknown, index: number, name: string): unknown {
  return (list as readonly Json[])[index]?.[name];
}

/** What is left of a body's text; null where nothing goes. */
function stripText(text: string, speaker: Speaker): string | null {
  const body = Buffer.from(text);
  const edits = mayBeSealed(body, speaker.name) ? stripSeals(JSON.parse(text), speaker.name) : null;
  return edits && Buffer.from(editDocument(body, edits)).toString();
}

function strip(document: Json, speaker: Speaker): Json | null {
  const left = stripText(JSON.stringify(document), speaker);
  return left === null ? null : JSON.parse(left);
}

for (const { speaker, next } of CLIENTS) {
  const { name } = speaker;
  const take = (answer: NeutralAnswer): Json =>
    JSON.parse(JSON.stringify(next(speaker.writeAnswer(answer, TERMS))));
  const foreign = (["openai-chat", "openai-responses", "anthropic-messages", "gemini"] as const).filter(
    (one) => one !== name,
  );

  test(`${name}: no seal stays in a conversation that others have answered, and nothing that was said is lost`, () => {
    fc.assert(
      fc.property(arbitraryAnswer({ signers: foreign }), (answer) => {
        const document = take(answer);
        const left = strip(document, speaker) ?? document;
        const text = JSON.stringify(left);
        expect(text).not.toContain("tollgate.");
        expect(text).not.toContain(Buffer.from("tollgate.").toString("base64"));
        for (const part of answer.parts) {
          if (part.kind === "text") expect(saidIn(left)).toContain(part.text);
          if (part.kind === "tool-call") expect(text).toContain(`"name":"${part.name}"`);
        }
        expect(strip(left, speaker)).toBeNull();
      }),
      { numRuns: 60 },
    );
  });

  test(`${name}: a provider's own thinking stays as it is`, () => {
    fc.assert(
      fc.property(
        arbitraryAnswer({
          signers: [name],
          without: ["unsigned-thinking", "redacted-thinking", "text-signature", "call-signature"],
        }),
        (answer) => {
          expect(strip(take(answer), speaker)).toBeNull();
        },
      ),
      { numRuns: 60 },
    );
  });

  test(`${name}: who talks about seals has none`, () => {
    const said: NeutralAnswer = {
      ...{ id: "a", model: "m", created: 0, usage: null, finish: { kind: "stop", sequence: null } },
      parts: [{ kind: "text", text: "tollgate.gemini.x and dG9sbGdhdGUu" }],
    };
    expect(strip(take(said), speaker)).toBeNull();
  });
}

test("unsigned thinking of others is taken out for the providers that refuse it", () => {
  const thought: NeutralAnswer = {
    ...{ id: "a", model: "m", created: 0, usage: null, finish: { kind: "stop", sequence: null } },
    parts: [
      { kind: "thinking", text: "Hm.", signature: null },
      { kind: "text", text: "So." },
    ],
  };
  const { content } = messagesSpeaker.writeAnswer(thought, TERMS);
  expect(strip({ messages: [{ role: "assistant", content }] }, messagesSpeaker)).toEqual({
    messages: [{ role: "assistant", content: [{ type: "text", text: "So." }] }],
  });
  const { output } = responsesSpeaker.writeAnswer(thought, TERMS);
  expect(strip({ input: output }, responsesSpeaker)).toMatchObject({ input: [{ type: "message" }] });
});

test("a call that was signed elsewhere says to Gemini that it was made elsewhere", () => {
  const part = {
    functionCall: { name: "f" },
    thoughtSignature: Buffer.from("tollgate.openai-chat.YQ").toString("base64"),
  };
  const document = { contents: [{ role: "model", parts: [part] }] };
  expect(strip(document, geminiSpeaker)).toEqual({
    contents: [
      {
        role: "model",
        parts: [{ functionCall: { name: "f" }, thoughtSignature: "skip_thought_signature_validator" }],
      },
    ],
  });
});

test("a message of which nothing is left is taken out, and a format without translation is left alone", () => {
  const sealed = { type: "thinking", thinking: "Hm.", signature: "tollgate.gemini.YQ" };
  const document = {
    messages: [
      { role: "user", content: "Hi" },
      { role: "assistant", content: [sealed] },
    ],
  };
  expect(strip(document, messagesSpeaker)).toEqual({ messages: [{ role: "user", content: "Hi" }] });
  expect(mayBeSealed(new TextEncoder().encode("tollgate."), "cohere-chat")).toBe(false);
  expect(stripSeals(document, "cohere-chat")).toBeNull();
});

const GEMINI_SEALED = Buffer.from("tollgate.openai-chat.YQ").toString("base64");

test.each<readonly [string, Speaker, string, string]>([
  [
    "a block",
    messagesSpeaker,
    '{"messages": [{"role":"user","content":"q"}, {"content":[ {"type":"thinking","thinking":"h","signature":"tollgate.unsigned"}, {"type":"tool_use","input":{"id":1234567890123456789,"r":1.0}} ]}], "max_tokens":5}',
    '{"messages": [{"role":"user","content":"q"}, {"content":[ {"type":"tool_use","input":{"id":1234567890123456789,"r":1.0}} ]}], "max_tokens":5}',
  ],
  [
    "an item",
    responsesSpeaker,
    '{"input":[ {"type":"message"} , {"type":"reasoning","encrypted_content":"tollgate.gemini.YQ"}],"user":"\\u0041"}',
    '{"input":[ {"type":"message"}],"user":"\\u0041"}',
  ],
  [
    "a detail, its plain text and a signature",
    chatSpeaker,
    '{"messages":[{"reasoning_content":"h", "reasoning_details":[{"signature":"own"},{"signature":"tollgate.gemini.YQ"}], "tool_calls":[{"id":"a","extra_content":{"google":{"thought_signature":"tollgate.gemini.YQ"}},"n":1e0}]}]}',
    '{"messages":[{"reasoning_details":[{"signature":"own"}], "tool_calls":[{"id":"a","n":1e0}]}]}',
  ],
  [
    "a thought and signatures",
    geminiSpeaker,
    `{"contents":[{"parts":[{"thought":true,"thoughtSignature":"${GEMINI_SEALED}"},{"text":"a","thoughtSignature":"${GEMINI_SEALED}"},{"thought_signature":"${GEMINI_SEALED}","functionCall":{"args":{"id":1.50}}}]}]}`,
    '{"contents":[{"parts":[{"text":"a"},{"thought_signature":"skip_thought_signature_validator","functionCall":{"args":{"id":1.50}}}]}]}',
  ],
])("%s is cut out of the bytes, and all others stay", (_what, speaker, text, left) => {
  expect(stripText(text, speaker)).toBe(left);
});

function saidIn(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "object" && value !== null ? Object.values(value).map(saidIn).join("\n") : "";
}
