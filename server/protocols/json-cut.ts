/** Changes in the middle of a JSON document, spliced into its bytes: all others stay as they are (law 6, SPEC 12.4). */
import { eachElement, eachMember } from "./json-edit.ts";

/** What becomes of a value: it goes, it is another JSON text, or something in it changes. */
export type Edit =
  | { readonly kind: "cut" }
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

/** A member or an element. */
interface Item {
  readonly place: string | number;
  readonly start: number;
  readonly valueStart: number;
  readonly end: number;
}

/** Adds the patches of the value that begins at `from`, in their order. Goes no deeper than the edits do. */
function findPatches(bytes: Uint8Array, from: number, edits: Edits, patches: Patch[]): void {
  const items = itemsOf(bytes, from);
  const lastKept = items.findLastIndex(({ place }) => edits.get(place)?.kind !== "cut");
  for (const [at, { place, start, valueStart, end }] of items.entries()) {
    const edit = edits.get(place);
    if (edit?.kind === "set") patches.push({ start: valueStart, end, text: edit.text });
    else if (edit?.kind === "inside") findPatches(bytes, valueStart, edit.edits, patches);
    // Up to what follows: the comma between them goes along.
    else if (edit && at < lastKept) patches.push({ start, end: items[at + 1]?.start ?? end, text: "" });
  }
  const [first, last] = [items[lastKept + 1], items.at(-1)];
  // Nothing follows the last ones: it is the comma before them that goes along.
  if (first && last) patches.push({ start: items[lastKept]?.end ?? first.start, end: last.end, text: "" });
}

/** The members of an object, or the elements of a list; none of anything else. */
function itemsOf(bytes: Uint8Array, from: number): readonly Item[] {
  const items: Item[] = [];
  eachMember(bytes, from, ({ name, keyStart, valueStart, valueEnd }) => {
    items.push({ place: name, start: keyStart, valueStart, end: valueEnd });
  });
  eachElement(bytes, from, (start, end) => {
    items.push({ place: items.length, start, valueStart: start, end });
  });
  return items;
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
