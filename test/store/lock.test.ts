import { describe, expect, test } from "bun:test";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findLockHolder, takeLock } from "../../server/store/lock.ts";
import { makeTempFolder } from "../support/temp.ts";

describe("the holder of a data folder's lock", () => {
  test("is the process that took it, for as long as it holds it, named or not", () => {
    using folder = makeTempFolder("lock");
    expect(findLockHolder(folder.path)).toBeNull();
    const lock = takeLock(folder.path);
    if (typeof lock === "string") throw new Error(lock);
    expect(findLockHolder(folder.path)).toEqual({ pid: process.pid });
    rmSync(join(folder.path, "lock.pid"));
    expect(findLockHolder(folder.path)).toEqual({ pid: null });
    lock.release();
    expect(findLockHolder(folder.path)).toBeNull();
  });

  test("is nobody where a process that is gone left its number behind", () => {
    using folder = makeTempFolder("lock");
    writeFileSync(join(folder.path, "lock.db"), "");
    writeFileSync(join(folder.path, "lock.pid"), `${process.pid}\n`);
    expect(findLockHolder(folder.path)).toBeNull();
  });

  test("still holds it after somebody, in this process too, has looked", () => {
    using folder = makeTempFolder("lock");
    const lock = takeLock(folder.path);
    findLockHolder(folder.path);
    expect(takeLock(folder.path)).toBe(
      `${folder.path} is in use by another gateway (process ${process.pid}): stop it or choose another data_dir`,
    );
    if (typeof lock !== "string") lock.release();
  });
});
