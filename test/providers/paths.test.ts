import { expect, test } from "bun:test";
import { splitPath, stripHeads } from "../../server/providers/paths.ts";

const HEADS = [["api", "v1"], ["v1"]];

test("what a path repeats of its base is dropped as often as it stands there, longer heads first", () => {
  const path = "api/v1/v1/api/v1/chat/v1".split("/");
  expect(stripHeads(path, HEADS)).toEqual(["chat", "v1"]);
  expect(stripHeads(["api", "v2"], HEADS)).toEqual(["api", "v2"]);
  expect(stripHeads(["v1"], [[], ["v1"]])).toEqual([]);
});

test("empty segments at the beginning are dropped, others stay", () => {
  expect(splitPath("//a//b/")).toEqual(["a", "", "b", ""]);
  expect(splitPath("")).toEqual([]);
  expect(splitPath("///")).toEqual([]);
});

test("a path of a million heads costs no more than reading it", () => {
  const path = splitPath("/".repeat(500_000) + "v1/".repeat(500_000));
  const began = performance.now();
  expect(stripHeads(path, HEADS)).toEqual([""]);
  expect(performance.now() - began).toBeLessThan(2000);
});
