import { defineCommand } from "citty";
import { parseDuration } from "../core/duration.ts";
import { ask } from "./ask.ts";
import { fail, orFail } from "./failure.ts";
import { renderAmount } from "./figures.ts";
import { findAgent } from "./find-agent.ts";
import { renderPause } from "./pause-text.ts";
import { findTarget, TARGET_ARGS, type Target } from "./target.ts";
import { EXIT, type Terminal } from "./terminal.ts";

/** Stops an agent's calls, or lets them pass again (SPEC 7.4, 7.5). */
export function pauseCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "pause", description: "Refuse an agent's calls until it is resumed, or resume it" },
    args: {
      agent: { type: "positional", required: false, description: "The agent's name" },
      resume: { type: "boolean", alias: "r", description: "Let it call again, whatever paused it" },
      for: {
        type: "string",
        valueHint: "SPAN",
        description: "How long (1h); until somebody resumes it if not given",
      },
      kill: { type: "boolean", description: "End its calls in flight, too" },
      reason: { type: "string", valueHint: "TEXT", description: "Why, for whoever reads its refusals" },
      ...TARGET_ARGS,
    },
    async run({ args }) {
      const { agent, resume, for: span, kill, reason } = args;
      if (agent === undefined) misuse("The agent's name is missing.");
      if (resume && (span !== undefined || kill || reason !== undefined)) {
        misuse("--resume goes with none of --for, --kill and --reason.");
      }
      if (span !== undefined && parseDuration(span) === null) {
        misuse(`--for is ${JSON.stringify(span)}; expected a span such as 30m or 1h.`);
      }
      const target = orFail(findTarget(args, terminal));
      const lines = resume
        ? await resumeAgent(target, agent)
        : await pauseAgent(target, agent, { duration: span, kill, reason });
      terminal.print(lines.done);
      for (const remark of lines.remarks) terminal.complain(remark);
    },
  });
}

/** What became of it, and what to know about that. */
interface Told {
  readonly done: string;
  readonly remarks: readonly string[];
}

interface Wanted {
  readonly duration: string | undefined;
  readonly kill: boolean | undefined;
  readonly reason: string | undefined;
}

async function pauseAgent(target: Target, name: string, wanted: Wanted): Promise<Told> {
  const { id } = orFail(await findAgent(target, name));
  const paused = orFail(await ask(target, (client) => client.api.agents({ id }).pause.post(wanted)));
  const flying = renderAmount(paused.in_flight, "call");
  const rest = `${flying} in flight ${paused.in_flight === 1 ? "goes" : "go"} on; --kill ends what is in flight.`;
  return {
    done: renderPause(paused) ?? `${id} is paused.`,
    remarks: [
      ...(paused.in_flight > 0 && !wanted.kill ? [rest] : []),
      `\`tollgate pause ${id} --resume\` lets it call again.`,
    ],
  };
}

async function resumeAgent(target: Target, name: string): Promise<Told> {
  const { id, pause_reason: reason } = orFail(await findAgent(target, name));
  if (reason === null) return { done: `${id} is not paused.`, remarks: [] };
  orFail(await ask(target, (client) => client.api.agents({ id }).resume.post()));
  const again =
    "Its budget is still used up: the first call that it has no room for pauses it again. Raise the cap.";
  return { done: `${id} may call again.`, remarks: reason === "budget_exceeded" ? [again] : [] };
}

function misuse(message: string): never {
  return fail(message, "`tollgate pause --help` shows what is possible.", EXIT.usage);
}
