/**
 * A process that a test kills: opens the store in the folder it is given and does what it is told, reporting on its
 * standard output. `lines`: appends without end and reports every line's number. `holds`: opens ten holds, journals
 * every second one's call without closing its hold, and waits. `grow`: opens a hold, grows it without end and reports
 * what it holds now. `idle`: opens the store and waits.
 */
import { writeSync } from "node:fs";
import { openStore } from "../../server/store/open.ts";
import { callLine, makeHold } from "./support.ts";

const [mode, dataDir = "", logFile = "", rotate = "0"] = process.argv.slice(2);
const store = openStore({
  dataDir,
  audit: {
    log_file: logFile,
    max_entries: 1_000,
    retention: 86_400_000,
    rotate: Number(rotate),
    fsync: "interval",
    on_failure: "stop",
  },
  timezone: "UTC",
  now: () => Date.now(),
  log: () => undefined,
});
if ("problem" in store) throw new Error(store.problem);

const say = (text: string) => writeSync(1, `${text}\n`);

if (mode === "lines") {
  for (let i = 0; ; i++)
    say(String(store.journal.append(callLine(`r${process.pid}-${i}`, {}, Date.now()))?.seq));
}
if (mode === "holds") {
  for (let i = 0; i < 10; i++) {
    store.holds.open(makeHold(`h${i}`, i === 9 ? { nano: null } : {}));
    if (i % 2 === 0) store.journal.append(callLine(`h${i}`, {}, Date.now()));
  }
}
if (mode === "grow") {
  store.holds.open(makeHold("growing", { nano: 0 }));
  for (let nano = 1; ; nano++) {
    if (store.holds.grow("growing", { nano, tokensIn: null, tokensOut: null })) say(String(nano));
    // Others begin and end meanwhile: the file is rewritten, and closings ride along.
    store.holds.open(makeHold(`short-${nano}`));
    store.journal.append(callLine(`short-${nano}`, {}, Date.now()));
  }
}
say("ready");
await new Promise(() => setInterval(() => undefined, 60_000));
