/** First line of every journal file: chained like any other, with lifetime sums, signed. */
import type { CheckpointLine, Line } from "../core/event.ts";
import { type Head, type Sealed, sealBody, splitSeal } from "./chain.ts";
import { SIGNATURE_LENGTH, type Signer } from "./signing.ts";
import { renderTotals, type Sums } from "./totals.ts";

export interface Checkpoint {
  readonly line: Line;
  readonly text: string;
}

/** Writes where the chain stands and what it has summed up to. `prev` stands before the signature, so it is signed too. */
export function createCheckpoint(
  head: Head,
  sums: Sums,
  time: string,
  signer: Pick<Signer, "sign">,
): Checkpoint {
  const seq = head.seq + 1;
  const totals = renderTotals(sums);
  const signed = `{"seq":${seq},"time":"${time}","type":"checkpoint","totals":${JSON.stringify(totals)},"prev":"${head.hash}"`;
  const signature = signer.sign(signed);
  const sealed: Sealed = sealBody(`${signed},"signature":"${signature}"`, seq, head.hash);
  return {
    line: { type: "checkpoint", time, totals, signature, seq, prev: head.hash, hash: sealed.hash },
    text: sealed.text,
  };
}

export function isCheckpoint(
  line: Line,
): line is CheckpointLine & { seq: number; prev: string; hash: string } {
  return line.type === "checkpoint";
}

/** Whether the bytes of a checkpoint line carry a signature of this key over all that stands before it. */
export function isSigned(bytes: Uint8Array, verify: Signer["verify"]): boolean {
  const seal = splitSeal(bytes);
  if (!seal) return false;
  const tail = `,"signature":"`.length + SIGNATURE_LENGTH + 1;
  const at = seal.body.length - tail;
  if (at < 1) return false;
  const match = /^,"signature":"([^"]+)"$/.exec(Buffer.from(seal.body.subarray(at)).toString("latin1"));
  return match?.[1] !== undefined && verify(seal.body.subarray(0, at), match[1]);
}
