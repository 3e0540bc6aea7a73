import { describe, expect, test } from "bun:test";
import { LOGS_PARAMETERS, parseLogsQuery } from "../../server/management/logs-query.ts";

const NOW = Date.UTC(2026, 0, 10, 12);

function parse(query: string) {
  return parseLogsQuery(new URLSearchParams(query), NOW);
}

describe("the logs query", () => {
  test("takes every filter", () => {
    const parsed = parse(
      "agent=a&owner=o&purpose=p&run=r&provider=openai&model=gpt-4o&status=429&reason=unknown_agent&type=blocked&from=24h&to=2026-01-10T11:00:00Z&limit=7&cursor=NDI",
    );
    expect(parsed).toEqual({
      kind: "valid",
      query: {
        filter: {
          agent: "a",
          owner: "o",
          purpose: "p",
          run: "r",
          provider: "openai",
          model: "gpt-4o",
          status: 429,
          reason: "unknown_agent",
          type: "blocked",
          from: NOW - 24 * 3_600_000,
          to: NOW - 3_600_000,
        },
        limit: 7,
        cursor: "NDI",
        format: null,
      },
    });
  });

  test("asks for everything, one page, when it says nothing", () => {
    const parsed = parse("");
    expect(parsed.kind === "valid" && parsed.query).toEqual({
      filter: {},
      limit: null,
      cursor: null,
      format: null,
    });
  });

  test.each([
    ["agnet=a", "agnet"],
    ["agent=a&agent=b", "agent"],
    ["agent=", "agent"],
    ["status=99", "status"],
    ["status=200%20", "status"],
    ["status=2e2", "status"],
    ["type=calls", "type"],
    ["from=yesterday", "from"],
    ["to=2026-13-01", "to"],
    ["from=1h&to=2h", "from"],
    ["limit=0", "limit"],
    ["limit=1001", "limit"],
    ["limit=-1", "limit"],
    ["limit=1.5", "limit"],
    ["format=xml", "format"],
    ["format=csv&cursor=NDI", "cursor"],
    ["cursor=abc", "cursor"],
    ["constructor=1", "constructor"],
  ])("refuses %s by name", (query, name) => {
    const parsed = parse(query);
    if (parsed.kind !== "invalid") throw new Error("was accepted");
    expect(parsed.failure).toMatchObject({ status: 400, code: "invalid_parameter" });
    expect(parsed.failure.message).toContain(name);
  });

  test("refuses a value of boundless length", () => {
    expect(parse(`model=${"x".repeat(512)}`).kind).toBe("valid");
    expect(parse(`model=${"x".repeat(513)}`).kind).toBe("invalid");
  });

  test("names every mistake at once", () => {
    const parsed = parse("status=x&type=y&limit=z");
    if (parsed.kind !== "invalid") throw new Error("was accepted");
    for (const name of ["status", "type", "limit"]) expect(parsed.failure.message).toContain(`\`${name}\``);
  });

  test("lets a download be longer than a page", () => {
    const parsed = parse("format=jsonl&limit=250000");
    expect(parsed.kind === "valid" && parsed.query).toMatchObject({ format: "jsonl", limit: 250_000 });
  });

  test("names all that the contract lists", () => {
    const listed = "agent owner purpose run provider model status reason type from to limit cursor format";
    expect(LOGS_PARAMETERS.join(" ")).toBe(listed);
  });
});
