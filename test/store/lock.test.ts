import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { findHolder, takeLock } from "../../server/store/lock.ts";
import { makeTempFolder } from "../support/temp.ts";

describe("the holder of a data folder's lock", () => {
  test("is the process that took it, for as long as it holds it", () => {
    using folder = makeTempFolder("lock");
    expect(findHolder(folder.path)).toBeNull();
    const lock = takeLock(folder.path);
    if (typeof lock === "string") throw new Error(lock);
    expect(findHolder(folder.path)).toBe(process.pid);
    lock.release();
    expect(findHolder(folder.path)).toBeNull();
  });

  test("is nobody where a process that is gone left its number behind", () => {
    using folder = makeTempFolder("lock");
    writeFileSync(join(folder.path, "lock.db"), "");
    writeFileSync(join(folder.path, "lock.pid"), `${process.pid}\n`);
    expect(findHolder(folder.path)).toBeNull();
  });

  test("still holds it after somebody, in this process too, has looked", () => {
    using folder = makeTempFolder("lock");
    const lock = takeLock(folder.path);
    findHolder(folder.path);
    expect(takeLock(folder.path)).toBe(
      `${folder.path} is in use by another gateway (process ${process.pid}): stop it or choose another data_dir`,
    );
    if (typeof lock !== "string") lock.release();
  });
});
