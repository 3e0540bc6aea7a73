/** Which process listens on a port, as far as Linux tells this user (proc(5)). */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

const LISTENS = "0A";

/** `node (process 4711)`; null where it cannot be known. */
export function findHolder(port: number): string | null {
  const sockets = new Set(["tcp", "tcp6"].flatMap((table) => readSockets(table, port)));
  if (sockets.size === 0) return null;
  const pid = listNames("/proc").find((name) => /^\d+$/.test(name) && holds(name, sockets));
  if (pid === undefined) return null;
  const command = attempt(() => readFileSync(`/proc/${pid}/comm`, "utf8").trim());
  return `${command ?? "a program"} (process ${pid})`;
}

/** The inodes of the sockets that listen on this port. */
function readSockets(table: string, port: number): string[] {
  const lines =
    attempt(() => readFileSync(`/proc/net/${table}`, "utf8"))
      ?.split("\n")
      .slice(1) ?? [];
  const sought = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return lines.flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const [, local = "", , state] = fields;
    return local.endsWith(sought) && state === LISTENS && fields[9] ? [fields[9]] : [];
  });
}

function holds(pid: string, sockets: ReadonlySet<string>): boolean {
  return listNames(`/proc/${pid}/fd`).some((descriptor) => {
    const link = attempt(() => readlinkSync(`/proc/${pid}/fd/${descriptor}`)) ?? "";
    return sockets.has(/^socket:\[(\d+)\]$/.exec(link)?.[1] ?? "");
  });
}

function listNames(folder: string): string[] {
  return attempt(() => readdirSync(folder)) ?? [];
}

/** Processes end while one looks, and others' are closed to us. */
function attempt<Result>(read: () => Result): Result | null {
  try {
    return read();
  } catch {
    return null;
  }
}
