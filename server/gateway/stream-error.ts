/** What a client is told whose stream ends in its middle: as an error event of its dialect, since the status is long sent. */
import { type Refusal, refusal } from "../core/refusal.ts";
import type { Stop } from "./call.ts";

/** Why it ends; null where nobody stopped it: then its upstream broke. */
export function explainEnd(stopped: Stop | null): Refusal {
  const reason = reasonOf(stopped);
  return refusal(reason, TEXTS[reason]);
}

type Told = "upstream_timeout" | "agent_deactivated" | "journal_unavailable" | "upstream_broken";

const TEXTS: Readonly<Record<Told, string>> = {
  upstream_timeout: "The provider went silent in the middle of its answer.",
  agent_deactivated: "The agent was paused and its calls were ended.",
  journal_unavailable:
    "The answer was ended: what more of it costs cannot be written down. Check the disk of gateway.data_dir.",
  upstream_broken: "The provider's answer broke off before its end.",
};

function reasonOf(stopped: Stop | null): Told {
  switch (stopped) {
    case "upstream_timeout":
    case "agent_deactivated":
    case "journal_unavailable":
      return stopped;
    default:
      return "upstream_broken";
  }
}
