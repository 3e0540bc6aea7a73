/**
 * Conditions of policies: CEL over the fields of `policy-fields.ts`, checked once and evaluated in under a microsecond. What
 * is offered is a part of CEL whose cost is bounded whatever an agent writes: no regular expressions, no loops within loops,
 * nothing that grows text.
 */
import { type ASTNode, Environment, type ParseError } from "@marcbachmann/cel-js";
import type { ConditionFault } from "../core/settings.ts";
import { POLICY_FIELD_NAMES, POLICY_FIELDS, type PolicyFacts, type PolicyField } from "./policy-fields.ts";

export interface Condition {
  /** The fields that it reads. */
  readonly reads: readonly PolicyField[];
  /** Throws where CEL knows no answer. */
  holds(facts: PolicyFacts): boolean;
}

/** Characters. */
const LONGEST = 1000;
const LIMITS = { maxAstNodes: 200, maxDepth: 20, maxListElements: 50, maxMapEntries: 0, maxCallArguments: 2 };

const OPERATORS = ["value", "id", "list", "?:", "!_", "-_", "&&", "||", "in", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%"]; // biome-ignore format: a table
const FUNCTIONS = ["size", "startsWith", "endsWith", "contains", "lowerAscii"];
/** They go through a list; one within another would multiply. */
const LOOPS = ["exists", "all"];

const environment = createEnvironment();

function createEnvironment(): Environment {
  const made = new Environment({ limits: LIMITS })
    // size() counts in whole numbers, and every literal is a double.
    .registerOperator(
      "int == double",
      (left: bigint | number, right: bigint | number) => Number(left) === Number(right),
    )
    .registerOperator("double % double", (left: number, right: number) => left % right);
  for (const name of POLICY_FIELD_NAMES) made.registerVariable(name, POLICY_FIELDS[name].type);
  return made;
}

/** Reads and type-checks a condition, or says what is wrong with it and where. */
export function compileCondition(text: string): Condition | ConditionFault {
  if (text.length > LONGEST) return faultAt(text, LONGEST, `it is longer than ${LONGEST} characters`);
  try {
    const parsed = environment.parse(text);
    const reads = new Set<PolicyField>();
    const refused = prepare(parsed.ast, reads, false);
    if (refused) return faultAt(text, refused.node.start, refused.message);
    const { valid, type, error } = parsed.check();
    if (!valid) return explain(text, error);
    if (type !== "bool") return faultAt(text, 0, `it gives a ${type}, and a condition is true or false`);
    return { reads: [...reads], holds: (facts) => parsed(facts) === true };
  } catch (cause) {
    return explain(text, cause);
  }
}

/** What is wrong with a condition; null when nothing is. */
export function checkCondition(text: string): ConditionFault | null {
  const compiled = compileCondition(text);
  return "holds" in compiled ? null : compiled;
}

interface Refused {
  readonly node: ASTNode;
  readonly message: string;
}

/** Notes the fields that are read, makes every number a double, and names the first thing that is not offered. */
function prepare(node: ASTNode, reads: Set<PolicyField>, inLoop: boolean): Refused | null {
  switch (node.op) {
    case "value":
      return prepareValue(node);
    case "id":
      if (isField(node.args)) reads.add(node.args);
      return null;
    case "call":
    case "rcall": {
      const [name] = node.args;
      const loops = LOOPS.includes(name) && node.op === "rcall";
      if (!loops && !FUNCTIONS.includes(name)) return { node, message: notOffered(`${name}()`) };
      if (loops && inLoop) return { node, message: `${name}() cannot stand within another loop` };
      const parts = node.op === "call" ? node.args[1] : [node.args[1], ...node.args[2]];
      return prepareAll(parts, reads, inLoop || loops);
    }
    default:
      if (!OPERATORS.includes(node.op)) return { node, message: notOffered(`the operator ${node.op}`) };
      return prepareAll([node.args].flat().filter(isNode), reads, inLoop);
  }
}

function prepareAll(nodes: readonly ASTNode[], reads: Set<PolicyField>, inLoop: boolean): Refused | null {
  for (const node of nodes) {
    const refused = prepare(node, reads, inLoop);
    if (refused) return refused;
  }
  return null;
}

function prepareValue(node: ASTNode & { readonly op: "value" }): Refused | null {
  const literal: unknown = node.args;
  if (typeof literal === "bigint") {
    // The parsed tree is ours alone until it is checked, and nothing has read its types yet.
    (node as { args: unknown }).args = Number(literal);
    return null;
  }
  const isPlain = typeof literal === "number" || typeof literal === "string" || typeof literal === "boolean";
  return isPlain ? null : { node, message: "only numbers, texts, true and false can be written here" };
}

function isField(name: unknown): name is PolicyField {
  return typeof name === "string" && Object.hasOwn(POLICY_FIELDS, name);
}

function isNode(part: unknown): part is ASTNode {
  return typeof part === "object" && part !== null && "op" in part;
}

function notOffered(what: string): string {
  return `${what} is not offered; functions here: ${[...FUNCTIONS, ...LOOPS].join(", ")}`;
}

/** The library's complaint in our words. */
function explain(text: string, cause: unknown): ConditionFault {
  if (!isComplaint(cause)) throw cause;
  const { code, summary, range } = cause;
  const start = range?.start ?? 0;
  if (code === "unknown_variable") {
    const name = text.slice(start, Math.min(range?.end ?? start, start + 60));
    return faultAt(text, start, `there is no field "${name}"; fields: ${POLICY_FIELD_NAMES.join(", ")}`);
  }
  if (code === "no_such_overload")
    return faultAt(text, start, summary.replace("no such overload", "types do not fit"));
  if (start >= text.length) return faultAt(text, start, "it ends too early");
  return faultAt(text, start, summary);
}

function isComplaint(cause: unknown): cause is ParseError {
  return cause instanceof Error && "summary" in cause && "code" in cause;
}

function faultAt(text: string, offset: number, message: string): ConditionFault {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, message };
}
