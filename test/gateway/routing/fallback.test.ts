/** Retries and fallbacks through the whole data plane: only before the first byte, each attempt written down (SPEC 12.5). */
import { describe, expect, test } from "bun:test";
import { type DataPlane, openDataPlane, type SentRequest } from "../../support/data-plane.ts";

const PROVIDERS = `
providers:
  openai: { api_key: sk-1 }
  anthropic: { api_key: sk-ant }
`;
const FALLBACK = `${PROVIDERS}agents: { bot: { fallback: [anthropic/claude-haiku-4-5] } }`;

const CHAT = {
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1_760_000_000,
  model: "gpt-4o",
  choices: [{ index: 0, message: { role: "assistant", content: "Hello." }, finish_reason: "stop" }],
  usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 },
};
const MESSAGE = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "claude-haiku-4-5",
  content: [{ type: "text", text: "Bonjour." }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 10, output_tokens: 2 },
};

const call = (plane: DataPlane, agent = "bot"): Promise<Response> =>
  plane.send(`/agents/${agent}/openai`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content: "Hi" }] }),
  });

const isPrimary = ({ url }: SentRequest): boolean => url.includes("openai");

/** The primary answers so; the backup always works. */
function primary(
  answer: (attempt: number) => Response | Promise<Response>,
): (request: SentRequest) => Response | Promise<Response> {
  let attempt = 0;
  return (request) => (isPrimary(request) ? answer(++attempt) : Response.json(MESSAGE));
}

function unreachable(): never {
  throw Object.assign(new Error("refused"), { code: "ConnectionRefused" });
}

const said = async (response: Response): Promise<string> =>
  ((await response.json()) as typeof CHAT).choices?.[0]?.message.content ?? "";

const attempts = (plane: DataPlane): unknown[] => plane.lines.filter(({ type }) => type === "attempt");

function nothingHeld(plane: DataPlane): void {
  expect(plane.fleet.agents.get("bot")?.money.held).toBe(0);
  expect(plane.fleet.agents.get("bot")?.inFlight).toBe(0);
  expect(plane.store.holds.size).toBe(0);
}

describe("a fallback serves", () => {
  test.each([
    ["429", () => Response.json({}, { status: 429 })],
    ["502", () => Response.json({}, { status: 502 })],
    ["503", () => Response.json({}, { status: 503 })],
    ["529", () => Response.json({}, { status: 529 })],
    ["no connection", unreachable],
  ])("a call whose target answers %s", async (_name, answer) => {
    using plane = openDataPlane({ config: FALLBACK, upstream: primary(answer) });
    const response = await call(plane);
    expect(response.status).toBe(200);
    expect(response.headers.get("x-tollgate-provider")).toBe("anthropic");
    expect(await said(response)).toBe("Bonjour.");
    expect(plane.sent).toHaveLength(2);
    expect(plane.calls()).toMatchObject([
      {
        provider: "anthropic",
        model: "claude-haiku-4-5",
        requested_model: "gpt-4o",
        attempts: 2,
        ending: "complete",
      },
    ]);
    expect(attempts(plane)).toMatchObject([
      {
        event: "attempt.failed",
        request_id: "call-1",
        detail: { attempt: 1, provider: "openai", model: "gpt-4o", cost_nano: 0 },
      },
    ]);
    expect(plane.fleet.agents.get("bot")?.total.calls).toBe(1);
    expect(plane.fleet.agents.get("bot")?.total.errors).toBe(0);
    nothingHeld(plane);
  });

  test("nobody whose target answers otherwise", async () => {
    for (const status of [400, 401, 404, 500]) {
      using plane = openDataPlane({
        config: FALLBACK,
        upstream: primary(() => Response.json({}, { status })),
      });
      expect((await call(plane)).status).toBe(status);
      expect(plane.sent).toHaveLength(1);
      expect(plane.calls()).toMatchObject([{ attempts: 1 }]);
    }
  });

  test("a call whose target's breaker is open, without asking it", async () => {
    const config = `${FALLBACK.replace("fallback:", "circuit_breaker: { error_threshold: 1 }, fallback:")}`;
    using plane = openDataPlane({ config, upstream: primary(() => Response.json({}, { status: 503 })) });
    await call(plane);
    expect(plane.sent.map(isPrimary)).toEqual([true, false]);
    expect(await said(await call(plane))).toBe("Bonjour.");
    expect(plane.sent.map(isPrimary)).toEqual([true, false, false]);
    expect(plane.calls()).toMatchObject([{ attempts: 2 }, { attempts: 1 }]);
  });

  test("a call that timed out, and what that may have cost is charged with it", async () => {
    const config = FALLBACK.replace("bot: {", "bot: { budget: { max_cost_total: 10 },");
    using plane = openDataPlane({
      config,
      upstream: (request) =>
        isPrimary(request)
          ? new Promise((_, reject) => {
              request.signal.addEventListener("abort", () => reject(request.signal.reason));
            })
          : Response.json(MESSAGE),
    });
    const answer = call(plane);
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    plane.advance(601_000);
    plane.tick();
    expect(await said(await answer)).toBe("Bonjour.");
    const [failed] = attempts(plane) as { detail: { cost_nano: number; error: string } }[];
    expect(failed?.detail).toMatchObject({ error: "upstream_timeout" });
    expect(failed?.detail.cost_nano).toBeGreaterThan(0);
    const [line] = plane.calls();
    // 10 input tokens at $1 and 2 output tokens at $5 a million.
    expect(line?.cost_nano).toBe((failed?.detail.cost_nano ?? 0) + 20_000);
    expect(plane.fleet.agents.get("bot")?.money.spent("total")).toBe(line?.cost_nano ?? 0);
    nothingHeld(plane);
  });

  test("nobody where its own gates are shut: the first answer stands", async () => {
    const config = FALLBACK.replace("bot: {", 'bot: { models: { deny: ["claude-*"] },');
    using plane = openDataPlane({
      config,
      upstream: primary(() => Response.json({ error: { message: "busy" } }, { status: 503 })),
    });
    const response = await call(plane);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ error: { message: "busy" } });
    expect(attempts(plane)).toMatchObject([
      { event: "attempt.failed" },
      {
        event: "attempt.skipped",
        detail: { target: "anthropic/claude-haiku-4-5", reason: "model_not_allowed" },
      },
    ]);
    expect(plane.calls()).toMatchObject([{ status: 503, attempts: 1, cost_nano: 0 }]);
    nothingHeld(plane);
  });

  test("in the order of the list, until one answers", async () => {
    const config = `${PROVIDERS}  mistral: { api_key: m }
agents: { bot: { fallback: [mistral/mistral-small-latest, anthropic/claude-haiku-4-5] } }`;
    using plane = openDataPlane({
      config,
      upstream: ({ url }) =>
        url.includes("anthropic") ? Response.json(MESSAGE) : Response.json({}, { status: 503 }),
    });
    expect(await said(await call(plane))).toBe("Bonjour.");
    expect(plane.sent.map(({ url }) => new URL(url).host)).toEqual([
      "api.openai.com",
      "api.mistral.ai",
      "api.anthropic.com",
    ]);
    expect(plane.calls()).toMatchObject([{ attempts: 3 }]);
    nothingHeld(plane);
  });

  test("takes of the agent's rate and quota once", async () => {
    const config = FALLBACK.replace("bot: {", "bot: { rate_limit: 2/hour, quota: { requests_per_hour: 2 },");
    using plane = openDataPlane({ config, upstream: primary(() => Response.json({}, { status: 503 })) });
    expect((await call(plane)).status).toBe(200);
    expect((await call(plane)).status).toBe(200);
    expect((await call(plane)).headers.get("x-tollgate-blocked")).toBe("rate_limited");
    expect(plane.sent).toHaveLength(4);
  });
});

describe("a retry", () => {
  const RETRIES = `${PROVIDERS}gateway: { retries: 2 }`;

  test("asks the same target again, at most so often", async () => {
    using plane = openDataPlane({
      config: RETRIES,
      upstream: primary(() => Response.json({}, { status: 503 })),
    });
    expect((await plane.drive(call(plane))).status).toBe(503);
    expect(plane.sent).toHaveLength(3);
    expect(plane.calls()).toMatchObject([{ attempts: 3, status: 503 }]);
    nothingHeld(plane);
  });

  test("is answered as if nothing had been", async () => {
    const upstream = primary((attempt) =>
      attempt < 3 ? Response.json({}, { status: 502 }) : Response.json(CHAT),
    );
    using plane = openDataPlane({ config: RETRIES, upstream });
    expect(await said(await plane.drive(call(plane)))).toBe("Hello.");
    expect(plane.calls()).toMatchObject([{ attempts: 3, status: 200 }]);
    nothingHeld(plane);
  });

  test("does not wait for a provider that asks for more than ten seconds", async () => {
    const limited = () => Response.json({}, { status: 429, headers: { "retry-after": "30" } });
    using plane = openDataPlane({ config: RETRIES, upstream: primary(limited) });
    expect((await call(plane)).status).toBe(429);
    expect(plane.sent).toHaveLength(1);
  });

  test("is not made once the client has left", async () => {
    using plane = openDataPlane({
      config: RETRIES,
      upstream: primary(() => Response.json({}, { status: 503 })),
    });
    const client = new AbortController();
    const left = plane.send("/agents/bot/openai", {
      method: "POST",
      body: JSON.stringify({ model: "gpt-4o", messages: [] }),
      signal: client.signal,
    });
    while (attempts(plane).length === 0) await Promise.resolve();
    client.abort();
    await left.catch(() => undefined);
    expect(plane.sent).toHaveLength(1);
    expect(plane.calls()).toMatchObject([{ attempts: 1, cost_nano: 0 }]);
    nothingHeld(plane);
  });
});

describe("several keys of a provider", () => {
  const CONFIG = `
providers: { openai: { api_key: sk-1, api_keys: [sk-2, sk-3] } }
gateway: { retries: 1 }
`;
  const keyOf = ({ headers }: SentRequest) => headers.get("authorization")?.slice("Bearer ".length);

  test("take turns", async () => {
    using plane = openDataPlane({ config: CONFIG, upstream: () => Response.json(CHAT) });
    for (let at = 0; at < 4; at++) await call(plane);
    expect(plane.sent.map(keyOf)).toEqual(["sk-1", "sk-2", "sk-3", "sk-1"]);
  });

  test("let one rest that is limited, and its call goes on with another at once", async () => {
    const upstream = (request: SentRequest) =>
      keyOf(request) === "sk-1"
        ? Response.json({}, { status: 429, headers: { "retry-after": "20" } })
        : Response.json(CHAT);
    using plane = openDataPlane({ config: CONFIG, upstream });
    for (let at = 0; at < 4; at++) expect((await call(plane)).status).toBe(200);
    expect(plane.sent.map(keyOf).filter((key) => key === "sk-1")).toHaveLength(1);
    plane.advance(21_000);
    for (let at = 0; at < 3; at++) await call(plane);
    expect(plane.sent.map(keyOf).filter((key) => key === "sk-1")).toHaveLength(2);
  });
});
