import type { Link } from "../feed/connect.ts";
import { formatClock } from "../format.ts";

/** Two polls may fail unnoticed; after that the figures are called old. */
const FRESH = 15_000;

/** Live, polling or stale: by colour, by shape and by word. Announced when it changes. */
export function LinkState(props: { link: Link; receivedAt: number | null; now: number }) {
  const shown = () => describe(props.link, props.receivedAt, props.now);
  return (
    <span class="link-state" data-state={shown().state} role="status">
      <svg class="link-sign" viewBox="0 0 12 12" aria-hidden="true">
        {glyph(shown().state)}
      </svg>
      {shown().text}
    </span>
  );
}

type Shown = "connecting" | "live" | "polling" | "stale";

function describe(link: Link, receivedAt: number | null, now: number): { state: Shown; text: string } {
  if (receivedAt === null) {
    return link === "offline"
      ? { state: "stale", text: "No answer" }
      : { state: "connecting", text: "Connecting" };
  }
  if (link === "offline" || now - receivedAt > FRESH) {
    return { state: "stale", text: `Stale since ${formatClock(receivedAt)}` };
  }
  return link === "polling" ? { state: "polling", text: "Polling" } : { state: "live", text: "Live" };
}

function glyph(state: Shown) {
  if (state === "live") return <circle cx="6" cy="6" r="4.5" />;
  if (state === "stale") return <path d="M6 .8 11.6 11H.4z" />;
  return <path d="M6 1.5a4.5 4.5 0 0 0 0 9z M6 1.5a4.5 4.5 0 0 1 0 9" />;
}
