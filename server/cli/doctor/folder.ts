/** Whether the data folder can be used, and by nobody else. */
import { accessSync, constants, existsSync, readdirSync, statfsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Finding, good, warning, wrong } from "./finding.ts";

/** Below this the journal fills what is left within hours; and then no call passes. */
const LITTLE_ROOM = 512 * 1024 ** 2;
const HIDDEN = 0o077;

/** Existence, rights, openness to other users, and free room. */
export function checkDataFolder(dataDir: string): Finding[] {
  if (!existsSync(dataDir)) return [checkParent(dataDir)];
  if (!statSync(dataDir).isDirectory()) {
    return [wrong(`${dataDir} is a file.`, "Name a folder with --data-dir or gateway.data_dir.")];
  }
  try {
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    return [wrong(`The data folder ${dataDir} cannot be written by this user.`, ownIt(dataDir))];
  }
  const open = listOpen(dataDir);
  const shown = open.slice(0, 3).join(", ") + (open.length > 3 ? ` and ${open.length - 3} more` : "");
  return [
    open.length === 0
      ? good(`The data folder ${dataDir} can be used, and by this user alone.`)
      : wrong(`Other users may read or write ${shown}.`, `Close it with \`chmod -R go-rwx ${dataDir}\`.`),
    ...checkRoom(dataDir),
    ...checkToken(join(dataDir, "admin.token")),
  ];
}

/** The nearest folder that is there must let this one be made. */
function checkParent(dataDir: string): Finding {
  let parent = dirname(dataDir);
  while (!existsSync(parent)) parent = dirname(parent);
  try {
    accessSync(parent, constants.W_OK | constants.X_OK);
    return good(`There is no data folder ${dataDir} yet; the first start makes it.`);
  } catch {
    return wrong(`The data folder ${dataDir} cannot be made in ${parent} by this user.`, ownIt(parent));
  }
}

function ownIt(folder: string): string {
  return `Give ${folder} to this user, or choose another folder with --data-dir.`;
}

/** What is in the folder, and the folder itself, as far as others have rights to it. */
function listOpen(dataDir: string): string[] {
  if (process.platform === "win32") return [];
  const entries = readdirSync(dataDir, { withFileTypes: true });
  const below = entries.flatMap((entry) => {
    const path = join(dataDir, entry.name);
    return entry.isDirectory() ? [path, ...readdirSync(path).map((name) => join(path, name))] : [path];
  });
  return [dataDir, ...below].filter((path) => {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats !== undefined && (stats.mode & HIDDEN) !== 0;
  });
}

function checkRoom(dataDir: string): Finding[] {
  const { bavail, bsize } = statfsSync(dataDir);
  if (bavail * bsize >= LITTLE_ROOM) return [];
  const mebibytes = Math.floor((bavail * bsize) / 1024 ** 2);
  return [
    wrong(
      `Only ${mebibytes} MiB are left where ${dataDir} lies: without room for the journal no call passes.`,
      "Make room, or lower audit.retention.",
    ),
  ];
}

function checkToken(file: string): Finding[] {
  if (!existsSync(file)) return [];
  return [
    warning(
      `Every program of this user can read the admin token in ${file}, agents too.`,
      "Run agents as another user, or set admin.token_file: false and give the token by TOLLGATE_ADMIN_TOKEN.",
    ),
  ];
}
