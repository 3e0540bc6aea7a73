/** Lays what is set at run time over the file's tree, so that one reader and one set of rules judge both (SPEC 2.2). Pure. */
import { type Path, pathOf, RUN_TIME, type RunTimeValues } from "./run-time.ts";
import { findNode, type ListTree, membersByKey, overlay, type ScalarTree, type Tree } from "./tree.ts";

export interface Laid {
  readonly tree: Tree;
  /** Paths at which the file says something that does not act. */
  readonly shadowed: readonly Path[];
}

/** Nothing that fits the schema is so deep, so what lies deeper stands within something that the reader refuses. */
const DEEPEST = 32;
const UNLIMITED = "unlimited";
/** Limits that the file leaves out where there is to be none; at run time leaving out means the file's. */
const LIFTED_BY_WORD = ["rate_limit", "max_concurrency"];

/** Mappings merge; values, lists and what says something as a whole take the place of the file's. */
export function layOver(file: Tree, values: RunTimeValues): Laid {
  const shadowed: Path[] = [];
  const tree = [...values].reduce((laid, [key, value]) => {
    const path = pathOf(key);
    if (path === null) return laid;
    const [first, name] = path;
    if (first === "policies" && name !== undefined) {
      if (findPolicy(findNode(file, [first]), name) >= 0) shadowed.push(path);
      return overlay(laid, [first], layPolicy(findNode(laid, [first]), name, value));
    }
    const isEntry = isEmptyMap(value);
    if (isEntry && findNode(laid, path) !== null) return laid;
    if (findNode(file, path) !== null) shadowed.push(path);
    return overlay(laid, path, isLifted(path, value) ? NOTHING : toTree(value, 0));
  }, file);
  return { tree, shadowed };
}

const NOTHING: ScalarTree = { kind: "scalar", at: RUN_TIME, value: null, loose: false };

/** The list with this policy in the place of the file's of the same name, or after all others; `false` takes it away. */
function layPolicy(list: Tree | null, name: string, value: unknown): Tree {
  if (list !== null && list.kind !== "list") return list;
  const empty: ListTree = { kind: "list", at: RUN_TIME, items: [] };
  const { at, items } = list ?? empty;
  const index = findPolicy(list, name);
  if (value === false || value === null) {
    return { kind: "list", at, items: index < 0 ? items : items.toSpliced(index, 1) };
  }
  const policy = toTree(value, 0);
  return { kind: "list", at, items: index < 0 ? [...items, policy] : items.with(index, policy) };
}

/** Where the policy of this name stands in the list; -1 when it does not. */
function findPolicy(list: Tree | null, name: string): number {
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
