import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { shownKeys } from "../../server/gateway/headers.ts";
import { identify as identifyWith, parseAgentIdentity } from "../../server/gateway/identify.ts";
import type { Proof } from "../../server/gateway/keys.ts";

const NOW = Date.UTC(2026, 0, 15);
const KEYS = new Map<string, Proof>([["tg_of-prod", { id: "key_1", agent: "prod" }]]);
const keyring = { find: (secret: string) => KEYS.get(secret) ?? null };

function identify(
  headers: Headers,
  pathAgent: string | null,
  defaultAgent: string,
  mode: "open" | "known" | "keys" = "open",
) {
  return identifyWith(headers, shownKeys(headers, ""), pathAgent, defaultAgent, mode, keyring, NOW);
}

function reasonOf(result: object): unknown {
  return "reason" in result ? result.reason : null;
}

describe("X-Agent-Identity", () => {
  test("gives name, owner, purpose, and every further key as a tag", () => {
    expect(parseAgentIdentity("name=prod-bot; owner=team-ml; purpose=production; region=eu; v=2")).toEqual({
      name: "prod-bot",
      owner: "team-ml",
      purpose: "production",
      tags: ["region=eu", "v=2"],
      key: null,
    });
  });

  test("reads keys in any case, quotes, and semicolons inside of quotes", () => {
    expect(parseAgentIdentity('NAME="a"; Owner="x; y"; purpose="say \\"hi\\""')).toEqual({
      name: "a",
      owner: "x; y",
      purpose: 'say "hi"',
      tags: [],
      key: null,
    });
  });

  test("takes an empty owner for none", () => {
    expect(parseAgentIdentity("name=a; owner=")).toMatchObject({ owner: null });
  });

  for (const [header, says] of [
    ["owner=team-ml", "`name` is missing"],
    ["name=a; name=b", "`name` stands twice"],
    ["name=a; owner=x; OWNER=y", "`owner` stands twice"],
    ["name=a b", "`name` must be"],
    ["name=..", "`name` must be"],
    ["name=", "`name` must be"],
    ["prod-bot", "key=value"],
    ["name=a; o wner=x", "a key may hold"],
    [`name=a; owner=${"x".repeat(129)}`, "`owner` must be up to 128"],
    ["name=a; owner=tab\there", "`owner` must be"],
    [`name=a; note=${"x".repeat(1024)}`, "longer than 1024 bytes"],
  ] as const) {
    test(`refuses ${JSON.stringify(header.slice(0, 40))} and says that ${says}`, () => {
      const refused = parseAgentIdentity(header);
      expect(reasonOf(refused)).toBe("invalid_agent_identity");
      expect("message" in refused && refused.message).toContain(says);
    });
  }

  test("never throws and never accepts a name outside of its alphabet, whatever is sent", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        const parsed = parseAgentIdentity(text);
        if ("name" in parsed) expect(parsed.name).toMatch(/^[A-Za-z0-9._-]{1,128}$/);
      }),
    );
  });
});

describe("who calls", () => {
  const identity = { "x-agent-identity": "name=declared; owner=team" };

  test("x-agent-id wins over the declared name, the path and the default; the declared owner stays", () => {
    const headers = new Headers({ ...identity, "x-agent-id": "by-id" });
    expect(identify(headers, "by-path", "default")).toMatchObject({ name: "by-id", owner: "team" });
  });

  test("the declared name wins over the path", () => {
    expect(identify(new Headers(identity), "by-path", "default")).toMatchObject({ name: "declared" });
  });

  test("the path wins over the default", () => {
    expect(identify(new Headers(), "by-path", "default")).toMatchObject({ name: "by-path" });
    expect(identify(new Headers(), null, "default")).toMatchObject({ name: "default", owner: null });
  });

  test("a malformed source is refused even when another one would have won", () => {
    expect(reasonOf(identify(new Headers({ "x-agent-id": "a/b" }), "fine", "default"))).toBe(
      "invalid_agent_name",
    );
    expect(reasonOf(identify(new Headers({ "x-agent-id": "fine" }), "a b", "default"))).toBe(
      "invalid_agent_name",
    );
    const twice = new Headers({ "x-agent-id": "fine", "x-agent-identity": "owner=x" });
    expect(reasonOf(identify(twice, null, "default"))).toBe("invalid_agent_identity");
  });

  test("two x-agent-id headers, which arrive joined, are refused", () => {
    const headers = new Headers();
    headers.append("x-agent-id", "one");
    headers.append("x-agent-id", "two");
    expect(reasonOf(identify(headers, null, "default"))).toBe("invalid_agent_name");
  });
});

describe("a gateway key", () => {
  const KEY = { authorization: "Bearer tg_of-prod" };

  test("proves its agent where no name is given, before the default", () => {
    expect(identify(new Headers(KEY), null, "default")).toEqual({
      name: "prod",
      owner: null,
      purpose: null,
      tags: [],
      key: "key_1",
    });
  });

  test("goes with every source that names the same agent, and leaves the labels as declared", () => {
    const headers = new Headers({
      ...KEY,
      "x-agent-id": "prod",
      "x-agent-identity": "name=prod; owner=team; v=2",
    });
    expect(identify(headers, "prod", "default")).toEqual({
      name: "prod",
      owner: "team",
      purpose: null,
      tags: ["v=2"],
      key: "key_1",
    });
  });

  test.each([
    ["x-agent-id", { "x-agent-id": "other" }, null],
    ["X-Agent-Identity", { "x-agent-identity": "name=other" }, null],
    ["the path", {}, "other"],
    ["X-Agent-Identity", { "x-agent-id": "prod", "x-agent-identity": "name=other" }, "prod"],
    ["the path", { "x-agent-id": "prod" }, "PROD"],
  ])("is refused where %s names another agent, and the refusal says so", (where, headers, path) => {
    for (const mode of ["open", "known", "keys"] as const) {
      const refused = identify(new Headers({ ...KEY, ...headers }), path, "default", mode);
      expect(reasonOf(refused)).toBe("identity_mismatch");
      expect("message" in refused && refused.message).toContain(`${where} names`);
    }
  });

  test("that is not known is refused in every mode, and never falls back on a declared name", () => {
    for (const mode of ["open", "known", "keys"] as const) {
      const headers = new Headers({ "x-api-key": "tg_unknown", "x-agent-id": "prod" });
      expect(reasonOf(identify(headers, "prod", "default", mode))).toBe("invalid_gateway_key");
    }
  });

  test("is needed in mode keys and in no other; the refusal says how to get one", () => {
    const headers = new Headers({ authorization: "Bearer sk-openai", "x-agent-id": "prod" });
    const refused = identify(headers, null, "default", "keys");
    expect(reasonOf(refused)).toBe("missing_gateway_key");
    expect("message" in refused && refused.message).toContain("tollgate keys create <agent>");
    for (const mode of ["open", "known"] as const) {
      expect(identify(headers, null, "default", mode)).toMatchObject({ name: "prod", key: null });
    }
  });

  test("an admin token does not stand for one", () => {
    const headers = new Headers({ authorization: "Bearer tga_admin" });
    expect(reasonOf(identify(headers, null, "default", "keys"))).toBe("missing_gateway_key");
    expect(identify(headers, null, "default")).toMatchObject({ name: "default", key: null });
  });

  test("is never repeated in a refusal", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_-]{8,43}$/), (tail) => {
        const refused = identify(new Headers({ authorization: `Bearer tg_${tail}` }), null, "default");
        expect("message" in refused && !refused.message.includes(tail)).toBe(true);
      }),
    );
  });
});
