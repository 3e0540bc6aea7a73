import { defineCommand } from "citty";
import type { Finding } from "../store/audit.ts";
import { rebuildIndex } from "../store/rebuild.ts";
import { type VerifyReport, verifyJournal } from "../store/verify.ts";
import { fail, orFail } from "./failure.ts";
import { renderWhole } from "./figures.ts";
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
      const report = await verifyJournal(audit.log_file, dataDir);
      if (report.files === 0 && report.ok)
        fail(`There is no journal at ${audit.log_file}.`, "Name its gateway with -c FILE or --data-dir.");
      const lines = args.json ? [JSON.stringify(report, null, 2)] : renderReport(report);
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
      const { now, complain } = terminal;
      const rebuilt = rebuildIndex({ dataDir, audit, timezone, now, log: complain });
      if ("problem" in rebuilt) fail(rebuilt.problem);
      terminal.print(
        `index.db in ${dataDir} is made anew, up to line ${renderWhole(rebuilt.lastSeq)} of the journal.`,
      );
    },
  });
}

/** What was looked at, and everything that is wrong with it. Pure. */
export function renderReport(report: VerifyReport): string[] {
  const { ok, files, lines, firstSeq, lastSeq, signaturesChecked, problems, problemCount } = report;
  const looked = `${renderWhole(lines)} lines in ${files === 1 ? "one file" : `${files} files`}`;
  const range = firstSeq === null ? "" : `, numbers ${firstSeq} to ${lastSeq}`;
  const rendered = [`${looked}${range}: ${ok ? "complete and unchanged." : "not as they were written."}`];
  if (!signaturesChecked)
    rendered.push("The checkpoints' signatures could not be checked: the data folder has no key.");
  rendered.push(...problems.map(renderFinding));
  if (problemCount > problems.length)
    rendered.push(`… and ${renderWhole(problemCount - problems.length)} more`);
  return rendered;
}

function renderFinding({ file, line, seq, what }: Finding): string {
  const spot = [file, line].filter((part) => part !== null).join(":");
  return `${spot}${seq === null ? "" : ` (number ${seq})`}: ${what}`.replace(/^: /, "");
}
