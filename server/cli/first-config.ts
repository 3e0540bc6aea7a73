/** A first gateway.yaml: what is asked for it, and its text. Pure. */
import type { Environment } from "../config/env.ts";
import { nearest } from "../config/nearest.ts";
import { isAgentName } from "../core/agent.ts";
import { apiKeyVariable } from "./variables.ts";

export interface Answers {
  /** Those whose keys the gateway keeps. */
  readonly providers: readonly string[];
  /** The first agent that is named. */
  readonly agent: string;
  /** USD that each agent may spend a day; null: no cap. */
  readonly dailyCap: number | null;
  readonly port: number;
}

export interface Question {
  readonly text: string;
  /** What an empty answer means. */
  preset(answers: Answers): string;
  /** The answers with this one, or what is wrong with it as a sentence. */
  take(answer: string, answers: Answers, known: readonly string[]): Answers | string;
}

/** What is usual: the providers whose keys the environment has. */
export function guessAnswers(known: readonly string[], env: Environment): Answers {
  const providers = known.filter((name) => env[apiKeyVariable(name)]);
  return { providers, agent: "my-agent", dailyCap: 20, port: 8080 };
}

export const QUESTIONS: readonly Question[] = [
  {
    text: "Providers whose keys the gateway keeps (names, or none)",
    preset: ({ providers }) => providers.join(" ") || "none",
    take(answer, answers, known) {
      const providers = answer === "none" ? [] : answer.split(/[\s,]+/);
      const unknown = providers.find((name) => !known.includes(name));
      if (unknown === undefined) return { ...answers, providers: [...new Set(providers)] };
      const near = nearest(unknown, known);
      const hint = near === null ? `known are ${known.join(", ")}` : `did you mean ${near}?`;
      return `${JSON.stringify(unknown)} is no provider that Tollgate knows; ${hint}`;
    },
  },
  {
    text: "Name of the first agent",
    preset: ({ agent }) => agent,
    take: (answer, answers) =>
      isAgentName(answer) ? { ...answers, agent: answer } : "A name has 1 to 128 of A-Z a-z 0-9 . _ -",
  },
  {
    text: "USD that each agent may spend a day (or none)",
    preset: ({ dailyCap }) => String(dailyCap ?? "none"),
    take(answer, answers) {
      if (answer === "none") return { ...answers, dailyCap: null };
      const isMoney = /^\d{1,6}(?:\.\d{1,9})?$/.test(answer);
      return isMoney
        ? { ...answers, dailyCap: Number(answer) }
        : "Expected an amount such as 20 or 0.50, or none.";
    },
  },
  {
    text: "Port for the agents",
    preset: ({ port }) => String(port),
    take(answer, answers) {
      const port = /^\d{1,5}$/.test(answer) ? Number(answer) : 0;
      return port >= 1 && port <= 65_535 ? { ...answers, port } : "Expected a port from 1 to 65535.";
    },
  },
];

/** The file: valid as it is, whether or not the keys' variables are set. */
export function renderFirstConfig({ providers, agent, dailyCap, port }: Answers): string {
  const cap = `max_cost_per_day: ${dailyCap ?? "unlimited"}`;
  const keys = providers.map((name) => `  ${name}:\n    api_key: \${${apiKeyVariable(name)}:-}\n`).join("");
  return `# Tollgate's configuration; what is left out has its default.
# \`tollgate config check\` says what is wrong with it, \`tollgate config schema\` what else there is.

gateway:
  port: ${port} # agents call http://127.0.0.1:${port}/agents/<agent>/<provider>
  # host: 0.0.0.0 # for agents on other machines; then let identity.mode be keys

dashboard:
  port: ${port === 4040 ? 4041 : 4040} # \`tollgate dashboard\` opens it, logged in

identity:
  mode: open # known: only agents that are named below; keys: only with a gateway key

# Where a key is stored, agents need none of their own.
providers:
${keys}  # local: { protocol: openai, base_url: http://127.0.0.1:11434/v1 }

agents:
  "*": # every agent, also those that nobody named
    budget:
      ${cap} # USD
  ${/^[A-Za-z][\w-]*$/.test(agent) ? agent : JSON.stringify(agent)}:
    owner: me # who answers for it
    purpose: development
    # rate_limit: 100/min
    # models: { allow: ["*-mini*"] }

# policies:
#   - { name: high-error-rate, condition: "error_rate > 0.5", action: pause, params: { duration: 10m } }
`;
}
