/** A data folder with a store in it, a clock that tests turn, and lines to write. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { BlockedLine, CallLine, Line } from "../../server/core/event.ts";
import type { AuditSettings } from "../../server/core/settings.ts";
import { openStore, type StoreOptions } from "../../server/store/open.ts";
import type { Hold, Store } from "../../server/store/store.ts";
import { makeTempFolder, type TempFolder } from "../support/temp.ts";

export const START = Date.parse("2026-03-10T09:30:00.000Z");

export interface StoreHome extends Disposable {
  readonly folder: string;
  readonly logFile: string;
  /** What the store logged. */
  readonly logged: string[];
  /** The time that the store sees. Tests set it. */
  time: number;
  options(audit?: Partial<AuditSettings>): StoreOptions;
  /** A store on this folder; fails the test when there is none. Closed at the end if the test has not. */
  open(audit?: Partial<AuditSettings>, more?: Partial<StoreOptions>): Store;
  /** Why there is no store; fails the test when there is one. */
  refuse(audit?: Partial<AuditSettings>): string;
  /** All lines of the journal, oldest first. */
  lines(): Line[];
  /** Names of the files beside the live one, and itself, sorted. */
  files(): string[];
}

export function makeStoreHome(name: string): StoreHome {
  const temp: TempFolder = makeTempFolder(name);
  const folder = join(temp.path, "data");
  const logFile = join(folder, "logs", "audit.jsonl");
  const opened: Store[] = [];
  const home: StoreHome = {
    folder,
    logFile,
    logged: [],
    time: START,
    options: (audit = {}) => ({
      dataDir: folder,
      audit: { ...AUDIT, log_file: logFile, ...audit },
      timezone: "UTC",
      now: () => home.time,
      log: (message) => home.logged.push(message),
    }),
    open(audit = {}, more = {}) {
      const store = openStore({ ...home.options(audit), ...more });
      if ("problem" in store) throw new Error(store.problem);
      let closed = false;
      const once: Store = {
        ...store,
        close() {
          if (!closed) store.close();
          closed = true;
        },
      };
      opened.push(once);
      return once;
    },
    refuse(audit = {}) {
      const store = openStore(home.options(audit));
      if ("problem" in store) return store.problem;
      store.close();
      throw new Error("a store was opened");
    },
    lines: () => home.files().flatMap((file) => readLines(join(folder, "logs", file))),
    files: () =>
      readdirSync(join(folder, "logs"))
        .filter((file) => file.endsWith(".jsonl"))
        .sort(),
    [Symbol.dispose]() {
      for (const store of opened) store.close();
      temp[Symbol.dispose]();
    },
  };
  return home;
}

const AUDIT: AuditSettings = {
  log_file: "",
  max_entries: 1_000_000,
  retention: 90 * 86_400_000,
  rotate: 256 * 1024 * 1024,
  fsync: "interval",
  on_failure: "stop",
};

/** The whole lines of a file: what stands behind the last newline was torn by a crash. */
export function readLines(file: string): Line[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((text): Line => JSON.parse(text));
}

export function callLine(id: string, more: Partial<CallLine> = {}, time = START): CallLine {
  return {
    type: "call",
    time: new Date(time).toISOString(),
    request_id: id,
    agent: "researcher",
    owner: "team-ml",
    purpose: "production",
    provider: "anthropic",
    requested_model: "claude-sonnet-4-20250514",
    model: "claude-sonnet-4-20250514",
    method: "POST",
    path: "/v1/messages",
    stream: true,
    status: 200,
    ending: "complete",
    tokens_in: 1_200,
    tokens_out: 300,
    usage: "reported",
    cost: 0.0081,
    cost_nano: 8_100_000,
    latency_ms: 1_834,
    attempts: 1,
    ...more,
  };
}

export function blockedLine(id: string, more: Partial<BlockedLine> = {}, time = START): BlockedLine {
  return {
    type: "blocked",
    time: new Date(time).toISOString(),
    request_id: id,
    agent: "researcher",
    reason: "unknown_provider",
    status: 404,
    method: "POST",
    path: "/agents/researcher/nowhere",
    ...more,
  };
}

export function makeHold(id: string, more: Partial<Hold> = {}): Hold {
  return {
    id,
    time: START,
    agent: "researcher",
    owner: "team-ml",
    chargedOwner: null,
    purpose: "production",
    provider: "anthropic",
    model: "claude-sonnet-4-20250514",
    method: "POST",
    path: "/v1/messages",
    stream: true,
    run: null,
    key: null,
    nano: 5_000_000,
    tokensIn: null,
    tokensOut: null,
    ...more,
  };
}

/** A line's event, or its type when it is no note. */
export function nameLine(line: Line): string {
  return "event" in line ? line.event : line.type;
}
