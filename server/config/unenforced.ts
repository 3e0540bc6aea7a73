/**
 * Settings that are understood but that nothing enforces yet. A setting that is written down and not kept is worse than
 * none, so a file that has one is refused.
 */
import type { Settings } from "../core/settings.ts";

/** The paths of such settings. */
export function findUnenforced({ agents }: Settings): string[] {
  return Object.entries(agents)
    .filter(([, { model }]) => model !== null)
    .map(([name]) => `agents.${name}.model`);
}
