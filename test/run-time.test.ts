import { describe, expect, test } from "bun:test";
import { keyOf } from "../server/config/run-time.ts";
import { openRunTime } from "../server/run-time.ts";
import { createSealer } from "../server/store/sealing.ts";
import { openState } from "../server/store/state.ts";
import { makeTempFolder } from "./support/temp.ts";

const OWNER = keyOf(["agents", "a", "owner"]);
const KEY = keyOf(["providers", "openai", "api_key"]);
const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));

function open(dataDir: string, secretKey: string | null = null) {
  const state = openState(dataDir, () => 0);
  const runTime = openRunTime(state, createSealer({ dataDir, secretKey, random }));
  return Object.assign(runTime, { state, [Symbol.dispose]: () => state.close() });
}

describe("what is set at run time", () => {
  test("is there after a restart, in its order; secrets are sealed and nothing else is", () => {
    using folder = makeTempFolder("run-time");
    const values = new Map<string, unknown>([[KEY, "sk-1"], [OWNER, "team"]]); // biome-ignore format: two
    {
      using before = open(folder.path);
      before.write(values);
      expect(before.state.readSettings().map(({ sealed }) => sealed)).toEqual([true, false]);
    }
    using after = open(folder.path);
    expect([...after.values()]).toEqual([...values]);
    after.write(new Map([[OWNER, "other"]]));
    expect(after.state.readSettings()).toEqual([{ path: OWNER, value: '"other"', sealed: false }]);
  });

  test("that cannot be read any more acts as nothing, is told, stays on disk and may be set anew", () => {
    using folder = makeTempFolder("run-time");
    {
      using before = open(folder.path, "one passphrase");
      before.write(new Map([[KEY, "sk-1"]]));
    }
    {
      using other = open(folder.path, "another passphrase");
      expect([...other.values()]).toEqual([[KEY, null]]);
      expect(other.warnings()).toEqual([
        expect.stringContaining("providers.openai.api_key was set at run time"),
      ]);
      other.write(new Map(other.values()).set(OWNER, "team"));
    }
    {
      using again = open(folder.path, "one passphrase");
      expect(again.values().get(KEY)).toBe("sk-1");
      expect(again.warnings()).toEqual([]);
    }
    using anew = open(folder.path, "another passphrase");
    anew.write(new Map(anew.values()).set(KEY, "sk-2"));
    expect([anew.values().get(KEY), anew.warnings()]).toEqual(["sk-2", []]);
  });

  test("and was edited by hand is no reason not to start", () => {
    using folder = makeTempFolder("run-time");
    {
      using before = open(folder.path);
      const kept = (path: string, value: string, sealed = false) => ({ path, value, sealed });
      before.state.writeSettings([kept("no path", "1"), kept(OWNER, "{"), kept(KEY, "sk", true)], []);
    }
    using after = open(folder.path);
    expect([...after.values()]).toEqual([[OWNER, null], [KEY, null]]); // biome-ignore format: two
    expect(after.warnings()).toHaveLength(2);
  });
});
