/** How much thinking a request asks for: `reasoning_effort`, or what compatible hosts have in its place. */
import { isGiven } from "../../demand.ts";
import { countOf, type Json, objectOf } from "../../json.ts";
import { parseEffort } from "../effort.ts";
import { type Findings, memberPath, noteOthers, noteUncarried, noteWrong } from "../findings.ts";
import type { Thinking } from "../form.ts";
import { readObject } from "../read-members.ts";

type Amount = Thinking["amount"];

/** The thinking that is asked for; null where nothing is said about it. */
export function readEffort(findings: Findings, request: Json): Thinking | null {
  const asked = [
    { amount: readWord(findings, request.reasoning_effort, "reasoning_effort"), isShown: null },
    readReasoning(findings, request),
    { amount: readSwitch(findings, request), isShown: null },
    readGoogle(findings, request),
  ];
  const amount = asked.map((one) => one.amount).find((one) => one !== null) ?? null;
  const isShown = asked.map((one) => one.isShown).find((one) => one !== null) ?? null;
  if (amount === null && isShown === null) return null;
  return { amount: amount ?? { kind: "unsaid" }, isShown };
}

interface Asked {
  readonly amount: Amount | null;
  readonly isShown: boolean | null;
}

function readWord(findings: Findings, word: unknown, path: string): Amount | null {
  if (!isGiven(word)) return null;
  if (word === "none") return { kind: "off" };
  const effort = parseEffort(word);
  if (effort === null) noteWrong(findings, path, "none, minimal, low, medium, high, xhigh or max");
  return effort === null ? null : { kind: "effort", effort };
}

/** OpenRouter's. https://openrouter.ai/docs/use-cases/reasoning-tokens */
function readReasoning(findings: Findings, request: Json): Asked {
  const reasoning = readObject(findings, request, "", "reasoning");
  if (!reasoning) return NOTHING;
  noteOthers(findings, reasoning, "reasoning", REASONING);
  const amount =
    readWord(findings, reasoning.effort, "reasoning.effort") ??
    readBudget(findings, reasoning, "reasoning", "max_tokens");
  const isShown = typeof reasoning.exclude === "boolean" ? !reasoning.exclude : null;
  if (reasoning.enabled === false) return { amount: { kind: "off" }, isShown };
  return { amount: amount ?? (reasoning.enabled === true ? { kind: "adaptive" } : null), isShown };
}

const REASONING: ReadonlySet<string> = new Set(["effort", "max_tokens", "exclude", "enabled", "summary"]);

/** DeepSeek's, Moonshot's and Zhipu's. https://api-docs.deepseek.com/guides/thinking_mode */
function readSwitch(findings: Findings, request: Json): Amount | null {
  const thinking = readObject(findings, request, "", "thinking");
  if (!thinking) return null;
  noteOthers(findings, thinking, "thinking", new Set(["type", "budget_tokens"]));
  if (thinking.type === "disabled") return { kind: "off" };
  return readBudget(findings, thinking, "thinking", "budget_tokens") ?? { kind: "adaptive" };
}

/** Google's. https://ai.google.dev/gemini-api/docs/openai#thinking */
function readGoogle(findings: Findings, request: Json): Asked {
  const extra = objectOf(request.extra_body);
  const google = objectOf(extra?.google) ?? objectOf(request.google);
  if (extra) noteOthers(findings, extra, "extra_body", new Set(["google"]));
  if (!google) {
    if (isGiven(request.google)) noteUncarried(findings, "google");
    return NOTHING;
  }
  const path = extra?.google === google ? "extra_body.google" : "google";
  noteOthers(findings, google, path, new Set(["thinking_config"]));
  const config = objectOf(google.thinking_config);
  if (!config) return NOTHING;
  const place = `${path}.thinking_config`;
  noteOthers(findings, config, place, new Set(["thinking_budget", "thinking_level", "include_thoughts"]));
  const level = config.thinking_level;
  const word = typeof level === "string" ? level.toLowerCase() : level;
  return {
    amount:
      readWord(findings, word, `${place}.thinking_level`) ??
      readBudget(findings, config, place, "thinking_budget"),
    isShown: typeof config.include_thoughts === "boolean" ? config.include_thoughts : null,
  };
}

/** At Google's, 0 is none and -1 is as much as the model finds right. */
function readBudget(findings: Findings, json: Json, path: string, name: string): Amount | null {
  if (!isGiven(json[name])) return null;
  const tokens = countOf(json[name]);
  if (tokens === null) noteWrong(findings, memberPath(path, name), "a whole number");
  if (tokens === 0) return { kind: "off" };
  return tokens === null || tokens < 0 ? { kind: "adaptive" } : { kind: "budget", tokens };
}

const NOTHING: Asked = { amount: null, isShown: null };
