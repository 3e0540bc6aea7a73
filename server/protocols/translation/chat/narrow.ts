/** A request as a host of chat completions can be told it: without what it has no place for, and with ids that it takes. */
import type { Feature, NeutralRequest, Turn } from "../form.ts";
import { fitId, type IdForm } from "../ids.ts";
import { HIGHEST_TEMPERATURE } from "../openai-limits.ts";
import type { HostTakes, Lack } from "../takes.ts";

const MOST_STOPS = 4;

/** What is left of the request. What the host has no place for is added to `uncarried`. */
export function narrow(request: NeutralRequest, takes: HostTakes, uncarried: Set<Feature>): NeutralRequest {
  const { lacks = [], hottest = HIGHEST_TEMPERATURE, mostStops = MOST_STOPS, callIds } = takes;
  const { temperature, stop, format, turns } = request;
  const isTooHot = temperature !== null && temperature > hottest;
  const areTooMany = stop.length > mostStops;
  if (isTooHot) uncarried.add("temperature");
  if (areTooMany) uncarried.add("stop");
  // No host of this format has a place for it.
  const lacking: ReadonlySet<Lack> = new Set<Lack>(["topK", ...lacks]);
  return {
    ...request,
    temperature: isTooHot ? null : temperature,
    stop: areTooMany ? [] : stop,
    topK: keep("topK", request.topK),
    seed: keep("seed", request.seed),
    frequencyPenalty: keep("frequencyPenalty", request.frequencyPenalty),
    presencePenalty: keep("presencePenalty", request.presencePenalty),
    toolChoice: keep("toolChoice", request.toolChoice),
    parallelTools: keep("parallelTools", request.parallelTools),
    format: format?.kind === "schema" ? keep("schema", format) : format,
    turns: callIds === undefined ? turns : turns.map((turn) => withIds(turn, callIds)),
  };

  function keep<Value>(lack: Lack, value: Value): Value | null {
    if (!lacking.has(lack)) return value;
    if (asksFor(request, lack)) uncarried.add(lack === "schema" ? "format" : lack);
    return null;
  }
}

/** Whether the answer would be another one without it. */
function asksFor(request: NeutralRequest, lack: Lack): boolean {
  const { tools, toolChoice, parallelTools, format } = request;
  switch (lack) {
    case "schema":
      return format?.kind === "schema";
    case "toolChoice":
      return tools.length > 0 && toolChoice !== null && toolChoice.kind !== "auto";
    case "parallelTools":
      return tools.length > 0 && parallelTools === false;
    default:
      return request[lack] !== null;
  }
}

function withIds({ role, parts }: Turn, form: IdForm): Turn {
  return {
    role,
    parts: parts.map((part) => ("id" in part ? { ...part, id: fitId(part.id, form) } : part)),
  };
}
