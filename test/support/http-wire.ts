/** HTTP/1.1 as bytes (RFC 9112): messages taken apart exactly as they came, so that a test sees what was really sent. */

/** Header fields in the order and spelling of the wire. */
export type Fields = readonly (readonly [name: string, value: string])[];

export interface Head {
  /** `POST /v1/messages?beta=true HTTP/1.1` or `HTTP/1.1 200 OK`. */
  readonly startLine: string;
  readonly fields: Fields;
}

export interface MessageListener {
  head(head: Head): void;
  body(piece: Uint8Array): void;
  end(): void;
}

export interface MessageReader {
  feed(bytes: Uint8Array): void;
  /** The connection was closed by the sender; true when that was a legitimate end of the message. */
  finish(): boolean;
}

type State =
  | { at: "head" }
  | { at: "length"; left: number }
  | { at: "chunkSize" }
  | { at: "chunk"; left: number }
  | { at: "chunkEnd" }
  | { at: "trailer" }
  | { at: "untilClose" };

/** The value of a field, case ignored; the first when there are several, null when there is none. */
export function fieldValue(fields: Fields, name: string): string | null {
  return fields.find(([given]) => given.toLowerCase() === name.toLowerCase())?.[1] ?? null;
}

/** Bytes as text, one character a byte: for what is ASCII by definition. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

/**
 * Reads one message after another from a connection. A response without a length runs until the close; one to HEAD
 * (`bodiless`) and those of status 1xx, 204 and 304 have no body.
 */
export function createMessageReader(
  kind: "request" | "response",
  listener: MessageListener,
  bodiless = false,
): MessageReader {
  let pending: Buffer = Buffer.alloc(0);
  let state: State = { at: "head" };

  function takeLine(): string | null {
    const index = pending.indexOf("\r\n");
    if (index < 0) return null;
    const line = pending.toString("latin1", 0, index);
    pending = pending.subarray(index + 2);
    return line;
  }

  function take(left: number): Uint8Array {
    const piece = pending.subarray(0, left);
    pending = pending.subarray(piece.length);
    return piece;
  }

  function end(): void {
    state = { at: "head" };
    listener.end();
  }

  /** Moves on by one element; false when it needs more bytes. */
  function step(): boolean {
    switch (state.at) {
      case "head": {
        const index = pending.indexOf("\r\n\r\n");
        if (index < 0) return false;
        const head = parseHead(pending.toString("latin1", 0, index));
        pending = pending.subarray(index + 4);
        listener.head(head);
        state = bodyOf(kind, head, bodiless);
        if (state.at === "length" && state.left === 0) end();
        return true;
      }
      case "length":
      case "chunk": {
        if (pending.length === 0) return false;
        const piece = take(state.left);
        listener.body(piece);
        const left = state.left - piece.length;
        if (left > 0) state = { at: state.at, left };
        else if (state.at === "chunk") state = { at: "chunkEnd" };
        else end();
        return true;
      }
      case "chunkSize": {
        const line = takeLine();
        if (line === null) return false;
        const left = Number.parseInt(line, 16);
        if (Number.isNaN(left)) throw new Error(`not a chunk size: ${JSON.stringify(line)}`);
        state = left === 0 ? { at: "trailer" } : { at: "chunk", left };
        return true;
      }
      case "chunkEnd": {
        if (takeLine() === null) return false;
        state = { at: "chunkSize" };
        return true;
      }
      case "trailer": {
        const line = takeLine();
        if (line === null) return false;
        if (line === "") end();
        return true;
      }
      case "untilClose": {
        if (pending.length === 0) return false;
        listener.body(take(pending.length));
        return true;
      }
    }
  }

  return {
    feed(bytes) {
      pending = pending.length === 0 ? Buffer.from(bytes) : Buffer.concat([pending, bytes]);
      while (step());
    },
    finish() {
      if (state.at !== "untilClose") return state.at === "head" && pending.length === 0;
      end();
      return true;
    },
  };
}

function parseHead(text: string): Head {
  const [startLine = "", ...lines] = text.split("\r\n");
  const fields = lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
  });
  return { startLine, fields };
}

function bodyOf(kind: "request" | "response", head: Head, bodiless: boolean): State {
  const length = fieldValue(head.fields, "content-length");
  const isChunked = fieldValue(head.fields, "transfer-encoding")?.toLowerCase() === "chunked";
  if (kind === "response" && (bodiless || /^HTTP\/1\.1 (?:1\d\d|204|304) /.test(head.startLine))) {
    return { at: "length", left: 0 };
  }
  if (isChunked) return { at: "chunkSize" };
  if (length !== null) return { at: "length", left: Number(length) };
  return kind === "request" ? { at: "length", left: 0 } : { at: "untilClose" };
}
