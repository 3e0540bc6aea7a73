/** What limits contradict each other: hours, loops, and names of providers under limits. Pure. */
import type { LoopSettings, Settings } from "../core/settings.ts";
import { type Contradiction, noProvider } from "./contradiction.ts";
import { renderPath } from "./problem.ts";

/** Every contradiction among limits. `names` are all providers. */
export function* checkLimits(settings: Settings, names: readonly string[]): Generator<Contradiction> {
  yield* checkLoops(settings.loops, ["loops"]);
  for (const [name, agent] of Object.entries(settings.agents)) {
    yield* checkHours(agent.allowed_hours, ["agents", name, "allowed_hours"]);
    yield* checkLoops(loopsOf(name, settings), ["agents", name, "loops"]);
    for (const provider of Object.keys(agent.provider_rate_limits)) {
      const path = renderPath(["agents", name, "provider_rate_limits", provider]);
      if (!names.includes(provider))
        yield { path, message: `${path} is for ${provider}, ${noProvider(provider, names)}` };
    }
  }
  for (const [name, { upstreams }] of Object.entries(settings.providers)) {
    yield* checkUpstreams(upstreams, ["providers", name, "upstreams"]);
  }
}

type Path = readonly string[];

function* checkHours(hours: { start: number; end: number } | null, path: Path): Generator<Contradiction> {
  if (hours === null || hours.start !== hours.end) return;
  const name = renderPath(path);
  const remedy = "leave it out to allow every hour, and pause the agent to allow none";
  yield {
    path: name,
    message: `${name} starts and ends at ${hours.start}, which is no time at all; ${remedy}.`,
  };
}

/** What an agent's own values make of the template's and the file's; only a clash that they bring about is theirs. */
function loopsOf(name: string, { agents, loops }: Settings): LoopSettings | null {
  const own = agents[name]?.loops;
  if (!own || (own.window === null && own.threshold === null)) return null;
  const template = agents["*"].loops;
  return {
    window: own.window ?? template.window ?? loops.window,
    threshold: own.threshold ?? template.threshold ?? loops.threshold,
    action: loops.action,
  };
}

function* checkLoops(loops: LoopSettings | null, path: Path): Generator<Contradiction> {
  if (loops === null || loops.threshold <= loops.window) return;
  const name = renderPath(path);
  const message = `${name} asks for ${loops.threshold} alike among the last ${loops.window}, which can never be.`;
  yield { path: name, message };
}

function* checkUpstreams(
  upstreams: Settings["providers"][string]["upstreams"],
  path: Path,
): Generator<Contradiction> {
  const taken = new Map<string, number>();
  for (const [index, { base_url, api_key, lanes }] of upstreams.entries()) {
    const name = renderPath([...path, String(index)]);
    if (base_url === null && api_key === null) {
      yield {
        path: name,
        message: `${name} needs a base_url or an api_key; without them it changes nothing.`,
      };
    }
    if (lanes.length === 0) {
      yield { path: name, message: `${name}.lanes must name at least one of high, normal, low.` };
    }
    for (const lane of lanes) {
      const other = taken.get(lane);
      if (other !== undefined && other !== index) {
        const message = `${name} takes the lane ${lane}, which upstream ${other} has already; a lane has one upstream.`;
        yield { path: name, message };
      }
      taken.set(lane, index);
    }
  }
}
