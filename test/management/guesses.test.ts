import { describe, expect, test } from "bun:test";
import { createGuesses, network } from "../../server/management/guesses.ts";

const START = Date.UTC(2026, 0, 1);

describe("guesses", () => {
  test("four wrong attempts are free, each further one doubles the wait up to a minute", () => {
    const guesses = createGuesses();
    const waits: number[] = [];
    let now = START;
    for (let attempt = 0; attempt < 13; attempt++) {
      guesses.fail("10.0.0.1", now);
      const wait = guesses.wait("10.0.0.1", now);
      waits.push(wait);
      now += wait;
    }
    expect(waits).toEqual([0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1_000));
    expect(guesses.wait("10.0.0.2", now)).toBe(0);
  });

  test("an address is forgotten fifteen minutes after its last wrong attempt", () => {
    const guesses = createGuesses();
    for (let attempt = 0; attempt < 20; attempt++) guesses.fail("10.0.0.1", START);
    expect(guesses.wait("10.0.0.1", START + 1)).toBeGreaterThan(0);
    guesses.fail("10.0.0.1", START + 15 * 60_000);
    expect(guesses.wait("10.0.0.1", START + 15 * 60_000)).toBe(0);
  });

  test("memory is bounded however many addresses try, and the latest are the ones remembered", () => {
    const guesses = createGuesses();
    for (let host = 0; host < 10_000; host++) guesses.fail(`10.1.${host >> 8}.${host & 255}`, START);
    expect(guesses.size).toBe(4_096);
    for (let attempt = 0; attempt < 4; attempt++) guesses.fail("10.1.39.15", START);
    expect(guesses.wait("10.1.39.15", START)).toBe(1_000);
  });

  test("all of an IPv6 network counts as one, a mapped IPv4 address as itself", () => {
    expect(network("2001:db8:1:2::1")).toBe(network("2001:db8:1:2:ffff:0:0:9"));
    expect(network("2001:db8:1:2::1")).not.toBe(network("2001:db8:1:3::1"));
    expect(network("::1")).toBe("0:0:0:0::/64");
    expect(network("::ffff:192.0.2.7")).toBe("192.0.2.7");
    expect(network("192.0.2.7")).toBe("192.0.2.7");
  });
});
