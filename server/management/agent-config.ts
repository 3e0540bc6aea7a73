/** What holds for an agent, value by value, and who says so. Pure. */
import type { SettingValue } from "../config/values.ts";
import type { AgentName } from "../core/agent.ts";
import type { ManagementContext } from "./context.ts";
import type { AgentSetting } from "./wire/settings.ts";

type Configured = Pick<ManagementContext, "configuration" | "setup">;

/** What the gateway says of all agents where neither the agent nor the template does. */
const GATEWAY_WIDE: ReadonlyMap<string, readonly string[]> = new Map([
  ["blocked_response", ["gateway", "blocked_response"]],
  ["retries", ["gateway", "retries"]],
  ["loops.window", ["loops", "window"]],
  ["loops.threshold", ["loops", "threshold"]],
  ["loops.action", ["loops", "action"]],
]);

/** Every setting of the agent: its own where it says something, else the template's, the gateway's, the default. */
export function viewAgentConfig(agent: AgentName, { configuration, setup }: Configured): AgentSetting[] {
  const own = new Map(
    configuration
      .values(["agents", agent])
      .filter(({ value }) => value !== null)
      .map((one) => [keyOf(one.path), one]),
  );
  const template = configuration.values(["agents", "*"]);
  const templated = new Set(template.map(({ path }) => keyOf(path)));
  const further = [...own].filter(([key]) => !templated.has(key)).map(([, one]) => one);
  // The template's key does not follow an agent to another provider.
  const hasKey = setup().agent(agent).api_key !== null;

  return [...template, ...further].map((one): AgentSetting => {
    const said = own.get(keyOf(one.path));
    if (said) return { ...view(said), from: agent };
    if (one.name === "api_key" && !hasKey) return { setting: one.name, ...NOTHING };
    if (one.value !== null) return { ...view(one), from: one.source === "default" ? null : "*" };
    const [wide] = configuration.values(GATEWAY_WIDE.get(one.name) ?? one.path);
    return { setting: one.name, value: wide?.value ?? null, source: wide?.source ?? "default", from: null };
  });
}

const NOTHING = { value: null, source: "default", from: null } as const;

function view({ name, value, source }: SettingValue): Omit<AgentSetting, "from"> {
  return { setting: name, value, source };
}

/** What stands beneath the agent's name or the template's, which have the same length. */
function keyOf(path: readonly string[]): string {
  return JSON.stringify(path.slice(2));
}
