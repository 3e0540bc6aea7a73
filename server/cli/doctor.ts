import { resolve } from "node:path";
import { defineCommand } from "citty";
import { renderProblem } from "../config/problem.ts";
import { loadConfiguration } from "../load.ts";
import { type Finding, good, warning, wrong } from "./doctor/finding.ts";
import { checkDataFolder } from "./doctor/folder.ts";
import { checkJournal } from "./doctor/journal.ts";
import { checkPorts } from "./doctor/ports.ts";
import { checkRunning } from "./doctor/running.ts";
import { checkUpstreams, listConfigured, listServed } from "./doctor/upstream.ts";
import { type Failure, fail, isFailure } from "./failure.ts";
import { listProviders } from "./list-providers.ts";
import { type Style, styleFor } from "./style.ts";
import { locate, TARGET_ARGS, type TargetOptions } from "./target.ts";
import type { Terminal } from "./terminal.ts";
import { wrap } from "./wrap.ts";

/** Looks for what keeps a gateway from its duty, and says what to do about it. Changes nothing. */
export function doctorCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "doctor", description: "Find what is wrong with this gateway or its surroundings" },
    args: {
      json: { type: "boolean", description: "Print the findings as JSON" },
      ...TARGET_ARGS,
    },
    async run({ args }) {
      const findings = await examine(args, terminal);
      const lines = args.json
        ? [JSON.stringify({ findings }, null, 2)]
        : renderFindings(findings, terminal.columns, styleFor(terminal));
      for (const line of lines) terminal.print(line);
      const count = findings.filter(({ level }) => level === "wrong").length;
      if (count > 0) fail(count === 1 ? "One thing is wrong." : `${count} things are wrong.`);
    },
  });
}

/** Everything, in the order in which a start meets it; what a broken file keeps from being known is left out. */
async function examine(args: TargetOptions, terminal: Terminal): Promise<Finding[]> {
  const { env, cwd, now } = terminal;
  const located = locate(args, terminal);
  if (isFailure(located)) return findUnreadable(located);
  const { dataDir, audit } = located;
  const file = args.config ? resolve(cwd, args.config) : null;
  const loaded = loadConfiguration({ file, overrides: { "data-dir": args["data-dir"] } });
  const settings = "problems" in loaded ? null : loaded.settings;
  const running = await checkRunning(args, terminal);
  // What does not answer as a gateway is shown no token.
  const served = running.isRunning ? await listProviders(args, terminal) : null;
  const isUntold = running.isRunning && served === null;
  const upstreams = served ? listServed(served) : settings && listConfigured(settings);
  const found = [
    ...(env.NODE_TLS_REJECT_UNAUTHORIZED === "0" ? [OPEN_TLS] : []),
    ...("problems" in loaded
      ? loaded.problems.map((problem) => wrong(renderProblem(problem), CORRECT_IT))
      : [
          good(
            args.config
              ? `${args.config} is valid.`
              : "No file is given with -c: the defaults are looked at.",
          ),
          ...loaded.warnings.map((one) => warning(one, null)),
        ]),
    ...running.findings,
    ...(settings !== null && !running.isRunning ? await checkPorts(settings) : []),
    ...checkDataFolder(dataDir),
    ...(await checkJournal(audit.log_file, dataDir)),
    ...(isUntold ? [UNTOLD] : []),
    // That the file names none says nothing of the gateway that runs.
    ...(upstreams === null || (isUntold && upstreams.length === 0)
      ? []
      : await checkUpstreams(upstreams, now)),
  ];
  return found.filter(({ message }, at) => found.findIndex((one) => one.message === message) === at);
}

/** A file that says not even where the gateway keeps its files: nothing else can be looked at. */
function findUnreadable({ message, hint }: Failure): Finding[] {
  return message.split("\n").map((line) => wrong(line, hint ?? CORRECT_IT));
}

const CORRECT_IT = "Correct it; a gateway does not start with it.";

const UNTOLD = warning(
  "The running gateway did not say which providers it has: those that the file does not name are not looked at.",
  "Give its token with --token or TOLLGATE_ADMIN_TOKEN.",
);

const OPEN_TLS = wrong(
  "NODE_TLS_REJECT_UNAUTHORIZED=0 lets anyone read the API keys on their way.",
  "Unset it; a gateway does not start with it.",
);

/** Each finding, and under it what to do about it, within so many columns. Pure. */
export function renderFindings(findings: readonly Finding[], columns: number, style: Style): string[] {
  const marks = {
    good: style.good("ok     "),
    warning: style.warning("warning"),
    wrong: style.bad("wrong  "),
  };
  const width = columns - MARGIN.length;
  return findings.flatMap(({ level, message, remedy }) => {
    const [first = "", ...rest] = wrap(message, width);
    const advice = remedy === null ? [] : wrap(remedy, width).map(style.dim);
    return [`${marks[level]}  ${first}`, ...[...rest, ...advice].map((line) => MARGIN + line)];
  });
}

const MARGIN = " ".repeat("warning  ".length);
