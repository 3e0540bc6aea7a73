import { expect, test } from "bun:test";
import { readJunit } from "../../scripts/junit.ts";

test("the sums of a report are read from its outermost element", () => {
  const xml = `<?xml version="1.0"?>
<testsuites name="bun test" tests="12" assertions="30" failures="2" skipped="3" time="0.1">
  <testsuite name="a" tests="99" failures="99"></testsuite></testsuites>`;
  expect(readJunit(xml)).toEqual({ passed: 7, failed: 2, skipped: 3 });
});

test("what is no report is not taken for a good one", () => {
  expect(readJunit("")).toBeNull();
  expect(readJunit("<html>")).toBeNull();
});
