import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { identify, parseAgentIdentity } from "../../server/gateway/identify.ts";

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
    });
  });

  test("reads keys in any case, quotes, and semicolons inside of quotes", () => {
    expect(parseAgentIdentity('NAME="a"; Owner="x; y"; purpose="say \\"hi\\""')).toEqual({
      name: "a",
      owner: "x; y",
      purpose: 'say "hi"',
      tags: [],
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
