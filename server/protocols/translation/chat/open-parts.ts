/** The parts of an answer while its stream is read: which are open, and what begins and ends with each piece. */
import { parseJson } from "../../json.ts";
import type { NeutralEvent, PartHead, Signature } from "../form.ts";

/** Most calls of one answer that are told apart. */
const MOST_CALLS = 1_024;

/** Text, a refusal or thinking: one of them is open at a time. */
interface Prose {
  readonly index: number;
  /** What it is, and where in the format it stands: what stands elsewhere is another part. */
  readonly place: string;
  /** The signature with which it ends. */
  sign: () => Signature | null;
}

interface Call {
  readonly index: number;
  readonly id: string;
  /** The arguments so far. */
  args: string;
  isOpen: boolean;
  /** Whether it was looked whether the arguments are whole. */
  isTried: boolean;
}

/** What a piece of the stream says about a call. */
export interface CallPiece {
  /** By what the format tells calls apart; null: it does not say. */
  readonly key: number | string | null;
  readonly id: string | null;
  readonly name: string | null;
  readonly args: string;
  readonly signature: Signature | null;
}

export interface OpenParts {
  /** Goes on with the prose in `place`, or begins it; `sign` gives the signature when it ends. */
  tell(head: PartHead, place: string, text: string, sign?: Prose["sign"]): readonly NeutralEvent[];
  /** Signs the text that is open, if it is. */
  signText(signature: Signature): readonly NeutralEvent[];
  /** Begins a call, or goes on with it. `nameId` makes the id of a call that has none, from its number. */
  call(piece: CallPiece, nameId: (number: number) => string): readonly NeutralEvent[];
  /** Ends all that is open. */
  close(): readonly NeutralEvent[];
  readonly hasCalls: boolean;
}

/** No part yet. */
export function createOpenParts(): OpenParts {
  const calls = new Map<number | string, Call>();
  const state: { prose: Prose | null; parts: number; calls: number; latest: number | string } = {
    prose: null,
    parts: 0,
    calls: 0,
    latest: 0,
  };

  return {
    tell,
    signText(signature) {
      if (state.prose?.place !== "text") return [];
      return [{ kind: "signature", index: state.prose.index, signature }];
    },
    call: readCall,
    close: () => [...closeProse(), ...[...calls.values()].flatMap(closeCall)],
    get hasCalls() {
      return state.calls > 0;
    },
  };

  function tell(
    head: PartHead,
    place: string,
    text: string,
    sign: Prose["sign"] = () => null,
  ): readonly NeutralEvent[] {
    if (state.prose?.place === place) {
      state.prose.sign = sign;
      return pieceOf(state.prose.index, text);
    }
    const ended = [...closeProse(), ...closeWholeCall()];
    const index = state.parts++;
    state.prose = { index, place, sign };
    return [...ended, { kind: "part-start", index, part: head }, ...pieceOf(index, text)];
  }

  function readCall(piece: CallPiece, nameId: (number: number) => string): readonly NeutralEvent[] {
    const key = piece.key ?? piece.id ?? state.latest;
    const known = calls.get(key);
    // Some hosts number all their calls alike: another id is another call.
    if (known && (piece.id === null || piece.id === known.id)) return goOn(known, piece);
    const saysNothing = piece.id === null && piece.name === null && piece.args === "";
    if (saysNothing || state.calls === MOST_CALLS) return [];
    const ended = [...closeProse(), ...(known ? closeCall(known) : []), ...closeWholeCall()];
    const call: Call = {
      index: state.parts++,
      id: piece.id ?? nameId(state.calls),
      args: "",
      isOpen: true,
      isTried: false,
    };
    state.calls++;
    state.latest = key;
    calls.set(key, call);
    const part: PartHead = { kind: "tool-call", id: call.id, name: piece.name ?? "" };
    return [...ended, { kind: "part-start", index: call.index, part }, ...goOn(call, piece)];
  }

  function goOn(call: Call, { args, signature }: CallPiece): readonly NeutralEvent[] {
    if (!call.isOpen) return [];
    const { index } = call;
    call.args += args;
    return [
      ...pieceOf(index, args),
      ...(signature ? [{ kind: "signature" as const, index, signature }] : []),
    ];
  }

  function closeProse(): readonly NeutralEvent[] {
    const { prose } = state;
    if (!prose) return [];
    state.prose = null;
    const signature = prose.sign();
    const { index } = prose;
    return [
      ...(signature ? [{ kind: "signature" as const, index, signature }] : []),
      { kind: "part-end", index },
    ];
  }

  /**
   * Calls come one after the other, but nothing says when one is over: its arguments do, once they are whole. A call of
   * which they are not stays open until all is, in case that its pieces come among those of others.
   */
  function closeWholeCall(): readonly NeutralEvent[] {
    const call = calls.get(state.latest);
    if (!call || call.isTried) return [];
    call.isTried = true;
    return parseJson(call.args) === undefined ? [] : closeCall(call);
  }
}

function closeCall(call: Call): readonly NeutralEvent[] {
  if (!call.isOpen) return [];
  call.isOpen = false;
  return [{ kind: "part-end", index: call.index }];
}

function pieceOf(index: number, text: string): readonly NeutralEvent[] {
  return text === "" ? [] : [{ kind: "piece", index, text }];
}
