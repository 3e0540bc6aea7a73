/** What state the journal is in. */
import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { listFiles } from "../../store/journal-files.ts";
import { verifyJournal } from "../../store/verify.ts";
import { renderAmount } from "../figures.ts";
import { checkFile, checkFolder, sayWhy } from "../files.ts";
import { type Finding, good, wrong } from "./finding.ts";

/** What is verified within a second or two; more is left to `audit verify`. */
const MOST_BYTES = 64 * 1024 ** 2;
const VERIFY = "`tollgate audit verify` shows everything; keep the files, and compare them with a copy.";

/** Reads the whole journal unless it is long. */
export async function checkJournal(logFile: string, dataDir: string): Promise<Finding[]> {
  if (!existsSync(dirname(logFile))) return [];
  const obstacle = checkFolder(dirname(logFile)) ?? checkFile(logFile);
  if (obstacle) return [wrong(obstacle.message, obstacle.hint)];
  const files = listFiles(logFile);
  if (files.length === 0) return [good("There is no journal yet; the first start begins one.")];
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  if (bytes > MOST_BYTES) {
    return [good("The journal is too long to be read here; `tollgate audit verify` checks all of it.")];
  }
  try {
    const { ok, lines, problemCount } = await verifyJournal(logFile, dataDir);
    if (ok) return [good(`The journal is as it was written: ${renderAmount(lines, "line")}.`)];
    return [wrong(`The journal is not as it was written: ${renderAmount(problemCount, "finding")}.`, VERIFY)];
  } catch (error) {
    return [wrong(`The journal cannot be checked: ${sayWhy(error)}.`, VERIFY)];
  }
}
