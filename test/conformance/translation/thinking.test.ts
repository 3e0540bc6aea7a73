/** Thinking goes through clients of every format and comes back to who thought it, and to nobody else. */
import { describe, expect, test } from "bun:test";
import type { Json } from "../../../server/protocols/json.ts";
import type {
  AnswerPart,
  NeutralAnswer,
  Signature,
  Speaks,
} from "../../../server/protocols/translation/form.ts";
import { clientsOf, DIALECTS, PAIRS, SPEAKERS, termsFor } from "./dialects.ts";

/** What each provider signs, as it signs it. */
const SIGNED: Readonly<Record<Speaks, readonly AnswerPart[]>> = {
  "openai-chat": [thought({ by: "openai-chat", value: "reasoning_content" }), said(), call()],
  "openai-responses": [thought({ by: "openai-responses", value: "gAAAAABo" }), said(), call()],
  "anthropic-messages": [
    thought({ by: "anthropic-messages", value: "EqQBCgIYAhIk" }),
    {
      kind: "thinking",
      text: "",
      signature: { by: "anthropic-messages", value: "EmwKAhgB" },
      isRedacted: true,
    },
    said(),
    call(),
  ],
  gemini: [
    { ...said(), signature: { by: "gemini", value: "c2lnLTE=" } },
    { ...call(), signature: { by: "gemini", value: "c2lnLTI=" } },
  ],
};
/** As it stands in what goes back to the provider. */
const OWN_WORDS: Readonly<Record<Speaks, readonly string[]>> = {
  "openai-chat": ['"reasoning_content":"Hm."'],
  "openai-responses": ['"encrypted_content":"gAAAAABo"'],
  "anthropic-messages": ['"signature":"EqQBCgIYAhIk"', '"data":"EmwKAhgB"'],
  gemini: ['"thoughtSignature":"c2lnLTE="', '"thoughtSignature":"c2lnLTI="'],
};
const MODELS: Readonly<Record<Speaks, string>> = {
  "openai-chat": "deepseek-chat",
  "openai-responses": "gpt-5.1",
  "anthropic-messages": "claude-sonnet-4-5",
  gemini: "gemini-3-pro-preview",
};

/** How each format's clients take an answer into their next request. */
const HISTORIES: Readonly<Record<Speaks, (answer: Json) => Json>> = {
  "openai-chat": ({ choices }) => ({
    messages: [{ role: "user", content: "?" }, member(choices, "message")],
  }),
  "openai-responses": ({ output }) => ({ input: [{ role: "user", content: "?" }, ...(output as Json[])] }),
  "anthropic-messages": ({ content }) => ({
    max_tokens: 9_000,
    messages: [
      { role: "user", content: "?" },
      { role: "assistant", content },
    ],
  }),
  gemini: ({ candidates }) => ({
    contents: [{ role: "user", parts: [{ text: "?" }] }, member(candidates, "content")],
  }),
};

describe("signed thinking", () => {
  for (const { client, serving } of PAIRS) {
    test(`of ${serving} comes back from clients of ${client}`, () => {
      const body = wordsFor(serving, bringBack(client, serving));
      for (const words of OWN_WORDS[serving]) expect(body).toContain(words);
      expect(body).not.toContain("tollgate.");
    });

    test(`of ${serving} that clients of ${client} keep is told to no other provider`, () => {
      for (const other of clientsOf(serving)) {
        const body = wordsFor(other, bringBack(client, serving));
        expect(body, other).toContain("So.");
        expect(body, other).not.toContain("Hm.");
        expect(body, other).not.toContain("tollgate.");
        for (const value of valuesOf(serving)) expect(body, other).not.toContain(value);
      }
    });
  }
});

test("what nobody signed goes to no provider", () => {
  for (const client of DIALECTS) {
    for (const serving of clientsOf(client)) {
      const request = history(client, [{ kind: "thinking", text: "Hm.", signature: null }, said()]);
      expect(wordsFor(serving, request), `${client} to ${serving}`).not.toContain("Hm.");
    }
  }
});

/** What was signed with, in whatever place. Chat's own is the place itself. */
function valuesOf(serving: Speaks): readonly string[] {
  return SIGNED[serving].flatMap((part) =>
    "signature" in part && part.signature ? [part.signature.value] : [],
  );
}

function bringBack(client: Speaks, serving: Speaks) {
  return history(client, SIGNED[serving]);
}

/** The next request of a client that was told these parts. */
function history(client: Speaks, parts: readonly AnswerPart[]) {
  const answer: NeutralAnswer = {
    ...{ id: "a", model: "m", created: null, usage: null, parts },
    finish: { kind: "tool-calls" },
  };
  const told = JSON.parse(JSON.stringify(SPEAKERS[client].writeAnswer(answer, termsFor("whole"))));
  const read = SPEAKERS[client].readRequest(HISTORIES[client](told), { model: "m", stream: false });
  if ("reason" in read) throw new Error(read.message);
  expect(read.uncarried).toEqual([]);
  return read.request;
}

function wordsFor(serving: Speaks, request: ReturnType<typeof history>): string {
  const target = { model: MODELS[serving], maxOutput: 9_000 };
  return JSON.stringify(SPEAKERS[serving].writeRequest(request, target).body);
}

function member(list: unknown, name: string): unknown {
  return (list as readonly Json[])[0]?.[name];
}

function thought(signature: Signature): AnswerPart {
  return { kind: "thinking", text: "Hm.", signature };
}

function said() {
  return { kind: "text", text: "So." } as const;
}

function call() {
  return { kind: "tool-call", id: "call_1", name: "tell", arguments: '{"who":"you"}' } as const;
}
