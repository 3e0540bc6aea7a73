/** The YAML text as a tree of values that know where they stand, so that every later problem can say so too. */
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import type { Place, Problem } from "./problem.ts";
import { explainFaults, UNKNOWN_ALIAS } from "./yaml-faults.ts";

export type Tree = ScalarTree | ListTree | MapTree;

export interface ScalarTree {
  readonly kind: "scalar";
  readonly at: Place;
  readonly value: string | number | boolean | null;
  /** Given as text where only text can be given (an option): may stand for a number or a switch. */
  readonly loose: boolean;
}

export interface ListTree {
  readonly kind: "list";
  readonly at: Place;
  readonly items: readonly Tree[];
}

export interface MapTree {
  readonly kind: "map";
  readonly at: Place;
  readonly members: readonly Member[];
}

export interface Member {
  readonly key: string;
  readonly at: Place;
  readonly value: Tree;
}

/** Aliases may repeat values, but never blow a small file up into a large one. */
const MOST_VALUES = 20_000;
const DEEPEST = 32;

/** Reads YAML 1.2. Text that is no YAML gives problems only; an empty text is an empty map. */
export function parseTree(text: string, file: string): { tree: Tree } | { problems: Problem[] } {
  const lines = new LineCounter();
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const faults = explainFaults([...document.errors, ...document.warnings]);
  if (faults.length > 0) {
    return { problems: faults.map(({ offset, message }) => ({ ...place(offset), path: "", message })) };
  }
  const problems: Problem[] = [];
  const tree = copyNodes(document, place, (at, message) => problems.push({ ...at, path: "", message }));
  return problems.length > 0 ? { problems } : { tree };
}

/**
 * The tree with this value at this path, in place of what stood there. Missing maps on the way are made; anything else
 * that stands where a map should be stays, to be told as such.
 */
export function overlay(tree: Tree, path: readonly string[], value: Tree): Tree {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (tree.kind !== "map" && !isNothing(tree)) return tree;
  const members = tree.kind === "map" ? tree.members : [];
  const index = members.findIndex((member) => member.key === key);
  const old = members[index];
  const empty: MapTree = { kind: "map", at: value.at, members: [] };
  const below = overlay(old?.value ?? empty, rest, value);
  const next: Member = { key, at: old?.at ?? value.at, value: below };
  // In its place: of globs the first that fits decides.
  return { kind: "map", at: tree.at, members: old ? members.with(index, next) : [...members, next] };
}

/** What stands at this path; null where the tree says nothing. */
export function findNode(tree: Tree | null, path: readonly string[]): Tree | null {
  const [key, ...rest] = path;
  if (tree === null || isNothing(tree)) return null;
  if (key === undefined) return tree;
  if (tree.kind !== "map") return null;
  return findNode(tree.members.find((member) => member.key === key)?.value ?? null, rest);
}

/** The values of a map by their keys; of a key that stands twice the first. */
export function membersByKey({ members }: MapTree): ReadonlyMap<string, Tree> {
  return new Map(members.toReversed().map(({ key, value }) => [key, value]));
}

/** A key without a value says as little as no key. */
export function isNothing(tree: Tree): boolean {
  return tree.kind === "scalar" && tree.value === null;
}

function copyNodes(
  document: Document.Parsed,
  place: (offset: number) => Place,
  report: (at: Place, message: string) => void,
): Tree {
  let left = MOST_VALUES;
  const copy = (node: Node | null, fallback: Place, depth: number): Tree => {
    const at = node?.range ? place(node.range[0]) : fallback;
    const nothing: Tree = { kind: "scalar", at, value: null, loose: false };
    if (left < 0) return nothing;
    if (--left < 0 || depth > DEEPEST) {
      left = -1;
      report(place(0), "The file is too deep or too large once its aliases are followed.");
      return nothing;
    }
    if (isAlias(node)) {
      const meant = node.resolve(document);
      if (meant) return copy(meant, at, depth + 1);
      report(at, UNKNOWN_ALIAS);
      return nothing;
    }
    if (isSeq<Node>(node)) {
      return { kind: "list", at, items: node.items.map((item) => copy(item, at, depth + 1)) };
    }
    if (isMap<Node, Node | null>(node)) {
      const members = node.items.map(({ key, value }) => {
        const keyAt = key.range ? place(key.range[0]) : at;
        return { key: nameOf(key), at: keyAt, value: copy(value, keyAt, depth + 1) };
      });
      return { kind: "map", at, members };
    }
    return isScalar(node) ? { ...nothing, value: plainValue(node.value) } : nothing;
  };
  return copy(document.contents, { ...place(0), line: 1, column: 1 }, 0);
}

/** A key as it is written: `2024` and `true` are names here, not a number and a switch. */
function nameOf(key: Node): string {
  return isScalar(key) ? (key.source ?? String(key.value)) : key.toString();
}

function plainValue(value: unknown): string | number | boolean | null {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}
