/**
 * Whether this process finds a connection to a host at all, by the system's table of its sockets. Linux alone has one to
 * read; elsewhere nothing is known. https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html
 */
import { readdir, readFile, readlink } from "node:fs/promises";
import { isIP } from "node:net";
import type { IsUnconnected } from "./gateway/contact.ts";
import type { Resolve } from "./gateway/target-url.ts";

/** A socket of the table, by its far end. */
export interface ListedSocket {
  /** In the form that URLs have. */
  readonly address: string;
  readonly port: number;
  readonly state: "opening" | "open" | "over";
  /** By which a process knows it. */
  readonly inode: string;
}

export interface SocketTables {
  /** The text of a table of sockets. */
  readonly read: (table: "tcp" | "tcp6") => Promise<string>;
  /** What this process has open: `socket:[123]` is one with that inode. */
  readonly listOwn: () => Promise<readonly string[]>;
  readonly resolve: Resolve;
}

/** Those of this process. */
export const SYSTEM_TABLES: Omit<SocketTables, "resolve"> = {
  read: (table) => readFile(`/proc/self/net/${table}`, "utf8"),
  async listOwn() {
    const files = await readdir("/proc/self/fd");
    // One may be closed meanwhile.
    return Promise.all(files.map((file) => readlink(`/proc/self/fd/${file}`).catch(() => "")));
  },
};

/** Asks the tables. What cannot be read says nothing. */
export function createIsUnconnected({ read, listOwn, resolve }: SocketTables): IsUnconnected {
  return async (host, port, calls) => {
    try {
      const addresses = isIP(host) ? [host] : await resolve(host);
      const tables = await Promise.all([read("tcp"), read("tcp6").catch(() => "")]);
      const own = new Set(await listOwn());
      const sockets = tables.flatMap(parseSockets).filter(({ inode }) => own.has(`socket:[${inode}]`));
      return areKnocking(sockets, addresses, port, calls);
    } catch {
      // Another system than Linux, or a name that is no longer known.
      return false;
    }
  };
}

/**
 * Whether so many calls can all be without a connection to these addresses: none is open, and as many are being opened to
 * one of them. With fewer, some call has its connection to an address that the host's name does not lead to any more.
 */
export function areKnocking(
  sockets: readonly ListedSocket[],
  addresses: readonly string[],
  port: number,
  calls: number,
): boolean {
  const opening = new Map(addresses.map((address) => [inUrlForm(address), 0]));
  for (const { address, port: own, state } of sockets) {
    const before = own === port ? opening.get(address) : undefined;
    if (before === undefined) continue;
    if (state === "open") return false;
    if (state === "opening") opening.set(address, before + 1);
  }
  return calls > 0 && Math.max(0, ...opening.values()) >= calls;
}

/** The sockets in a table's text; its first line is a heading. */
export function parseSockets(table: string): ListedSocket[] {
  const rows = table.split("\n").slice(1);
  return rows.flatMap((row) => {
    const [, , remote = "", state = "", , , , , , inode = ""] = row.trim().split(/\s+/);
    const [address = "", port = ""] = remote.split(":");
    const bytes = address.length === 8 || address.length === 32 ? bytesOf(address) : null;
    return bytes
      ? [{ address: renderAddress(bytes), port: Number.parseInt(port, 16), state: stateOf(state), inode }]
      : [];
  });
}

const SYN_SENT = "02";
/** TIME_WAIT, CLOSE. */
const OVER: ReadonlySet<string> = new Set(["06", "07"]);

function stateOf(code: string): ListedSocket["state"] {
  if (code === SYN_SENT) return "opening";
  return OVER.has(code) ? "over" : "open";
}

/** Each four bytes stand as one number of the machine's: the last comes first. */
function bytesOf(hex: string): number[] {
  const words = hex.match(/.{8}/g) ?? [];
  return words.flatMap((word) =>
    (word.match(/../g) ?? []).reverse().map((byte) => Number.parseInt(byte, 16)),
  );
}

function renderAddress(bytes: readonly number[]): string {
  if (bytes.length === 4) return bytes.join(".");
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  if (isMapped) return bytes.slice(12).join(".");
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return inUrlForm((hex.match(/.{4}/g) ?? []).join(":"));
}

/** One form for each address: an IPv6 one can be written in many. */
function inUrlForm(address: string): string {
  return address.includes(":") ? new URL(`http://[${address}]/`).hostname : address;
}
