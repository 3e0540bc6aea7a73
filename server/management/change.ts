/** The one way in for changes of settings: asked of the configuration, written down, or told why not (SPEC 2.2, 16.2). */
import { t } from "elysia";
import type { AgentName } from "../core/agent.ts";
import { type Asker, noteAsker } from "./asker.ts";
import type { Auth } from "./auth.ts";
import { takeJson } from "./body.ts";
import type { ManagementContext } from "./context.ts";
import { type Failure, failure } from "./failure.ts";

export interface Wanted {
  /** Where in the file it would stand: `["agents", "researcher"]`. */
  readonly at: readonly string[];
  /** In the form of the file; null clears. */
  readonly given: unknown;
  /** `replace` clears whatever is not given. */
  readonly how?: "merge" | "replace";
  /** Whose logs tell of it. */
  readonly agent?: AgentName;
}

/** Makes the change, in force when this returns null; or says why nothing was changed. */
export type Change = (asker: Asker, wanted: Wanted) => Failure | null;

/**
 * What a route takes that changes settings: any mapping. Its members are the file's, and the file's own reader says what is
 * wrong with them.
 */
export const SETTINGS_BODY = {
  ...takeJson(),
  body: t.Record(t.String(), t.Unknown()),
};

/** Changes of `context`'s configuration, noted in its journal under whoever asks. */
export function createChange(context: ManagementContext, auth: Auth): Change {
  return (asker, { at, given, how = "merge", agent }) => {
    const note = noteAsker(auth, asker);
    if ("status" in note) return note;
    const result = context.configuration.change(at, given, how);
    switch (result.outcome) {
      case "fixed":
        return failure(403, "set_in_file", describeFixed(result.paths), { paths: result.paths });
      case "refused":
        return failure(400, "invalid_settings", describeProblems(result.problems), {
          problems: result.problems,
        });
      case "unkept":
        return failure(503, "not_kept", `Nothing was changed. ${result.message}`);
      case "applied": {
        const { set, cleared } = result;
        if (set.length + cleared.length === 0) return null;
        // Paths and never values: some are secrets.
        context.store.journal.append({
          type: "admin",
          time: new Date(context.now()).toISOString(),
          ...(agent !== undefined && { agent }),
          event: "config.changed",
          detail: { ...note, set, cleared },
        });
        return null;
      }
    }
  };
}

function describeFixed(paths: readonly string[]): string {
  return `Nothing was changed: the configuration file alone sets ${paths.join(", ")}. Change it there and restart or reload.`;
}

function describeProblems(problems: readonly { readonly message: string }[]): string {
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more, in \`details\`)` : "";
  return `Nothing was changed. ${problems[0]?.message ?? ""}${more}`;
}
