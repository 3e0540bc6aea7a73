import { expect, test } from "bun:test";
import fc from "fast-check";
import { nearest } from "../../server/config/nearest.ts";

const KNOWN = ["port", "host", "data_dir", "shutdown_timeout", "allow_target_hosts"];

test.each([
  ["prot", "port"],
  ["hots", "host"],
  ["dataDir", "data_dir"],
  ["data-dir", "data_dir"],
  ["shutdown_timeuot", "shutdown_timeout"],
  ["allowed_target_hosts", "allow_target_hosts"],
])("%s probably means %s", (word, meant) => {
  expect(nearest(word, KNOWN)).toBe(meant);
});

test.each(["budget", "x", "", "completely_different"])("%p means nothing known", (word) => {
  expect(nearest(word, KNOWN)).toBeNull();
});

test("a known word is its own nearest", () => {
  fc.assert(fc.property(fc.constantFrom(...KNOWN), (word) => nearest(word, KNOWN) === word));
});
