import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { defineCommand } from "citty";
import type { Locations } from "../config/load.ts";
import type { Finding } from "../store/audit.ts";
import { listFiles } from "../store/journal-files.ts";
import { rebuildIndex } from "../store/rebuild.ts";
import { type VerifyReport, verifyJournal } from "../store/verify.ts";
import { fail, orFail } from "./failure.ts";
import { renderWhole } from "./figures.ts";
import { checkFile, checkFolder, sayWhy } from "./files.ts";
import { locate, TARGET_ARGS } from "./target.ts";
import type { Terminal } from "./terminal.ts";

/** Works on the files alone: no gateway needs to run, and for `rebuild` none may. */
export function auditCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "audit", description: "Check the journal, or remake the index from it" },
    subCommands: { verify: verifyCommand(terminal), rebuild: rebuildCommand(terminal) },
  });
}

const { config, "data-dir": dataDir } = TARGET_ARGS;

function verifyCommand(terminal: Terminal) {
  return defineCommand({
    meta: {
      name: "verify",
      description: "Find any line of the journal that was edited, removed, inserted or moved",
    },
    args: { json: { type: "boolean", description: "Print the report as JSON" }, config, "data-dir": dataDir },
    async run({ args }) {
      const { audit, dataDir } = orFail(locate(args, terminal));
      requireJournal(audit.log_file);
      const report = await verifyJournal(audit.log_file, dataDir).catch((error: unknown) =>
        fail(`The journal cannot be checked with what is in ${dataDir}: ${sayWhy(error)}`),
      );
      const hasState = existsSync(join(dataDir, "state.db"));
      const lines = args.json
        ? [JSON.stringify(report, null, 2)]
        : renderReport(report, { dataDir, hasState });
      for (const line of lines) terminal.print(line);
      if (!report.ok) {
        const things =
          report.problemCount === 1 ? "One thing is" : `${renderWhole(report.problemCount)} things are`;
        fail(
          `${things} wrong with the journal.`,
          "Keep the files as they are, and compare them with a copy.",
        );
      }
    },
  });
}

function rebuildCommand(terminal: Terminal) {
  return defineCommand({
    meta: {
      name: "rebuild",
      description: "Remake index.db from the journal's files; the gateway must be stopped",
    },
    args: { config, "data-dir": dataDir },
    run({ args }) {
      const { audit, dataDir, timezone } = orFail(locate(args, terminal));
      orFail(checkFolder(dataDir));
      requireJournal(audit.log_file);
      const { now, complain } = terminal;
      const rebuilt = rebuildIndex({ dataDir, audit, timezone, now, log: complain });
      if ("problem" in rebuilt) fail(rebuilt.problem);
      terminal.print(
        `index.db in ${dataDir} is made anew, up to line ${renderWhole(rebuilt.lastSeq)} of the journal.`,
      );
    },
  });
}

/** Ends the command unless there are files of a journal and the live one may be read. */
function requireJournal(logFile: Locations["audit"]["log_file"]): void {
  orFail(checkFolder(dirname(logFile)) ?? checkFile(logFile));
  if (listFiles(logFile).length === 0)
    fail(`There is no journal at ${logFile}.`, "Name its gateway with -c FILE or --data-dir.");
}

/** The data folder beside the journal, and whether its state.db is there. */
interface Beside {
  readonly dataDir: string;
  readonly hasState: boolean;
}

/** What was looked at, what could not be checked and why, and everything that is wrong. Pure. */
export function renderReport(report: VerifyReport, beside: Beside): string[] {
  const { ok, files, lines, firstSeq, lastSeq, problems, problemCount } = report;
  const counted = lines === 1 ? "One line" : `${renderWhole(lines)} lines`;
  const looked = `${counted} in ${files === 1 ? "one file" : `${files} files`}`;
  const range = firstSeq === null ? "" : `, numbers ${firstSeq} to ${lastSeq}`;
  const unchecked = renderUnchecked(report, beside);
  const whole = unchecked.length === 0 ? "complete and unchanged." : "nothing wrong was found, but:";
  const rendered = [
    `${looked}${range}: ${ok ? whole : "not as they were written."}`,
    ...unchecked,
    ...problems.map(renderFinding),
  ];
  if (problemCount > problems.length)
    rendered.push(`… and ${renderWhole(problemCount - problems.length)} more`);
  return rendered;
}

/** What keeps a journal without findings from being called complete. */
function renderUnchecked(
  { isTorn, endChecked, signaturesChecked }: VerifyReport,
  { dataDir, hasState }: Beside,
): string[] {
  const reason = hasState ? "knows no line that this journal must reach" : "is not there, or may not be read";
  const torn = "The last line is not finished: it is being written, or the gateway crashed while it was.";
  const end = `Whether lines were cut off at the end could not be checked: ${dataDir}/state.db ${reason}.`;
  const key = `${dataDir}/keys/journal.pub.pem is not there, or may not be read`;
  const signatures = `The checkpoints' signatures could not be checked: ${key}.`;
  return [
    ...(isTorn ? [torn] : []),
    ...(endChecked ? [] : [end]),
    ...(signaturesChecked ? [] : [signatures]),
  ];
}

function renderFinding({ file, line, seq, what }: Finding): string {
  const spot = [file, line].filter((part) => part !== null).join(":");
  return `${spot}${seq === null ? "" : ` (number ${seq})`}: ${what}`.replace(/^: /, "");
}
