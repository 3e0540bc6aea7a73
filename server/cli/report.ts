import { existsSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { defineCommand } from "citty";
import { ask } from "./ask.ts";
import { fail, orFail } from "./failure.ts";
import { sayWhy } from "./files.ts";
import { findMisspelt } from "./misspelt.ts";
import { checkReportOptions, REPORT_ARGS, toReportQuery } from "./report-options.ts";
import { renderReport } from "./report-table.ts";
import { styleFor } from "./style.ts";
import { findTarget, TARGET_ARGS, type Target } from "./target.ts";
import { EXIT, type Terminal } from "./terminal.ts";

/** What was called, refused and spent over a period: as a table, for scripts and spreadsheets, or as a page for print. */
export function reportCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "report", description: "Sum up calls, refusals, tokens and costs over a period" },
    args: {
      ...REPORT_ARGS,
      html: { type: "string", valueHint: "FILE", description: "Write it there as a page for print" },
      force: { type: "boolean", description: "Replace the file after --html if it is there" },
      ...TARGET_ARGS,
    },
    async run({ args }) {
      const mistake = checkReportOptions(args, terminal.now());
      if (mistake) fail(mistake, "`tollgate report --help` shows what is possible.", EXIT.usage);
      const target = orFail(findTarget(args, terminal));
      orFail(await findMisspelt(target, { agent: args.agent }));
      const query = toReportQuery(args);
      if (args.html !== undefined) {
        const file = resolve(terminal.cwd, args.html);
        if (existsSync(file) && !args.force) fail(`${args.html} is there already.`, "--force replaces it.");
        write(file, args.html, await readText(target, { ...query, format: "html" }));
        terminal.print(`${args.html} is written. Open it in a browser to print it.`);
      } else if (args.format === "csv") {
        terminal.print((await readText(target, { ...query, format: "csv" })).trimEnd());
      } else {
        const report = orFail(await ask(target, (client) => client.api.reports.get({ query })));
        const lines =
          args.format === "json"
            ? [JSON.stringify(report, null, 2)]
            : renderReport(report, terminal.columns, styleFor(terminal));
        for (const line of lines) terminal.print(line);
        if (report.rows.length === 0) terminal.complain("There was no call and no refusal.");
      }
    },
  });
}

type Query = ReturnType<typeof toReportQuery> & { readonly format: "csv" | "html" };

/** The report as the gateway writes it. */
async function readText(target: Target, query: Query): Promise<string> {
  const { text } = orFail(
    await ask(target, async (client) => {
      const reply = await client.api.reports.get({ query });
      if (reply.data === null) return { ...reply, data: null };
      // The client reads short text at once, and leaves a stream to be read.
      const text = reply.response.bodyUsed ? String(reply.data) : await reply.response.text();
      return { ...reply, data: { text } };
    }),
  );
  return text;
}

function write(file: string, name: string, text: string): void {
  try {
    writeFileSync(file, text, { mode: 0o600 });
  } catch (error) {
    fail(`${name} cannot be written: ${sayWhy(error)}.`);
  }
}
