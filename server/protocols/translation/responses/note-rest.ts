/** What a request says beyond what is understood. In this format many members are sent at their documented defaults. */
import type { Json } from "../../json.ts";
import { type Defaults, type Findings, noteOthers } from "../findings.ts";

const DEFAULTS: Defaults = new Map<string, readonly unknown[]>([
  ["async", [false]],
  ["background", [false]],
  ["context", ["auto"]],
  ["context_compression", ["auto"]],
  ["defer_loading", [false]],
  ["mode", ["standard"]],
  ["prewarm", [false]],
  ["service_tier", ["auto", "default"]],
  ["top_logprobs", [0]],
  ["truncation", ["disabled"]],
  ["verbosity", ["medium"]],
]);

/** Notes every member that says something, is not at its default and is none of those that are understood. */
export function noteRest(
  findings: Findings,
  json: Json,
  path: string,
  understood: ReadonlySet<string>,
): void {
  noteOthers(findings, json, path, understood, DEFAULTS);
}
