/** An HTTP client made of one raw connection: sends what a test says, byte for byte, and can stop reading or vanish. */
import { connect as openSocket, type Socket } from "node:net";
import { createMessageReader, type Fields, fieldValue, latin1 } from "./http-wire.ts";
import { within } from "./signals.ts";

export interface RawAnswer {
  readonly status: number;
  readonly fields: Fields;
  header(name: string): string | null;
}

export interface WholeAnswer extends RawAnswer {
  readonly body: Buffer;
  /** False when the connection ended before the answer did. */
  readonly isWhole: boolean;
}

export interface Connection {
  send(bytes: Uint8Array | string): void;
  /** The status line and headers of the answer, once they are here. */
  head(): Promise<RawAnswer>;
  /** Resolves as soon as the body so far contains this text. */
  sees(text: string): Promise<void>;
  /** The answer to its end, or to the end of the connection. */
  answer(): Promise<WholeAnswer>;
  /** Body bytes that have arrived so far. */
  readonly received: number;
  /** Stops reading: the sender's window fills up. */
  pause(): void;
  resume(): void;
  /** Resets the connection, as a killed process would. */
  vanish(): void;
  /** Closes the connection in good order. */
  close(): void;
}

export interface RequestParts {
  readonly method?: string;
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** Opens a connection to the host of `url`; `bodiless` when the request will be HEAD. */
export async function connect(url: string, bodiless = false): Promise<Connection> {
  const { hostname, port } = new URL(url);
  const socket = openSocket({ host: hostname, port: Number(port) });
  const connection = attach(socket, bodiless);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once("connect", resolve);
  socket.once("error", reject);
  await within(promise, `a connection to ${url}`);
  return connection;
}

/** Sends one request on a connection of its own and gives back the whole answer. */
export async function exchange(url: string, parts: RequestParts): Promise<WholeAnswer> {
  const connection = await connect(url, parts.method === "HEAD");
  connection.send(renderRequest(url, parts));
  const answer = await connection.answer();
  connection.close();
  return answer;
}

/** A request as bytes: Host and Content-Length are added unless they are given. */
export function renderRequest(url: string, parts: RequestParts): Buffer {
  const body = Buffer.from(parts.body ?? "");
  const given = parts.headers ?? {};
  const names = new Set(Object.keys(given).map((name) => name.toLowerCase()));
  const headers = {
    ...(names.has("host") ? {} : { Host: new URL(url).host }),
    ...given,
    ...(parts.body === undefined || names.has("content-length") || names.has("transfer-encoding")
      ? {}
      : { "Content-Length": String(body.length) }),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `${parts.method ?? "POST"} ${parts.target} HTTP/1.1\r\n${lines.join("")}\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

function attach(socket: Socket, bodiless: boolean): Connection {
  const pieces: Uint8Array[] = [];
  const watchers = new Set<() => void>();
  const head = Promise.withResolvers<RawAnswer>();
  const over = Promise.withResolvers<boolean>();
  let received = 0;
  let seen = "";

  const reader = createMessageReader(
    "response",
    {
      head: ({ startLine, fields }) => head.resolve(rawAnswer(startLine, fields)),
      body(piece) {
        pieces.push(piece);
        received += piece.length;
        if (watchers.size > 0) seen += latin1(piece);
        for (const watch of watchers) watch();
      },
      end: () => over.resolve(true),
    },
    bodiless,
  );
  socket.on("data", (bytes: Buffer) => reader.feed(bytes));
  socket.on("error", () => over.resolve(false));
  socket.on("close", () => {
    head.reject(new Error("the connection ended before an answer came"));
    if (!reader.finish()) over.resolve(false);
    over.resolve(false);
  });
  head.promise.catch(() => undefined); // whoever asks for the head sees the error; nobody has to ask

  return {
    send: (bytes) => void socket.write(bytes),
    head: () => within(head.promise, "the head of an answer"),
    sees(text) {
      const { promise, resolve } = Promise.withResolvers<void>();
      seen = latin1(Buffer.concat(pieces));
      const watch = () => {
        if (!seen.includes(text)) return;
        watchers.delete(watch);
        resolve();
      };
      watchers.add(watch);
      watch();
      return within(promise, `${JSON.stringify(text)} in the answer`);
    },
    async answer() {
      const isWhole = await within(over.promise, "the end of an answer");
      return { ...(await head.promise), body: Buffer.concat(pieces), isWhole };
    },
    get received() {
      return received;
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    vanish: () => void socket.resetAndDestroy(),
    close: () => void socket.destroy(),
  };
}

function rawAnswer(startLine: string, fields: Fields): RawAnswer {
  return {
    status: Number(startLine.split(" ")[1]),
    fields,
    header: (name) => fieldValue(fields, name),
  };
}
