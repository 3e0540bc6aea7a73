import { describe, expect, test } from "bun:test";
import { shownKeys } from "../../server/gateway/headers.ts";
import type { Proof } from "../../server/gateway/keys.ts";
import { readProof } from "../../server/gateway/proof.ts";

const NOW = Date.UTC(2026, 0, 15);
const KEYS = new Map<string, Proof>([
  ["tg_a", { id: "key_a", agent: "agent-a" }],
  ["tg_b", { id: "key_b", agent: "agent-b" }],
]);
const keyring = { find: (secret: string) => KEYS.get(secret) ?? null };

/** The id of the key that proves the call, the refusal's reason, or null. */
function prove(headers: Record<string, string>, query = ""): string | null {
  const proof = readProof(new Headers(headers), shownKeys(new Headers(headers), query), keyring, NOW);
  if (proof === null) return null;
  return "reason" in proof ? proof.reason : proof.id;
}

describe("the gateway key of a call", () => {
  test.each([
    ["x-tollgate-key", { "x-tollgate-key": "tg_a" }, ""],
    ["OpenAI's SDK", { authorization: "Bearer tg_a" }, ""],
    ["a scheme in lower case", { authorization: "bearer  tg_a" }, ""],
    ["no scheme", { authorization: "tg_a" }, ""],
    ["Anthropic's SDK", { "x-api-key": "tg_a" }, ""],
    ["Google's SDK", { "x-goog-api-key": "tg_a" }, ""],
    ["Azure's way", { "api-key": "tg_a" }, ""],
    ["the query", {}, "?alt=sse&key=tg_a"],
    ["the query, escaped", {}, "?%6bey=t%67_a"],
  ])("is found by way of %s", (_, headers, query) => {
    expect(prove(headers, query)).toBe("key_a");
  });

  test("may stand beside the caller's own key, in whichever place", () => {
    expect(prove({ "x-tollgate-key": "tg_a", authorization: "Bearer sk-own" })).toBe("key_a");
    expect(prove({ authorization: "Bearer sk-own", "x-api-key": "tg_a" })).toBe("key_a");
    expect(prove({ authorization: "Bearer sk-own" }, "?key=AIza&key=tg_a")).toBe("key_a");
    // Two headers of one name arrive joined.
    expect(prove({ authorization: "Bearer sk-own, Bearer tg_a" })).toBe("key_a");
  });

  test("may be sent in several places at once", () => {
    expect(prove({ "x-tollgate-key": "tg_a", authorization: "Bearer tg_a" }, "?key=tg_a")).toBe("key_a");
  });

  test("is refused when there are several that differ, be one of them good", () => {
    expect(prove({ "x-tollgate-key": "tg_a", authorization: "Bearer tg_b" })).toBe("invalid_gateway_key");
    expect(prove({ "x-api-key": "tg_a", "x-goog-api-key": "tg_unknown" })).toBe("invalid_gateway_key");
    expect(prove({ authorization: "Bearer tg_a, Bearer tg_b" })).toBe("invalid_gateway_key");
    expect(prove({ authorization: "Bearer tg_a" }, "?key=tg_b")).toBe("invalid_gateway_key");
  });

  test("is refused when the keyring does not know it", () => {
    expect(prove({ authorization: "Bearer tg_unknown" })).toBe("invalid_gateway_key");
    expect(prove({ "x-tollgate-key": "sk-of-somebody" })).toBe("invalid_gateway_key");
    expect(prove({ "x-tollgate-key": "tga_admin" })).toBe("invalid_gateway_key");
  });

  test("is none where there is only another key, a placeholder or nothing", () => {
    expect(prove({})).toBeNull();
    expect(prove({ authorization: "Bearer sk-own" }, "?alt=sse&key=AIza")).toBeNull();
    expect(prove({ authorization: "Bearer tga_admin" })).toBeNull();
    expect(prove({ authorization: "Bearer ", "x-api-key": "dummy", "x-tollgate-key": "" })).toBeNull();
  });
});
