/** Changes in the middle of a JSON document, spliced into its bytes: all others stay as they are (law 6, SPEC 12.4). */
import { eachElement, eachMember } from "./json-edit.ts";

/** What becomes of a value: it goes, it is another JSON text, or something in it changes; a member may get another name. */
export type Edit =
  | { readonly kind: "cut" }
  | { readonly kind: "rename"; readonly name: string }
  | { readonly kind: "set"; readonly text: string }
  | { readonly kind: "inside"; readonly edits: Edits };

/** What becomes of an object's members, by name, or of a list's elements, by number. */
export type Edits = ReadonlyMap<string | number, Edit>;

/** The value goes, with the comma that parted it from its neighbour. */
export const CUT: Edit = { kind: "cut" };

/** What changes in the value are those of its members or elements; null where there are none. */
export function editInside(edits: Iterable<readonly [string | number, Edit | null]>): Edit | null {
  const some = new Map<string | number, Edit>();
  for (const [place, edit] of edits) if (edit) some.set(place, edit);
  return some.size > 0 ? { kind: "inside", edits: some } : null;
}

/** What changes in a list, by its elements' order; it goes as a whole where none of them is left. */
export function editList(edits: readonly (Edit | null)[]): Edit | null {
  const isGone = edits.length > 0 && edits.every((edit) => edit?.kind === "cut");
  return isGone ? CUT : editInside(edits.entries());
}

/**
 * The document with these edits of the object that it is. It must have been parsed once; places that it does not have are
 * passed over.
 */
export function editDocument(bytes: Uint8Array, edits: Edits): Uint8Array<ArrayBuffer> {
  const patches: Patch[] = [];
  findPatches(bytes, 0, edits, patches);
  return applyPatches(bytes, patches);
}

/** Bytes that become a text; ends exclusive. */
interface Patch {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Adds the patches of the value that begins at `from`, in their order. Goes no deeper than the edits do, and keeps nothing of
 * what they pass over.
 */
function findPatches(bytes: Uint8Array, from: number, edits: Edits, patches: Patch[]): void {
  const passed: { keptEnd: number | null; cutStart: number | null; end: number } = {
    keptEnd: null,
    cutStart: null,
    end: from,
  };
  eachMember(bytes, from, ({ name, keyStart, valueStart, valueEnd }) =>
    pass(name, keyStart, valueStart, valueEnd),
  );
  const place = { next: 0 };
  eachElement(bytes, from, (start, end) => pass(place.next++, start, start, end));
  // Nothing follows the last ones: it is the comma before them that goes along.
  if (passed.cutStart !== null) {
    patches.push({ start: passed.keptEnd ?? passed.cutStart, end: passed.end, text: "" });
  }

  function pass(at: string | number, start: number, valueStart: number, end: number): void {
    const edit = edits.get(at);
    passed.end = end;
    if (edit?.kind === "cut") {
      passed.cutStart ??= start;
      return;
    }
    // Up to what follows: the comma between them goes along.
    if (passed.cutStart !== null) patches.push({ start: passed.cutStart, end: start, text: "" });
    passed.cutStart = null;
    passed.keptEnd = end;
    if (edit?.kind === "set") patches.push({ start: valueStart, end, text: edit.text });
    if (edit?.kind === "rename") {
      patches.push({ start, end: valueStart, text: `${JSON.stringify(edit.name)}:` });
    }
    if (edit?.kind === "inside") findPatches(bytes, valueStart, edit.edits, patches);
  }
}

function applyPatches(bytes: Uint8Array, patches: readonly Patch[]): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = [];
  let kept = 0;
  for (const { start, end, text } of patches) {
    pieces.push(bytes.subarray(kept, start), Buffer.from(text));
    kept = end;
  }
  return Buffer.concat([...pieces, bytes.subarray(kept)]);
}
