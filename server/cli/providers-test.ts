import { defineCommand } from "citty";
import type { ProviderCheckAnswer } from "../management/wire/settings.ts";
import { ask } from "./ask.ts";
import { fail, orFail } from "./failure.ts";
import { renderSpan } from "./figures.ts";
import { findProvider } from "./find-provider.ts";
import { OPTIONAL_HINT } from "./options.ts";
import { type Style, styleFor } from "./style.ts";
import { findTarget, TARGET_ARGS, type Target } from "./target.ts";
import type { Terminal } from "./terminal.ts";

/** Has the gateway try stored keys out, at the cost of nothing. */
export function testProvidersCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "test", description: "Try out the stored key of a provider, or of all that have one" },
    args: {
      name: {
        type: "positional",
        required: false,
        valueHint: OPTIONAL_HINT,
        description: "The provider; all with a key if not given",
      },
      json: { type: "boolean", description: "Print the answers of POST /api/providers/{name}/validate" },
      ...TARGET_ARGS,
    },
    async run({ args }) {
      const target = orFail(findTarget(args, terminal));
      const names =
        args.name === undefined
          ? await listKeyed(target)
          : [orFail(await findProvider(target, args.name)).name];
      if (names.length === 0) fail("No key is stored.", "Store one with `tollgate providers set <name>`.");
      const checks = await Promise.all(
        names.map(async (name) =>
          orFail(await ask(target, (client) => client.api.providers({ name }).validate.post())),
        ),
      );
      const style = styleFor(terminal);
      const lines = args.json
        ? [JSON.stringify({ checks }, null, 2)]
        : checks.map((check) => renderCheck(check, style));
      for (const line of lines) terminal.print(line);
      const bad = checks.filter(({ outcome }) => outcome !== "valid").map(({ provider }) => provider);
      if (bad.length > 0) fail(`Not everything can be used: ${bad.join(", ")}.`);
    },
  });
}

async function listKeyed(target: Target): Promise<string[]> {
  const { providers } = orFail(await ask(target, (client) => client.api.providers.get()));
  return providers.filter(({ key }) => key !== null).map(({ name }) => name);
}

/** The outcome in a line, with how long it took. Pure. */
export function renderCheck({ outcome, message, latency_ms }: ProviderCheckAnswer, style: Style): string {
  const paint = outcome === "valid" ? style.good : outcome === "unclear" ? style.warning : style.bad;
  return `${paint(message)} ${style.dim(`(${renderSpan(latency_ms)})`)}`;
}
