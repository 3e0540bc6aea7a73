/** A small mail server on 127.0.0.1: it takes mail without TLS, or answers as the test says. */
import type { Socket } from "bun";
import { type Arrivals, createArrivals } from "./signals.ts";

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers and body as they came. */
  readonly text: string;
}

export interface MailServer extends AsyncDisposable {
  readonly port: number;
  next: Arrivals<Mail>["next"];
  /** Every line that clients sent. */
  readonly lines: readonly string[];
  /** Answers this command in the place of the everyday answer; undefined: as ever. */
  script: (command: string, socket: Socket<Session>) => string | null | undefined;
}

interface Session {
  pending: string;
  from: string;
  to: string[];
  /** The lines of the message, while it comes. */
  data: string[] | null;
}

const EVERYDAY: readonly (readonly [string, string])[] = [
  ["EHLO", "250-localhost\r\n250 AUTH PLAIN LOGIN"],
  ["AUTH", "235 welcome"],
  ["MAIL", "250 ok"],
  ["RCPT", "250 ok"],
  ["DATA", "354 go on"],
  ["QUIT", "221 bye"],
];

export function startMailServer(): MailServer {
  const arrivals = createArrivals<Mail>();
  const lines: string[] = [];
  const server = Bun.listen<Session>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket) {
        socket.data = { pending: "", from: "", to: [], data: null };
        say(socket, mailServer.script("CONNECT", socket) ?? "220 test");
      },
      data(socket, bytes) {
        const parts = (socket.data.pending + bytes.toString()).split("\r\n");
        socket.data.pending = parts.pop() ?? "";
        for (const line of parts) take(socket, line);
      },
      error() {},
    },
  });

  function take(socket: Socket<Session>, line: string): void {
    const session = socket.data;
    lines.push(line);
    if (session.data !== null && line !== ".") {
      session.data.push(line);
      return;
    }
    if (session.data !== null) {
      arrivals.push({ from: session.from, to: session.to, text: session.data.join("\r\n") });
      session.data = null;
      say(socket, "250 taken");
      return;
    }
    const command = line.slice(0, 4).toUpperCase();
    const address = /<(.*)>/.exec(line)?.[1] ?? "";
    if (command === "MAIL") session.from = address;
    if (command === "RCPT") session.to.push(address);
    if (command === "DATA") session.data = [];
    const scripted = mailServer.script(command, socket);
    if (scripted === null) return;
    say(socket, scripted ?? EVERYDAY.find(([name]) => name === command)?.[1] ?? "500 what?");
  }

  const mailServer: MailServer = {
    port: server.port,
    next: arrivals.next,
    lines,
    script: () => undefined,
    async [Symbol.asyncDispose]() {
      server.stop(true);
    },
  };
  return mailServer;
}

function say(socket: Socket<Session>, text: string): void {
  if (text !== "") socket.write(`${text}\r\n`);
}
