/** Which gateway a command talks to, and with which token. */
import { join, resolve } from "node:path";
import type { ArgsDef } from "citty";
import { type Locations, parseLocations } from "../config/load.ts";
import { renderProblem } from "../config/problem.ts";
import { type Failure, failure, isFailure } from "./failure.ts";
import { readText } from "./files.ts";
import { findMeant, findOwnGateway } from "./own-gateway.ts";
import type { Terminal } from "./terminal.ts";

/** The options by which every command that needs a running gateway finds it. */
export const TARGET_ARGS = {
  url: { type: "string", valueHint: "URL", description: "Address of the gateway (or TOLLGATE_URL)" },
  token: { type: "string", valueHint: "TOKEN", description: "Admin token (or TOLLGATE_ADMIN_TOKEN)" },
  config: { type: "string", alias: "c", valueHint: "FILE", description: "The gateway's configuration file" },
  "data-dir": { type: "string", valueHint: "DIR", description: "The gateway's data folder" },
} as const satisfies ArgsDef;

export interface TargetOptions {
  readonly url?: string | undefined;
  readonly token?: string | undefined;
  readonly config?: string | undefined;
  readonly "data-dir"?: string | undefined;
}

export interface Target extends Address {
  readonly token: string;
  readonly tokenSource: string;
}

/** Where a gateway is. The sources say where that is known from, for messages: `--url`, `/home/me/.tollgate/run.json`. */
export interface Address {
  readonly url: string;
  readonly urlSource: string;
}

/**
 * The address from `--url`, `TOLLGATE_URL` or the `run.json` of the data folder; the token from `--token`,
 * `TOLLGATE_ADMIN_TOKEN` or the folder's `admin.token`, which is for the folder's own gateway and nobody else: that is
 * asked where it listens itself, by whatever name it was given (SPEC 16.1, 20).
 */
export function findTarget(options: TargetOptions, terminal: Terminal): Target | Failure {
  const located = locate(options, terminal);
  if (isFailure(located)) return located;
  const address = findAddress(options, terminal, located.dataDir);
  if (isFailure(address)) return address;
  const token = findToken(options, terminal, located.dataDir, address);
  if (isFailure(token)) return token;
  return { ...address, token: token.value, tokenSource: token.source };
}

/** The address alone, for what needs no token. */
export function findGateway(options: TargetOptions, terminal: Terminal): Address | Failure {
  const located = locate(options, terminal);
  return isFailure(located) ? located : findAddress(options, terminal, located.dataDir);
}

/** The data folder and the journal of the gateway that `-c FILE` and `--data-dir` describe, or of the default one. */
export function locate(options: TargetOptions, terminal: Terminal): Locations | Failure {
  let text = "";
  const file = options.config ? resolve(terminal.cwd, options.config) : null;
  if (file !== null) {
    const read = readText(file);
    if (isFailure(read)) return read;
    if (read.text === null) return failure(`There is no file ${file}.`, "Check the path after -c.");
    text = read.text;
  }
  const located = parseLocations(text, {
    file,
    env: terminal.env,
    home: terminal.home,
    cwd: terminal.cwd,
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    providers: [],
    overrides: { "data-dir": options["data-dir"] },
  });
  if ("dataDir" in located) return located;
  return failure(located.problems.map(renderProblem).join("\n"));
}

interface Found {
  readonly value: string;
  readonly source: string;
}

function findAddress(options: TargetOptions, terminal: Terminal, dataDir: string): Address | Failure {
  const { url } = options;
  const { env } = terminal;
  const [given, source] = url ? [url, "--url"] : [env.TOLLGATE_URL, "TOLLGATE_URL"];
  if (given) {
    const parsed = URL.parse(given);
    if (parsed?.protocol === "http:" || parsed?.protocol === "https:") {
      const meant = findGivenToken(options, terminal) ? null : findOwnMeant(given, dataDir);
      return { url: meant ?? given.replace(/\/+$/, ""), urlSource: source };
    }
    return failure(`${source} is not an address such as http://127.0.0.1:8080.`);
  }
  const own = findOwnGateway(dataDir);
  return isFailure(own) ? own : { url: own.url, urlSource: own.file };
}

/** The address of the folder's gateway that this one means; null when it means another, or nothing is known of one. */
function findOwnMeant(address: string, dataDir: string): string | null {
  const own = findOwnGateway(dataDir);
  return isFailure(own) ? null : findMeant(address, own);
}

function findGivenToken({ token }: TargetOptions, { env }: Terminal): Found | null {
  if (token) return { value: token, source: "--token" };
  if (env.TOLLGATE_ADMIN_TOKEN) return { value: env.TOLLGATE_ADMIN_TOKEN, source: "TOLLGATE_ADMIN_TOKEN" };
  return null;
}

function findToken(
  options: TargetOptions,
  terminal: Terminal,
  dataDir: string,
  { url, urlSource }: Address,
): Found | Failure {
  const given = findGivenToken(options, terminal);
  if (given) return given;
  const file = join(dataDir, "admin.token");
  const read = readText(file);
  if (isFailure(read)) return read;
  const value = read.text?.trim();
  if (!value) {
    return failure(
      `The admin token is needed, and ${file} does not hold it.`,
      "Give it with --token or TOLLGATE_ADMIN_TOKEN; it was printed when the gateway first started.",
    );
  }
  // Asked anew and to the letter: between two looks the gateway may have gone, or begun, elsewhere.
  if (findOwnMeant(url, dataDir) === url) return { value, source: file };
  return failure(
    `${url} (from ${urlSource}) is not known to be the gateway that runs on ${dataDir}: it is not shown the token in ${file}.`,
    "Give that gateway's token with --token or TOLLGATE_ADMIN_TOKEN.",
  );
}
