/** Finds out whether a host takes connections, by opening one and closing it again. */
import { isIP, type Socket } from "node:net";
import type { Millis } from "./core/duration.ts";
import type { Dial } from "./gateway/contact.ts";
import type { Resolve } from "./gateway/target-url.ts";
import type { Every } from "./gateway/watchdog.ts";

export interface DialParts {
  /** Begins to connect: `net.connect` in the running gateway. */
  readonly connect: (port: number, host: string) => Socket;
  readonly resolve: Resolve;
  readonly every: Every;
  /** The process's environment: a proxy in it stands between the gateway and every host. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

type Finding = "answer" | "silence" | "nothing";

/** A host that is there completes a handshake within a round trip, or after a lost packet or two. */
const PATIENCE: Millis = 5_000;

/** Fetch heeds these, for every host. */
const PROXIES = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"];

/** Tries all addresses of a host at once. Behind a proxy nothing can be found out: hosts may be silent to all but that. */
export function createDial({ connect, resolve, every, env }: DialParts): Dial {
  if (PROXIES.some((name) => env[name])) return async () => true;

  return async (host, port) => {
    // A name that cannot be looked up fails the request by itself.
    const addresses = isIP(host) ? [host] : await resolve(host).catch((): string[] => []);
    const findings = await Promise.all(
      addresses.map((address) => knock(address, port).catch((): Finding => "nothing")),
    );
    return findings.includes("answer") || !findings.includes("silence");
  };

  function knock(address: string, port: number): Promise<Finding> {
    return new Promise((found) => {
      const socket = connect(port, address);
      const done = (finding: Finding): void => {
        stop();
        socket.destroy();
        found(finding);
      };
      const stop = every(PATIENCE, () => done("silence"));
      socket.unref();
      socket.on("connect", () => done("answer"));
      socket.on("error", (cause) => done(readError(cause)));
    });
  }
}

/** One that is turned away has been heard. Any other error, such as having no route or no descriptors left, tells of this machine. */
function readError(cause: NodeJS.ErrnoException): Finding {
  if (cause.code === "ECONNREFUSED" || cause.code === "ECONNRESET") return "answer";
  return cause.code === "ETIMEDOUT" ? "silence" : "nothing";
}
