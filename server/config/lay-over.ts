/** Lays what is set at run time over the file's tree, so that one reader and one set of rules judge both (SPEC 2.2). Pure. */
import { isMappingAt } from "./edits.ts";
import { UNLIMITED } from "./leaf-reader.ts";
import { namedListAbove } from "./named-lists.ts";
import { type Path, pathOf, RUN_TIME, type RunTimeValues } from "./run-time.ts";
import {
  findNode,
  isNothing,
  type ListTree,
  membersByKey,
  overlay,
  type ScalarTree,
  type Tree,
} from "./tree.ts";

export interface Laid {
  readonly tree: Tree;
  /** Paths at which the file says something that does not act. */
  readonly shadowed: readonly Path[];
}

/** Nothing that fits the schema is so deep, so what lies deeper stands within something that the reader refuses. */
const DEEPEST = 32;
/** Limits that the file leaves out where there is to be none; at run time leaving out means the file's. */
const LIFTED_BY_WORD = ["rate_limit", "max_concurrency"];

/** What lies over a mapping: what lies over its members, or what takes their place. */
type Layer = Map<string, Layer | Tree>;

/** Mappings merge; values, lists and what says something as a whole take the place of the file's. */
export function layOver(file: Tree, values: RunTimeValues): Laid {
  const layer: Layer = new Map();
  const entries: [list: Path, name: string, value: unknown][] = [];
  for (const [key, value] of values) {
    const path = pathOf(key);
    if (path === null) continue;
    const list = namedListAbove(path);
    const name = list === null ? undefined : path[list.length];
    if (list !== null && name !== undefined) entries.push([list, name, value]);
    else if (isMappingAt(path) && isEmptyMap(value)) add(layer, path, null);
    else add(layer, path, isLifted(path, value) ? NOTHING : toTree(value, 0));
  }
  const shadowed: Path[] = [];
  const merged = merge(file, layer, [], (path) => shadowed.push(path));
  const tree = entries.reduce((laid, [at, name, value]) => {
    const list = findNode(laid, at);
    if (findEntry(list, name) >= 0) shadowed.push([...at, name]);
    return overlay(laid, at, layEntry(list, name, value));
  }, merged);
  return { tree, shadowed };
}

/** Null only says that there is such an entry. */
function add(layer: Layer, [key, ...rest]: Path, value: Tree | null): void {
  if (key === undefined) return;
  if (rest.length === 0 && value !== null) {
    layer.set(key, value);
    return;
  }
  const below = layer.get(key);
  const next: Layer = below instanceof Map ? below : new Map();
  layer.set(key, next);
  add(next, rest, value);
}

/** All at once, so that a thousand agents cost no more than being looked at. What is no mapping stays, to be told as such. */
function merge(tree: Tree | null, layer: Layer, path: Path, onShadow: (path: Path) => void): Tree {
  if (tree !== null && tree.kind !== "map" && !isNothing(tree)) return tree;
  const members = tree?.kind === "map" ? tree.members : [];
  const left = new Map(layer);
  const laid = members.map((member) => {
    const over = left.get(member.key);
    if (over === undefined) return member;
    left.delete(member.key);
    const at = [...path, member.key];
    if (!(over instanceof Map) && !isNothing(member.value)) onShadow(at);
    return { ...member, value: over instanceof Map ? merge(member.value, over, at, onShadow) : over };
  });
  const further = [...left].map(([key, over]) => {
    const value = over instanceof Map ? merge(null, over, [...path, key], onShadow) : over;
    return { key, at: RUN_TIME, value };
  });
  return { kind: "map", at: tree?.at ?? RUN_TIME, members: [...laid, ...further] };
}

const NOTHING: ScalarTree = { kind: "scalar", at: RUN_TIME, value: null, loose: false };

/** The list with this entry in the place of the file's of the same name, or after all others; `false` takes it away. */
function layEntry(list: Tree | null, name: string, value: unknown): Tree {
  if (list !== null && list.kind !== "list") return list;
  const empty: ListTree = { kind: "list", at: RUN_TIME, items: [] };
  const { at, items } = list ?? empty;
  const index = findEntry(list, name);
  if (value === false || value === null) {
    return { kind: "list", at, items: index < 0 ? items : items.toSpliced(index, 1) };
  }
  const entry = toTree(value, 0);
  return { kind: "list", at, items: index < 0 ? [...items, entry] : items.with(index, entry) };
}

/** Where the entry of this name stands in the list; -1 when it does not. */
function findEntry(list: Tree | null, name: string): number {
  if (list?.kind !== "list") return -1;
  return list.items.findIndex((item) => {
    const named = item.kind === "map" ? membersByKey(item).get("name") : undefined;
    return named?.kind === "scalar" && named.value === name;
  });
}

function toTree(value: unknown, depth: number): Tree {
  if (depth > DEEPEST || value === null) return NOTHING;
  if (Array.isArray(value)) {
    return { kind: "list", at: RUN_TIME, items: value.map((item) => toTree(item, depth + 1)) };
  }
  if (typeof value === "object") {
    const members = Object.entries(value).map(([key, part]) => {
      return { key, at: RUN_TIME, value: toTree(part, depth + 1) };
    });
    return { kind: "map", at: RUN_TIME, members };
  }
  // Escaped: whoever may change settings may not read the process's environment by it.
  if (typeof value === "string") return { ...NOTHING, value: value.replaceAll("${", () => "$${") };
  return typeof value === "number" || typeof value === "boolean" ? { ...NOTHING, value } : NOTHING;
}

function isLifted([first, , setting = "", ...rest]: Path, value: unknown): boolean {
  return (
    value === UNLIMITED && first === "providers" && rest.length === 0 && LIFTED_BY_WORD.includes(setting)
  );
}

function isEmptyMap(value: unknown): boolean {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length === 0
  );
}
