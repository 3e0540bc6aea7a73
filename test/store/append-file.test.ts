import { describe, expect, test } from "bun:test";
import { appendFileSync, readFileSync, renameSync, statSync, truncateSync, writeSync } from "node:fs";
import { join } from "node:path";
import { openAppendFile } from "../../server/store/append-file.ts";
import { makeTempFolder } from "../support/temp.ts";

describe("an append-only file", () => {
  test("is created for its owner alone and keeps what was in it", () => {
    using folder = makeTempFolder("append");
    const path = join(folder.path, "log");
    const file = openAppendFile(path);
    expect(file.write("one\n")).toBeNull();
    file.close();
    const again = openAppendFile(path);
    expect(again.size).toBe(4);
    expect(again.write("zwölf\n")).toBeNull();
    again.close();
    expect(readFileSync(path, "utf8")).toBe("one\nzwölf\n");
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("cuts off a write that came out short, and says that the disk is full", () => {
    using folder = makeTempFolder("append");
    const path = join(folder.path, "log");
    let short = false;
    const file = openAppendFile(path, (descriptor, text) =>
      writeSync(descriptor, short ? text.slice(0, 3) : text),
    );
    file.write("whole\n");
    short = true;
    expect(file.write("halved\n")).toBe("the disk is full");
    expect(readFileSync(path, "utf8")).toBe("whole\n");
    short = false;
    expect(file.write("next\n")).toBeNull();
    expect(readFileSync(path, "utf8")).toBe("whole\nnext\n");
    file.close();
  });

  test("cuts off what was written before an error", () => {
    using folder = makeTempFolder("append");
    const path = join(folder.path, "log");
    const file = openAppendFile(path, (descriptor, text) => {
      writeSync(descriptor, text.slice(0, 2));
      throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    });
    expect(file.write("line\n")).toBe("the disk is full");
    expect(readFileSync(path, "utf8")).toBe("");
    expect(file.size).toBe(0);
    file.close();
  });

  test("knows when its name leads elsewhere or somebody changed its length", () => {
    using folder = makeTempFolder("append");
    const path = join(folder.path, "log");
    const file = openAppendFile(path);
    file.write("line\n");
    expect(file.isIntact()).toBe(true);
    appendFileSync(path, "x");
    expect(file.isIntact()).toBe(false);
    truncateSync(path, 5);
    expect(file.isIntact()).toBe(true);
    renameSync(path, `${path}.1`);
    expect(file.isIntact()).toBe(false);
    file.close();
  });
});
