/** Names of tools that the client's own provider takes and others refuse: fitted in the request, put back in what is answered. */
import type { AnswerPart, NeutralEvent, NeutralRequest, Part, PartHead } from "./form.ts";
import { fitName } from "./ids.ts";
import type { Speaker } from "./speaker.ts";

/** What the client calls the tools that go by another name on the way; empty where all names fit. */
export type ToolNames = ReadonlyMap<string, string>;

/** The request with names that every provider takes: of tools, of the one to be called, of calls and results so far. */
export function fitNames(request: NeutralRequest): {
  readonly request: NeutralRequest;
  readonly names: ToolNames;
} {
  const names = new Map<string, string>();
  const { tools, toolChoice, turns } = request;
  const fitted = {
    ...request,
    tools: tools.map((tool) => ({ ...tool, name: fit(tool.name) })),
    toolChoice: toolChoice?.kind === "tool" ? { ...toolChoice, name: fit(toolChoice.name) } : toolChoice,
    turns: turns.map(({ role, parts }) => ({ role, parts: parts.map(fitPart) })),
  };
  return names.size === 0 ? { request, names } : { request: fitted, names };

  function fit(name: string): string {
    const short = fitName(name);
    if (short !== name) names.set(short, name);
    return short;
  }

  function fitPart(part: Part): Part {
    if (part.kind === "tool-call") return { ...part, name: fit(part.name) };
    return part.kind === "tool-result" && part.name !== null ? { ...part, name: fit(part.name) } : part;
  }
}

/** The speaker of a provider that was told these names: what it answers has the client's own. */
export function withNames(speaker: Speaker, names: ToolNames): Speaker {
  if (names.size === 0) return speaker;
  return {
    ...speaker,
    readAnswer(document) {
      const answer = speaker.readAnswer(document);
      return answer && { ...answer, parts: answer.parts.map(putBack) };
    },
    createStreamReader() {
      const reader = speaker.createStreamReader();
      return {
        read: (name, data) => reader.read(name, data).map(putBackInto),
        end: () => reader.end().map(putBackInto),
      };
    },
  };

  function putBack<Named extends AnswerPart | PartHead>(part: Named): Named {
    return part.kind === "tool-call" ? { ...part, name: names.get(part.name) ?? part.name } : part;
  }

  function putBackInto(event: NeutralEvent): NeutralEvent {
    return event.kind === "part-start" ? { ...event, part: putBack(event.part) } : event;
  }
}
