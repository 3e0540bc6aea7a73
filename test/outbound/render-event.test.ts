import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Line } from "../../server/core/event.ts";
import { readEvents } from "../../server/management/event-import.ts";
import { renderEvent } from "../../server/outbound/render-event.ts";

const CHAINED = { seq: 1, prev: "", hash: "" };

const CALL: Line = {
  ...CHAINED,
  type: "call",
  time: "2026-01-10T12:00:00.000Z",
  request_id: "call-1",
  agent: "researcher",
  owner: "team-ml",
  tags: ["prod"],
  provider: "openai",
  requested_model: "gpt-4o",
  model: "gpt-4o-2024-08-06",
  method: "POST",
  path: "/v1/chat/completions",
  stream: true,
  status: 200,
  ending: "complete",
  tokens_in: 10,
  tokens_out: 5,
  usage: "reported",
  cost: 0.000_125,
  cost_nano: 125_000,
  latency_ms: 250,
  attempts: 1,
};

describe("the event of a line", () => {
  test("is the call's figures, by the names that such servers take", () => {
    expect(renderEvent(CALL)).toEqual({
      agent_id: "researcher",
      event_type: "llm_call",
      provider: "openai",
      model: "gpt-4o-2024-08-06",
      tokens_in: 10,
      tokens_out: 5,
      cost_usd: 0.000_125,
      latency_ms: 250,
      status_code: 200,
      tags: {
        request_id: "call-1",
        ending: "complete",
        requested_model: "gpt-4o",
        stream: true,
        owner: "team-ml",
        usage: "reported",
      },
      timestamp: "2026-01-10T12:00:00.000Z",
    });
  });

  test("leaves out what is not known: an unknown price is not zero", () => {
    const {
      tokens_in: _,
      tokens_out: __,
      model: ___,
      status: ____,
      ...bare
    } = CALL as Line & { type: "call" };
    const event = renderEvent({ ...bare, cost: null, cost_nano: null, ending: "gone", error: "client_left" });
    expect(Object.keys(event ?? {})).toEqual([
      "agent_id",
      "event_type",
      "provider",
      "model",
      "latency_ms",
      "error_message",
      "tags",
      "timestamp",
    ]);
    expect(event).toMatchObject({ model: "gpt-4o", error_message: "client_left", tags: { ending: "gone" } });
  });

  test("is a refusal with its reason; of nobody's refusals, and of what is no request, there is none", () => {
    const blocked: Line = {
      ...CHAINED,
      type: "blocked",
      time: CALL.time,
      request_id: "call-2",
      agent: "researcher",
      reason: "budget_exceeded",
      status: 200,
      provider: "openai",
      requested_model: "gpt-4o",
      method: "POST",
      path: "/v1/chat/completions",
      count: 7,
    };
    expect(renderEvent(blocked)).toEqual({
      agent_id: "researcher",
      event_type: "blocked",
      provider: "openai",
      model: "gpt-4o",
      status_code: 200,
      error_message: "budget_exceeded",
      tags: { request_id: "call-2", block_reason: "budget_exceeded", count: 7 },
      timestamp: CALL.time,
    });
    const { agent: _, ...nobody } = blocked;
    expect(renderEvent(nobody)).toBeNull();
    expect(
      renderEvent({ ...CHAINED, type: "agent", time: CALL.time, event: "agent.paused", agent: "researcher" }),
    ).toBeNull();
  });

  test("has labels that another Tollgate takes, whatever the agent called its owner, purpose, run and model", () => {
    const label = fc.option(fc.string({ unit: "binary", maxLength: 600 }), { nil: undefined });
    fc.assert(
      fc.property(label, label, label, label, (owner, purpose, run, model) => {
        const event = renderEvent({ ...CALL, owner, purpose, run, requested_model: model, model });
        expect(readEvents(event)).toMatchObject({ accepted: [{ agent: "researcher" }], rejected: [] });
      }),
    );
  });

  test("keeps a label as it is where it can, and leaves out one of which nothing is left", () => {
    const run = `${"a".repeat(255)}\u{1f600}b`;
    const event = renderEvent({ ...CALL, owner: "team\u202e\n ml", purpose: "\u200b\u00a0", run });
    expect(event?.tags).toMatchObject({ owner: "team ml", run: "a".repeat(255), requested_model: "gpt-4o" });
    expect(event?.tags).not.toHaveProperty("purpose");
  });
});
