/** The agent that somebody names on the command line. */
import type { AgentStatus } from "../management/wire/status.ts";
import { ask } from "./ask.ts";
import { type Failure, failure, isFailure } from "./failure.ts";
import { renderForeign } from "./figures.ts";
import { guess } from "./guess.ts";
import type { Target } from "./target.ts";

/** The agent as it is now, or a failure that names the one that was probably meant and says what to do. */
export async function findAgent(
  target: Target,
  name: string,
  advice = "`tollgate agents` shows every agent.",
): Promise<AgentStatus | Failure> {
  const answer = await ask(target, (client) => client.api.agents.get());
  if (isFailure(answer)) return answer;
  const found = answer.agents.find(({ id }) => id === name);
  if (found) return found;
  const near = guess(
    name,
    answer.agents.map(({ id }) => id),
  );
  const hint = near === null ? "." : `; did you mean ${near}?`;
  return failure(
    `No agent ${JSON.stringify(renderForeign(name))} has called or is configured${hint}`,
    advice,
  );
}
