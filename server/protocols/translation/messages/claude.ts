/**
 * What a model takes in this format, by its name. Anthropic's models have changed what they take with every generation;
 * other hosts' models speak the format as it was before. https://platform.claude.com/docs/en/build-with-claude/thinking-troubleshooting
 */

export interface ModelTraits {
  /** `budget`: thinks up to a number of tokens. `adaptive`: as much as it finds right, with an effort. */
  readonly thinking: "never" | "budget" | "adaptive";
  /** The `type` of thinking that turns it off; null: it always thinks. */
  readonly off: "disabled" | "between_tools" | null;
  /** Whether there is an effort above `high` and below `max`. */
  readonly takesXhigh: boolean;
  /** `unless-thinking`: all, while it does not think. `one`: temperature or top_p, not both. */
  readonly sampling: "all" | "unless-thinking" | "one" | "none";
  /** Whether a tool can be forced: always, never, or not while it thinks. */
  readonly forcedTools: "always" | "unless-thinking" | "never";
  /** What the ids of its calls begin with: no other model's do. Null: nobody knows. */
  readonly callIds: string | null;
}

const FOREIGN: ModelTraits = {
  thinking: "budget",
  off: "disabled",
  takesXhigh: false,
  sampling: "all",
  forcedTools: "always",
  callIds: null,
};

/** `claude-opus-4-7`, `claude-3-5-sonnet-20241022`, `anthropic/claude-4.6-opus`, `us.anthropic.claude-fable-5-v1`. */
const CLAUDE = /claude-(?:([a-z]+)-?)?(?:(\d{1,2})(?:[-.](\d{1,2}))?(?!\d))?(?:-([a-z]+))?/i;

/** The traits of the model of this name. A Claude without a version is taken for a new one. */
export function traitsOf(model: string): ModelTraits {
  const match = CLAUDE.exec(model);
  if (!match) return FOREIGN;
  const [, before, major, minor, after] = match;
  const version = major === undefined ? Number.POSITIVE_INFINITY : Number(major) + Number(minor ?? 0) / 100;
  const family = (before ?? after ?? "").toLowerCase();
  // They came with the fifth generation, or just before.
  const isLarge = family === "fable" || family === "mythos";
  const isAdaptive = version >= 4.06 || isLarge;
  const isAlwaysThinking = isLarge || (family === "opus" && version >= 5.05);
  return {
    thinking: isAdaptive ? "adaptive" : version >= 3.07 ? "budget" : "never",
    off: isAlwaysThinking ? null : family === "sonnet" && version >= 5.05 ? "between_tools" : "disabled",
    takesXhigh: version >= 4.07,
    sampling: version >= 4.07 || isLarge ? "none" : version >= 4.01 ? "one" : "unless-thinking",
    forcedTools: !isAdaptive ? "unless-thinking" : isAlwaysThinking && version >= 5.01 ? "never" : "always",
    callIds: "toolu_",
  };
}
