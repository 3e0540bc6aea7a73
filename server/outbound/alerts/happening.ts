/** Lines of the journal that tell alerts of something that merely happened to an agent. Pure. */
import type { AgentName } from "../../core/agent.ts";
import type { Fact } from "../../core/alerts/notice.ts";
import type { Line } from "../../core/event.ts";
import type { Subject } from "./memory.ts";

/** Something that happened to an agent, to be judged once. */
export interface Happening extends Subject {
  readonly fact: Extract<Fact, { readonly type: "trust_drop" | "loop" | "policy" }>;
}

const POLICY_EVENTS: readonly string[] = ["policy.paused", "policy.alerted", "policy.throttled"];

/** What the line says has happened to its agent; null for lines that say nothing of the kind. */
export function readHappening(line: Line, agent: AgentName): Happening | null {
  if (!("event" in line) || line.type === "external") return null;
  const { event, detail } = line;
  if (event === "trust.changed") {
    const [from, to] = [textOf(detail?.from), textOf(detail?.to)];
    return { agent, about: "", fact: { type: "trust_drop", from, to, score: numberOf(detail?.score) } };
  }
  if (event === "loop.detected") {
    const [window, threshold] = [numberOf(detail?.window), numberOf(detail?.threshold)];
    return { agent, about: "", fact: { type: "loop", window, threshold } };
  }
  if (!POLICY_EVENTS.includes(event)) return null;
  const policy = textOf(detail?.rule);
  return { agent, about: policy, fact: { type: "policy", policy, event } };
}

/** A member of a line's `detail` that should be text; empty where it is none. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
