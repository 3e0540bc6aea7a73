/** Walks the file and the schema together: every value that fits, the default for the rest, and every problem on the way. */
import { type Environment, type Filled, fillReferences } from "./env.ts";
import { isSecretLeaf, readLeaf } from "./leaf-reader.ts";
import type { LeafSchema } from "./leaves.ts";
import { nearest } from "./nearest.ts";
import { type Place, type Problem, quote, renderPath } from "./problem.ts";
import type {
  AnyOfSchema,
  ListSchema,
  NamedSchema,
  NameFormat,
  SectionSchema,
  SettingSchema,
} from "./shapes.ts";
import type { Member, ScalarTree, Tree } from "./tree.ts";

export interface Reading {
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** Where each value stands that the file gives, by its path as `renderPath` writes it. */
  readonly places: ReadonlyMap<string, Place>;
}

interface Context {
  readonly env: Environment;
  readonly problems: Problem[];
  readonly places: Map<string, Place>;
}

type Path = readonly string[];

/** Reads the whole tree by the schema. Never stops at a problem. */
export function readTree(tree: Tree, schema: SettingSchema, env: Environment): Reading {
  const context: Context = { env, problems: [], places: new Map() };
  const value = read(tree, schema, [], context);
  return { value, problems: context.problems, places: context.places };
}

/** What the schema gives when the file says nothing, or nothing that can be used. */
export function defaultOf(schema: SettingSchema): unknown {
  if ("propertyNames" in schema) return withTemplate(emptyNames(), schema);
  if ("properties" in schema) {
    if (schema.default === null) return null;
    return Object.fromEntries(Object.entries(schema.properties).map(([key, part]) => [key, defaultOf(part)]));
  }
  if ("items" in schema || "anyOf" in schema) return schema.default;
  if (schema.default === undefined) return standInFor(schema);
  const reading = readLeaf(schema.default ?? "", schema, false);
  if ("expected" in reading)
    throw new Error(`The default of "${schema.description}" is not ${reading.expected}.`);
  return reading.value;
}

/**
 * A value of the right kind for one that is missing, so that the other checks can run. The lack is reported, so no gateway
 * starts with it.
 */
function standInFor({ type, enum: words }: LeafSchema): unknown {
  if (words) return words[0];
  return [type].flat().includes("string") ? "" : 0;
}

function withTemplate(entries: Record<string, unknown>, { properties }: NamedSchema): unknown {
  if (properties && entries["*"] === undefined) entries["*"] = defaultOf(properties["*"]);
  return entries;
}

/** Without a prototype: names from outside are its keys, and `constructor` is a valid agent. */
function emptyNames(): Record<string, unknown> {
  return Object.create(null);
}

function read(tree: Tree, schema: SettingSchema, path: Path, context: Context): unknown {
  context.places.set(renderPath(path), tree.at);
  if (tree.kind === "scalar" && tree.value === null) return absent(tree.at, schema, path, context);
  if ("propertyNames" in schema) return readNamed(tree, schema, path, context);
  if ("properties" in schema) return readSection(tree, schema, path, context);
  if ("anyOf" in schema) return readAnyOf(tree, schema, path, context);
  if ("items" in schema) return readList(tree, schema, path, context);
  return readScalar(tree, schema, path, context);
}

function readSection(tree: Tree, schema: SectionSchema, path: Path, context: Context): unknown {
  const members = membersOf(tree, path, context);
  // Said once; what it lacks as a mapping would only distract.
  if (tree.kind !== "map") return defaultOf(schema);
  const value: Record<string, unknown> = {};
  for (const [key, part] of Object.entries(schema.properties)) {
    const member = members.find((one) => one.key === key);
    const partPath = [...path, key];
    value[key] = member
      ? read(member.value, part, partPath, context)
      : absent(tree.at, part, partPath, context);
  }
  for (const member of members) {
    if (Object.hasOwn(schema.properties, member.key)) continue;
    report(context, member.at, [...path, member.key], unknownKey(member.key, path, schema));
  }
  return value;
}

function readNamed(tree: Tree, schema: NamedSchema, path: Path, context: Context): unknown {
  const value = emptyNames();
  for (const member of membersOf(tree, path, context)) {
    const memberPath = [...path, member.key];
    const expected = checkName(member.key, schema.propertyNames.format);
    if (expected) report(context, member.at, memberPath, `is not a possible name; expected ${expected}`);
    const entry = (member.key === "*" && schema.properties?.["*"]) || schema.additionalProperties;
    value[member.key] = read(member.value, entry, memberPath, context);
  }
  return withTemplate(value, schema);
}

function readList(tree: Tree, schema: ListSchema, path: Path, context: Context): unknown {
  if (tree.kind !== "list") {
    report(context, tree.at, path, `is ${describeShape(tree)}; expected a list such as [one, two]`);
    return [];
  }
  return tree.items.map((item, index) => read(item, schema.items, [...path, String(index)], context));
}

/** Reads by the first alternative that is written as what stands there. */
function readAnyOf(tree: Tree, schema: AnyOfSchema, path: Path, context: Context): unknown {
  const fitting = schema.anyOf.find((one) => kindOf(one) === tree.kind);
  if (fitting) return read(tree, fitting, path, context);
  const expected = schema.anyOf.map((one) => KINDS[kindOf(one)]).join(" or ");
  report(context, tree.at, path, `is ${describeShape(tree)}; expected ${expected}`);
  return schema.default;
}

const KINDS = { scalar: "a single value", map: "a mapping", list: "a list" } as const;

function kindOf(schema: SettingSchema): Tree["kind"] {
  if ("items" in schema) return "list";
  return "properties" in schema ? "map" : "scalar";
}

function readScalar(tree: Tree, schema: LeafSchema, path: Path, context: Context): unknown {
  const fallback = defaultOf(schema);
  if (tree.kind !== "scalar" || tree.value === null) {
    report(context, tree.at, path, `is ${describeShape(tree)}; expected a single value`);
    return fallback;
  }
  const filled = typeof tree.value === "string" ? fill(tree.value, tree.at, path, context) : null;
  if (filled === "unusable") return fallback;
  const reading = readLeaf(filled?.text ?? tree.value, schema, tree.loose || filled?.whole === true);
  if ("value" in reading) return reading.value;
  const received = describeValue(tree, schema, filled?.replaced === true);
  report(context, tree.at, path, `${received}; expected ${reading.expected}`);
  return fallback;
}

/** The text with its references replaced; every reference that cannot be is reported. */
function fill(text: string, at: Place, path: Path, context: Context): Filled | "unusable" {
  const filled = fillReferences(text, context.env);
  for (const name of filled.missing) {
    const what = `refers to \${${name}}, an environment variable that is not set`;
    report(context, at, path, `${what}; set it, or write \${${name}:-default}`);
  }
  if (filled.malformed) {
    const remedy = `write $\${ where the characters are meant`;
    report(context, at, path, `holds a \${ that begins no \${NAME}; ${remedy}`);
  }
  return filled.malformed || filled.missing.length > 0 ? "unusable" : filled;
}

function absent(at: Place, schema: SettingSchema, path: Path, context: Context): unknown {
  if ("required" in schema && schema.default === undefined) {
    // An empty section lacks what it must give, and says so key by key.
    return readSection({ kind: "map", at, members: [] }, schema, path, context);
  }
  const missing = schema.default === undefined;
  if (missing) report(context, at, path, "is missing; it has no default");
  return defaultOf(schema);
}

/** The members by key; anything but a mapping, and every key that stands twice, is reported. */
function membersOf(tree: Tree, path: Path, context: Context): readonly Member[] {
  if (tree.kind !== "map") {
    report(context, tree.at, path, `is ${describeShape(tree)}; expected a mapping (key: value)`);
    return [];
  }
  const first = new Map<string, Member>();
  for (const member of tree.members) {
    const earlier = first.get(member.key);
    if (!earlier) first.set(member.key, member);
    else report(context, member.at, [...path, member.key], `stands twice; first in line ${earlier.at.line}`);
  }
  return [...first.values()];
}

function unknownKey(key: string, path: Path, schema: SectionSchema): string {
  const near = nearest(key, Object.keys(schema.properties));
  if (near) return `is not a setting; did you mean ${renderPath([...path, near])}?`;
  return `is not a setting; known here: ${Object.keys(schema.properties).join(", ")}`;
}

/** What should stand there, or null when the name is fine. */
function checkName(name: string, format: NameFormat): string | null {
  const reading = readLeaf(name, { type: "string", format, description: "" }, false);
  return "expected" in reading ? reading.expected : null;
}

/** What was received, unless it may be a secret. */
function describeValue(tree: ScalarTree, schema: LeafSchema, replaced: boolean): string {
  const hidden =
    isSecretLeaf(schema) || replaced || (typeof tree.value === "string" && /[@?]/.test(tree.value));
  if (hidden) return "does not fit (its value is not shown, it may be a secret)";
  return `is ${typeof tree.value === "string" ? quote(tree.value) : String(tree.value)}`;
}

/** Never the text itself: a key in the place of a mapping is an easy mistake. */
function describeShape(tree: Tree): string {
  if (tree.kind === "map") return "a mapping";
  if (tree.kind === "list") return "a list";
  return typeof tree.value === "string" ? "text" : String(tree.value);
}

function report(context: Context, at: Place, path: Path, what: string): void {
  const name = renderPath(path);
  const subject = name === "" ? "The configuration" : name;
  const end = what.endsWith("?") ? "" : ".";
  context.problems.push({ ...at, path: name, message: `${subject} ${what}${end}` });
}
