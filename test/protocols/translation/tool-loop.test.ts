/** Where another provider made the calls that are answered, a Claude that thinks by a budget does without, and is not stuck. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Json, listOf, objectOf } from "../../../server/protocols/json.ts";
import { editDocument } from "../../../server/protocols/json-cut.ts";
import type {
  NeutralRequest,
  Part,
  Signature,
  Thinking,
} from "../../../server/protocols/translation/form.ts";
import { traitsOf } from "../../../server/protocols/translation/messages/claude.ts";
import { leaveOffThinking } from "../../../server/protocols/translation/messages/leave-off-thinking.ts";
import { messagesSpeaker } from "../../../server/protocols/translation/messages/speaker.ts";
import { findToolLoop } from "../../../server/protocols/translation/messages/tool-loop.ts";
import { seal } from "../../../server/protocols/translation/seal.ts";
import { arbitraryRequest } from "./arbitrary.ts";
import { BARE } from "./bare.ts";

const CLAUDE = "claude-sonnet-4-5";
const LOW: Thinking = { amount: { kind: "effort", effort: "low" }, isShown: null };
const OWN: Part = thought({ by: "anthropic-messages", value: "EqQB" });
const PLAIN: Part = thought({ by: "openai-chat", value: "reasoning_content" });
const HI: NeutralRequest["turns"][number] = { role: "user", parts: [{ kind: "text", text: "Hi" }] };

function thought(signature: Signature | null): Part {
  return { kind: "thinking", text: "Hm.", signature };
}

/** A turn that calls a tool, and the tool's answer; `more` is what the user says besides. */
function step(id: string, before: readonly Part[] = [], more: readonly Part[] = []): NeutralRequest["turns"] {
  return [
    { role: "assistant", parts: [...before, { kind: "tool-call", id, name: "tell", arguments: "{}" }] },
    {
      role: "user",
      parts: [{ kind: "tool-result", id, name: "tell", content: [], isError: false }, ...more],
    },
  ];
}

function loop(...steps: readonly NeutralRequest["turns"][]) {
  return findToolLoop([HI, ...steps.flat()], traitsOf(CLAUDE));
}

describe("the calls that are being answered", () => {
  test("are the model's own where its thinking leads to them", () => {
    expect(loop(step("toolu_1", [OWN]))).toBe("own");
    expect(loop(step("call_1", [PLAIN]), step("toolu_1", [OWN]))).toBe("own");
  });

  test("are another's where their ids say so, whether that one signs what it thinks or not", () => {
    expect(loop(step("call_1", [PLAIN]))).toBe("others");
    expect(loop(step("call_1", [thought({ by: "gemini", value: "c2ln" })]))).toBe("others");
    expect(loop(step("call_1"))).toBe("others");
  });

  test("stay another's until somebody speaks again", () => {
    expect(loop(step("call_1", [PLAIN]), step("toolu_1"))).toBe("others");
    expect(loop(step("call_1", [PLAIN], HI.parts), step("toolu_1"))).toBe("others");
    const said: NeutralRequest["turns"] = [{ role: "assistant", parts: HI.parts }, HI];
    expect(loop(step("call_1", [PLAIN]), said, step("toolu_1"))).toBe("bare");
    expect(loop(step("call_1", [PLAIN]), said)).toBeNull();
  });

  test("go on where nothing is left of what was said in between", () => {
    const blank: NeutralRequest["turns"] = [{ role: "assistant", parts: [PLAIN] }, HI];
    expect(loop(step("call_1", [PLAIN]), blank)).toBe("others");
    expect(loop(step("call_1"), [{ role: "system", parts: HI.parts }, HI])).toBe("others");
  });

  test("are the model's own without its thinking where the client has lost that", () => {
    expect(loop(step("toolu_1"))).toBe("bare");
    // A client of chat that keeps the words, and not the details that carry the signature.
    expect(loop(step("toolu_1", [PLAIN]))).toBe("bare");
    expect(loop(step("toolu_bdrk_1", [thought(null)]))).toBe("bare");
  });

  test("are told by who signed them where a host's ids are not known", () => {
    const of = (...steps: readonly NeutralRequest["turns"][]) =>
      findToolLoop([HI, ...steps.flat()], traitsOf("deepseek-chat"));
    expect(of(step("call_1", [PLAIN]))).toBe("others");
    expect(of(step("call_1"))).toBe("bare");
  });
});

describe("a translated request", () => {
  const write = (turns: NeutralRequest["turns"], model = CLAUDE) =>
    messagesSpeaker.writeRequest(
      { ...BARE, turns, thinking: LOW, temperature: 0.5 },
      { model, maxOutput: 8_192 },
    );

  test("leaves thinking off where another made the calls, and takes what goes without it", () => {
    const { body, uncarried, leftOff } = write([HI, ...step("call_1", [PLAIN])]);
    expect(body.thinking).toBeUndefined();
    expect(body.temperature).toBe(0.5);
    expect(uncarried).toEqual([]);
    expect(leftOff).toEqual(["thinking"]);
  });

  test("is refused where the client has lost the model's own thinking", () => {
    const { uncarried, leftOff } = write([HI, ...step("toolu_1")]);
    expect(uncarried).toEqual(["thinking"]);
    expect(leftOff).toBeUndefined();
  });

  test("thinks on at models that decide for themselves how much", () => {
    const { body, uncarried, leftOff } = write([HI, ...step("call_1", [PLAIN])], "claude-sonnet-4-6");
    expect(body.thinking).toEqual({ type: "adaptive" });
    expect([uncarried, leftOff]).toEqual([["temperature"], undefined]);
  });

  test("never asks to think in the middle of calls that no thinking leads to", () => {
    fc.assert(
      fc.property(arbitraryRequest({ thinkingAmounts: ["effort", "budget", "adaptive"] }), (request) => {
        const {
          body,
          uncarried,
          leftOff = [],
        } = messagesSpeaker.writeRequest(request, {
          model: CLAUDE,
          maxOutput: 8_192,
        });
        const isAsked = request.thinking !== null;
        const isTold = body.thinking !== undefined;
        expect(
          [isTold, uncarried.includes("thinking"), leftOff.includes("thinking")].filter(Boolean),
        ).toHaveLength(isAsked ? 1 : 0);
        if (isTold && answersCalls(body)) expect(firstOfModel(body)).toMatch(/thinking$/);
      }),
    );
  });
});

describe("a request that goes on as it came", () => {
  const sealed = {
    type: "thinking",
    thinking: "Hm.",
    signature: seal(signatureOf(PLAIN), "anthropic-messages"),
  };
  const own = { type: "thinking", thinking: "Hm.", signature: "EqQB" };
  const request = (
    content: readonly Json[],
    thinking: Json | undefined = { type: "enabled", budget_tokens: 2_000 },
  ) => ({
    max_tokens: 4_000,
    thinking,
    messages: [
      { role: "user", content: "Hi" },
      { role: "assistant", content },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "x", content: "ok" }] },
    ],
  });
  const use = (id: string) => ({ type: "tool_use", id, name: "tell", input: {} });

  test("has thinking turned off in its bytes, and nothing else", () => {
    const text = JSON.stringify(request([sealed, use("call_1")]), null, 1);
    const edits = leaveOffThinking(JSON.parse(text), CLAUDE);
    const edited = edits && new TextDecoder().decode(editDocument(Buffer.from(text), edits));
    expect(edited).toBe(
      text.replace(/\{\s+"type": "enabled",\s+"budget_tokens": 2000\s+\}/, '{"type":"disabled"}'),
    );
  });

  describe("and says what should become of its thinking", () => {
    const edited = (management: string): unknown => {
      const text = JSON.stringify(request([use("call_1")])).replace(
        "{",
        `{"context_management":${management},`,
      );
      const edits = leaveOffThinking(JSON.parse(text), CLAUDE);
      return edits && JSON.parse(new TextDecoder().decode(editDocument(Buffer.from(text), edits)));
    };
    const clear = '{"type":"clear_thinking_20251015","keep":"all"}';
    const other = '{"type":"clear_tool_uses_20250919"}';

    test("says no more of that, which the format refuses where nobody thinks", () => {
      expect(edited(`{"edits":[${clear}]}`)).not.toHaveProperty("context_management");
      expect(edited(`{"edits":[${clear},${clear}]}`)).not.toHaveProperty("context_management");
    });

    test.each([
      [`{"edits":[${clear},${other}]}`, `{"edits":[${other}]}`],
      [`{"edits":[${other},${clear}]}`, `{"edits":[${other}]}`],
      [`{"edits":[${other}]}`, `{"edits":[${other}]}`],
      [`{"a":1,"edits":[${clear}]}`, '{"a":1}'],
      ['{"edits":[]}', '{"edits":[]}'],
      ['{"edits":[7,{"type":7}]}', '{"edits":[7,{"type":7}]}'],
      ["null", "null"],
    ])("keeps what it says of anything else: %s", (management, left) => {
      expect(edited(management)).toHaveProperty("context_management", JSON.parse(left));
    });
  });

  test("has it turned off where a provider that does not think made the calls", () => {
    expect(leaveOffThinking(request([use("call_1")]), CLAUDE)).not.toBeNull();
    expect(leaveOffThinking(request([{ type: "text", text: "So." }, use("call_1")]), CLAUDE)).not.toBeNull();
  });

  test.each([
    ["its own thinking leads to the calls", request([own, use("toolu_1")]), CLAUDE],
    ["its own thinking leads to calls with ids of the client's", request([own, use("mine")]), CLAUDE],
    [
      "thinking that is not shown leads to them",
      request([{ type: "redacted_thinking", data: "Em" }, use("x")]),
      CLAUDE,
    ],
    ["its own thinking is lost", request([use("toolu_1")]), CLAUDE],
    ["nobody asks to think", { ...request([sealed, use("call_1")]), thinking: undefined }, CLAUDE],
    ["it is told not to", request([sealed, use("call_1")], { type: "disabled" }), CLAUDE],
    [
      "the model decides for itself how much",
      request([sealed, use("call_1")], { type: "adaptive" }),
      "claude-opus-4-8",
    ],
    ["the model cannot do without", request([sealed, use("call_1")]), "claude-fable-5"],
    ["a host of other models sees no seal", request([use("call_1")]), "deepseek-chat"],
    ["nobody called", { ...request([own]), messages: [{ role: "user", content: "Hi" }] }, CLAUDE],
    ["the messages make no sense", { ...request([]), messages: "Hi" }, CLAUDE],
  ])("stays as it is where %s", (_name, document, model) => {
    expect(leaveOffThinking(document, model)).toBeNull();
  });

  test("may be anything", () => {
    const block = fc.record({
      type: fc.constantFrom("tool_use", "tool_result", "thinking"),
      id: fc.jsonValue(),
    });
    const message = fc.record({
      role: fc.constantFrom("user", "assistant", "nobody"),
      content: fc.oneof(fc.array(block), fc.jsonValue({ maxDepth: 2 })),
    });
    fc.assert(
      fc.property(fc.oneof(fc.array(message), fc.jsonValue()), (messages) => {
        const edits = leaveOffThinking({ thinking: { type: "enabled" }, messages }, CLAUDE);
        expect([undefined, "thinking"]).toContain(edits?.keys().next().value as string | undefined);
      }),
    );
  });
});

function signatureOf(part: Part): Signature | null {
  return part.kind === "thinking" ? part.signature : null;
}

function answersCalls({ messages }: Json): boolean {
  const last = objectOf(listOf(messages).at(-1));
  return listOf(last?.content).some((block) => objectOf(block)?.type === "tool_result");
}

function firstOfModel({ messages }: Json): unknown {
  const last = listOf(messages).findLast((message) => objectOf(message)?.role === "assistant");
  return objectOf(listOf(objectOf(last)?.content)[0])?.type;
}
