import { expect, test } from "bun:test";
import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { foldersOf, watchConfig } from "../../server/config/watch.ts";
import { createArrivals, within } from "../support/signals.ts";
import { makeTempFolder } from "../support/temp.ts";

const SETTLE = 5;

/** Watches a file; `next` waits for the next content that was called back. */
function watching(file: string, text: string) {
  const changes = createArrivals<string>();
  const problems: string[] = [];
  const stop = watchConfig({
    file,
    text,
    settle: SETTLE,
    onChange: changes.push,
    onProblem: (message) => problems.push(message),
  });
  return {
    problems,
    next: () => within(changes.next(), "the change is called back"),
    waiting: () => changes.waiting,
    [Symbol.dispose]: stop,
  };
}

test("calls back with what an editor wrote in place, or renamed over the file", async () => {
  using folder = makeTempFolder("watch");
  const file = join(folder.path, "gateway.yaml");
  writeFileSync(file, "one");
  using watch = watching(file, "one");

  writeFileSync(file, "two");
  expect(await watch.next()).toBe("two");

  writeFileSync(join(folder.path, ".gateway.yaml.swp"), "three");
  renameSync(join(folder.path, ".gateway.yaml.swp"), file);
  expect(await watch.next()).toBe("three");

  writeFileSync(file, "four");
  expect(await watch.next()).toBe("four");
  expect(watch.problems).toEqual([]);
});

test("calls back only for other content", async () => {
  using folder = makeTempFolder("watch");
  const file = join(folder.path, "gateway.yaml");
  writeFileSync(file, "one");
  using watch = watching(file, "one");

  utimesSync(file, new Date(), new Date());
  writeFileSync(file, "one");
  writeFileSync(join(folder.path, "other.yaml"), "something else");
  rmSync(file);
  writeFileSync(file, "one");
  writeFileSync(file, "two");

  expect(await watch.next()).toBe("two");
  expect(watch.waiting()).toBe(0);
});

test("notices what changed between reading and watching", async () => {
  using folder = makeTempFolder("watch");
  const file = join(folder.path, "gateway.yaml");
  writeFileSync(file, "already another");
  using watch = watching(file, "as it was read");
  expect(await watch.next()).toBe("already another");
});

test("follows a link that a deployment swaps", async () => {
  using folder = makeTempFolder("watch");
  const at = (...parts: string[]) => join(folder.path, ...parts);
  for (const [release, text] of [
    ["v1", "one"],
    ["v2", "two"],
  ] as const) {
    mkdirSync(at(release));
    writeFileSync(at(release, "gateway.yaml"), text);
  }
  mkdirSync(at("etc"));
  symlinkSync("v1", at("current"));
  symlinkSync("../current/gateway.yaml", at("etc", "gateway.yaml"));
  using watch = watching(at("etc", "gateway.yaml"), "one");

  symlinkSync("v2", at("next"));
  renameSync(at("next"), at("current"));
  expect(await watch.next()).toBe("two");

  writeFileSync(at("v2", "gateway.yaml"), "three");
  expect(await watch.next()).toBe("three");
});

test("finds the file again when its whole folder was replaced", async () => {
  using folder = makeTempFolder("watch");
  const place = join(folder.path, "etc");
  const file = join(place, "gateway.yaml");
  mkdirSync(place);
  writeFileSync(file, "one");
  using watch = watching(file, "one");

  rmSync(place, { recursive: true });
  mkdirSync(place);
  writeFileSync(file, "two");
  expect(await watch.next()).toBe("two");
  writeFileSync(file, "three");
  expect(await watch.next()).toBe("three");
});

test("tells that the file cannot be read, and goes on", async () => {
  using folder = makeTempFolder("watch");
  const file = join(folder.path, "gateway.yaml");
  mkdirSync(file);
  using watch = watching(file, "one");
  rmSync(file, { recursive: true });
  writeFileSync(file, "two");
  expect(await watch.next()).toBe("two");
});

test("the folders to watch hold the file and every link on the way", () => {
  using folder = makeTempFolder("watch");
  const at = (...parts: string[]) => join(folder.path, ...parts);
  mkdirSync(at("a"));
  mkdirSync(at("b"));
  writeFileSync(at("b", "real.yaml"), "");
  symlinkSync("../b/real.yaml", at("a", "link.yaml"));
  symlinkSync("loop", at("loop"));

  expect(foldersOf(at("b", "real.yaml"))).toEqual([at("b")]);
  expect(foldersOf(at("a", "link.yaml"))).toEqual([at("a"), at("b")]);
  expect(foldersOf(at("none", "yet", "gateway.yaml"))).toEqual([folder.path]);
  expect(foldersOf(at("loop"))).toEqual([folder.path]);
});
