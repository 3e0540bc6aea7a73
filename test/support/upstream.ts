/**
 * A provider of the test's own making on 127.0.0.1: a raw socket server that records every request as it came and
 * answers by a script, which may split, stall, lie, compress and die where a well-behaved server could not.
 */
import type { Socket } from "bun";
import { replyInDialect } from "./answers/by-path.ts";
import { createMessageReader, type Fields, fieldValue, type MessageReader } from "./http-wire.ts";
import { type Arrivals, createArrivals, within } from "./signals.ts";

export interface RecordedRequest {
  readonly method: string;
  /** Path and query exactly as sent. */
  readonly target: string;
  readonly fields: Fields;
  readonly body: Uint8Array;
  /** A field's value, case ignored, or null. */
  header(name: string): string | null;
  /** The body parsed; throws when it is not JSON. */
  json(): unknown;
}

/** One request and the connection it came by, in the hands of a script. */
export interface Exchange {
  readonly request: RecordedRequest;
  /** Puts bytes on the wire as they are; resolves when the system has taken all, false when the client has gone. */
  write(bytes: Uint8Array | string): Promise<boolean>;
  /** Bytes of this exchange that the system has taken so far: what back-pressure lets through. */
  readonly accepted: number;
  /** Resolves when the client leaves before the answer is finished. */
  readonly gone: Promise<void>;
  /** The answer is whole: the connection may serve another request. */
  finish(): void;
  /** Ends the connection in good order (FIN), whatever was promised. */
  close(): void;
  /** Ends the connection with a reset (RST). */
  reset(): void;
}

/** What a script does with an exchange. It returns when it has nothing more to do, finished or not. */
export type Reply = (exchange: Exchange) => Promise<void> | void;

export interface Upstream extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`, without a path. */
  readonly origin: string;
  readonly port: number;
  /** Every request received whole, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** Connections accepted since the start. */
  readonly connections: number;
  /** The next exchange that nobody has taken; fails with a sentence when none comes. */
  next(): Promise<Exchange>;
  /** From now on every request is answered by this script. */
  reply(script: Reply): void;
  /** The next request is answered by this script; several queue up. */
  replyOnce(script: Reply): void;
  /** Forgets requests and scripts: the state after the start. */
  reset(): void;
}

interface Link {
  reader: MessageReader;
  exchange: LiveExchange | null;
  writing: { bytes: Uint8Array; done: (isTaken: boolean) => void } | null;
}

type LiveExchange = Exchange & { left(): void; taken(count: number): void };

/** Starts an upstream; without a script it answers in the dialect that the request's path speaks. */
export function startUpstream(script: Reply = replyInDialect): Upstream {
  const requests: RecordedRequest[] = [];
  const queued: Reply[] = [];
  let arrivals: Arrivals<Exchange> = createArrivals();
  let everyday = script;
  let connections = 0;

  function onRequest(socket: Socket<Link>, request: RecordedRequest): void {
    const exchange = createExchange(socket, request);
    socket.data.exchange = exchange;
    requests.push(request);
    arrivals.push(exchange);
    const reply = queued.shift() ?? everyday;
    void reply(exchange);
  }

  const server = Bun.listen<Link>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket) {
        connections += 1;
        const reader = readRequests((request) => onRequest(socket, request));
        socket.data = { reader, exchange: null, writing: null };
      },
      data: (socket, bytes) => socket.data.reader.feed(bytes),
      drain: pump,
      close(socket) {
        socket.data.writing?.done(false);
        socket.data.exchange?.left();
      },
      error: (socket) => socket.terminate(),
    },
  });

  return {
    origin: `http://127.0.0.1:${server.port}`,
    port: server.port,
    requests,
    get connections() {
      return connections;
    },
    next: () => within(arrivals.next(), "a request at the upstream"),
    reply(next) {
      everyday = next;
    },
    replyOnce: (next) => void queued.push(next),
    reset() {
      requests.length = 0;
      queued.length = 0;
      arrivals = createArrivals();
      everyday = script;
    },
    async [Symbol.asyncDispose]() {
      server.stop(true);
    },
  };
}

function readRequests(onRequest: (request: RecordedRequest) => void): MessageReader {
  let startLine = "";
  let fields: Fields = [];
  let pieces: Uint8Array[] = [];
  return createMessageReader("request", {
    head(head) {
      ({ startLine, fields } = head);
      pieces = [];
    },
    body: (piece) => void pieces.push(piece),
    end() {
      const [method = "", target = ""] = startLine.split(" ");
      onRequest(record(method, target, fields, Buffer.concat(pieces)));
    },
  });
}

function record(method: string, target: string, fields: Fields, body: Uint8Array): RecordedRequest {
  return {
    method,
    target,
    fields,
    body,
    header: (name) => fieldValue(fields, name),
    json: () => JSON.parse(new TextDecoder().decode(body)),
  };
}

function createExchange(socket: Socket<Link>, request: RecordedRequest): LiveExchange {
  const { promise: gone, resolve: leave } = Promise.withResolvers<void>();
  let accepted = 0;
  let isOver = false;
  const exchange: LiveExchange = {
    request,
    gone,
    get accepted() {
      return accepted;
    },
    write(bytes) {
      if (isOver) return Promise.resolve(false);
      return new Promise((done) => {
        socket.data.writing = { bytes: typeof bytes === "string" ? Buffer.from(bytes) : bytes, done };
        pump(socket);
      });
    },
    finish() {
      isOver = true;
      if (socket.data.exchange === exchange) socket.data.exchange = null;
    },
    close() {
      exchange.finish();
      socket.end();
    },
    reset() {
      exchange.finish();
      socket.terminate();
    },
    left() {
      isOver = true;
      leave();
    },
    taken(count) {
      accepted += count;
    },
  };
  return exchange;
}

/** Hands the system as much of the current write as it takes; `drain` calls again. */
function pump(socket: Socket<Link>): void {
  const { writing, exchange } = socket.data;
  if (!writing) return;
  const count = Math.max(0, socket.write(writing.bytes));
  exchange?.taken(count);
  if (count < writing.bytes.length) {
    writing.bytes = writing.bytes.subarray(count);
    return;
  }
  socket.data.writing = null;
  writing.done(true);
}
