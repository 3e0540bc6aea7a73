/** Several requests on one connection, each sent when the one before is answered (RFC 9112 §9.3). */
import { connect } from "node:net";
import type { WholeAnswer } from "./client.ts";
import { createMessageReader, type Fields, fieldValue } from "./http-wire.ts";
import { within } from "./signals.ts";

/** Resolves with as many answers as there are requests; fails when the connection ends before the last. */
export async function exchangeInTurn(url: string, requests: readonly Uint8Array[]): Promise<WholeAnswer[]> {
  const { hostname, port } = new URL(url);
  const { promise, resolve, reject } = Promise.withResolvers<WholeAnswer[]>();
  const answers: WholeAnswer[] = [];
  let status = 0;
  let fields: Fields = [];
  let pieces: Uint8Array[] = [];
  const reader = createMessageReader("response", {
    head(head) {
      status = Number(head.startLine.split(" ")[1]);
      fields = head.fields;
      pieces = [];
    },
    body: (piece) => void pieces.push(piece),
    end() {
      const own = fields;
      const header = (name: string) => fieldValue(own, name);
      answers.push({ status, fields, header, body: Buffer.concat(pieces), isWhole: true });
      if (answers.length === requests.length) resolve(answers);
      else sendNext();
    },
  });
  const socket = connect({ host: hostname, port: Number(port) });
  const sendNext = () => void socket.write(requests[answers.length] ?? "");
  socket.on("connect", sendNext);
  socket.on("data", (bytes: Buffer) => reader.feed(bytes));
  socket.on("error", reject);
  socket.on("close", () => reject(new Error(`the connection ended after ${answers.length} answers`)));
  try {
    return await within(promise, `${requests.length} answers on one connection`);
  } finally {
    socket.destroy();
  }
}
