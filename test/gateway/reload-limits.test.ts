/** Rate limits and quotas across a reload: nothing that was taken is given back (SPEC 1.6). */
import { describe, expect, test } from "bun:test";
import { type DataPlane, openDataPlane } from "../support/data-plane.ts";
import { askTimes, chat, outcomeOf, works } from "../support/governed.ts";

const MINUTE = 60_000;

/** The configuration in which this is the rate limit of `bot`. */
const limitedTo = (limit: string, more = "") =>
  `trust: { enabled: false }\nloops: { action: off }\n${more}\nagents: { bot: { rate_limit: ${limit} } }`;

/** How many of so many calls in turn pass. */
async function passing(plane: DataPlane, agent = "bot", times = 9): Promise<number> {
  const outcomes = await askTimes(plane, agent, times);
  return outcomes.filter((outcome) => outcome === 200).length;
}

describe("a bucket", () => {
  test("is capped to its new size, and a larger one does not begin full", async () => {
    using plane = openDataPlane({ config: limitedTo("6/hour"), upstream: works });
    expect(await passing(plane, "bot", 1)).toBe(1);
    plane.configure(limitedTo("3/hour"));
    expect(await passing(plane, "bot", 1)).toBe(1);
    plane.configure(limitedTo("100/hour"));
    expect(await passing(plane)).toBe(2);
  });

  test("that is empty stays empty whatever stands beside it, and however its period changes", async () => {
    using plane = openDataPlane({ config: limitedTo("2/min"), upstream: works });
    expect(await passing(plane)).toBe(2);
    for (const limit of [
      "[50/hour, 2/min]",
      "2/min",
      "[2/min, { max_requests: 9, window_seconds: 5 }]",
      "9/day",
    ]) {
      plane.configure(limitedTo(limit));
      expect([limit, await passing(plane)]).toEqual([limit, 0]);
    }
    expect(await passing(plane, "other")).toBe(9);
  });
});

describe("a window", () => {
  const two = "{ max_requests: 2, window_seconds: 60 }";

  test("keeps what it holds beside others, in another order, and under another maximum", async () => {
    using plane = openDataPlane({ config: limitedTo(two), upstream: works });
    expect(await passing(plane)).toBe(2);
    const nine = "{ max_requests: 9, window_seconds: 600 }";
    for (const limit of [
      `[${nine}, ${two}]`,
      `[${two}, ${nine}]`,
      `[9/min, ${two}]`,
      two.replace("2", "1"),
    ]) {
      plane.configure(limitedTo(limit));
      expect([limit, await passing(plane)]).toEqual([limit, 0]);
    }
    plane.configure(limitedTo(two.replace("2", "5")));
    expect(await passing(plane)).toBe(3);
    plane.advance(MINUTE);
    expect(await passing(plane)).toBe(5);
  });

  test("of a provider keeps what it holds, as does one that is taken out and put back", async () => {
    const provider = (limit: string) =>
      limitedTo("1000/day", `providers: { openai: { rate_limit: ${limit} } }`);
    using plane = openDataPlane({ config: provider(two), upstream: works });
    expect(await passing(plane)).toBe(2);
    plane.configure(provider("{ max_requests: 3, window_seconds: 60 }"));
    expect([await passing(plane), await passing(plane, "other")]).toEqual([1, 0]);
    plane.configure(limitedTo("1000/day"));
    plane.configure(provider(two));
    expect(await passing(plane, "other")).toBe(0);
    expect(outcomeOf(await plane.send("/agents/other/mistral", chat()))).toBe(200);
  });
});

test("a quota keeps what was used of it", async () => {
  const quota = (most: number) =>
    `trust: { enabled: false }\nagents: { bot: { quota: { requests_per_hour: ${most} } } }`;
  using plane = openDataPlane({ config: quota(3), upstream: works });
  expect(await passing(plane)).toBe(3);
  plane.configure(quota(2));
  expect(await passing(plane)).toBe(0);
  plane.configure(quota(4));
  expect(await passing(plane)).toBe(1);
});
