import { defineCommand } from "citty";
import type { LogEntry } from "../store/store.ts";
import { type Failure, fail, isFailure, orFail } from "./failure.ts";
import { connectFeed } from "./feed.ts";
import { renderLogLine } from "./log-line.ts";
import { followLogs } from "./logs-follow.ts";
import { checkLogsOptions, FILTER_ARGS, type LogsOptions, toQuery } from "./logs-options.ts";
import { type ReadRange, readLogs } from "./logs-read.ts";
import { findMisspelt } from "./misspelt.ts";
import { styleFor } from "./style.ts";
import { findTarget, TARGET_ARGS, type TargetOptions } from "./target.ts";
import { EXIT, type Terminal } from "./terminal.ts";

/** What happened, oldest first; with `-f` also what happens from now on, until Ctrl-C. */
export function logsCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "logs", description: "Show what happened, and follow what happens" },
    args: {
      follow: { type: "boolean", alias: "f", description: "Go on with new entries until Ctrl-C" },
      ...FILTER_ARGS,
      limit: { type: "string", valueHint: "N", default: "50", description: "At most so many past entries" },
      json: { type: "boolean", description: "Print each entry as a line of JSON" },
      ...TARGET_ARGS,
    },
    async run({ args }) {
      const mistake = checkLogsOptions(args, terminal.now());
      if (mistake) fail(mistake, "`tollgate logs --help` shows what is possible.", EXIT.usage);
      const past: ReadRange = { most: Number(args.limit), after: 0 };
      const style = styleFor(terminal);
      const print = (entry: LogEntry) =>
        terminal.print(args.json ? JSON.stringify(entry) : renderLogLine(entry, style, terminal.columns));
      if (args.follow) return follow(args, past, print, terminal);
      const target = orFail(findTarget(args, terminal));
      const entries = orFail(await readLogs(target, toQuery(args), past));
      for (const entry of entries) print(entry);
      if (entries.length > 0) return;
      orFail(await findMisspelt(target, args));
      terminal.complain("No entry matches.");
    },
  });
}

/** The past, and then what happens, until Ctrl-C or until there is no point in trying again. */
async function follow(
  options: LogsOptions & TargetOptions,
  past: ReadRange,
  print: (entry: LogEntry) => void,
  terminal: Terminal,
): Promise<void> {
  const ended = Promise.withResolvers<Failure | null>();
  const release = terminal.onInterrupt(() => ended.resolve(null));
  const target = orFail(findTarget(options, terminal));
  // Where following begins; asked for first, so that what comes while the past is printed is not lost.
  const newest = orFail(await readLogs(target, {}, { most: 1, after: 0 }));
  const entries = orFail(await readLogs(target, toQuery(options), past));
  for (const entry of entries) print(entry);
  // It may be that the agent's first call is waited for.
  const misspelt = entries.length === 0 ? await findMisspelt(target, options) : null;
  if (misspelt) terminal.complain(misspelt.message);
  const stop = followLogs({
    seq: lastSeq([...newest, ...entries]),
    options,
    print,
    // Found anew each time: after a restart it may be elsewhere, and somebody else where it was.
    connect(listener) {
      const found = findTarget(options, terminal);
      if (!isFailure(found)) return connectFeed(found, listener);
      listener.closed("lost");
      return () => {};
    },
    async read(after) {
      const found = findTarget(options, terminal);
      if (isFailure(found)) return found;
      return readLogs(found, toQuery(options), { most: Number.POSITIVE_INFINITY, after });
    },
    remark: terminal.complain,
    fail: ended.resolve,
    wait: Bun.sleep,
  });
  const end = await ended.promise;
  stop();
  release();
  orFail(end);
}

function lastSeq(entries: readonly LogEntry[]): number {
  return entries.reduce((last, { seq }) => Math.max(last, Number(seq)), 0);
}
