import { type CappedUse, judgeShare, measureBar, usedShare } from "../feed/budgets.ts";
import { formatShare, formatUsd } from "../format.ts";

const WINDOWS = { hour: "Hourly", day: "Daily", total: "Total" };

/** How far one cap is used: what is spent, what is held on top of it in a lighter tone, and the room that is left. */
export function BudgetMeter(props: { use: CappedUse }) {
  const bar = () => measureBar(props.use);
  const share = () => usedShare(props.use);
  return (
    <svg class="meter" data-tone={judgeShare(share())} role="img" aria-label={describe(props.use)}>
      <title>{describe(props.use)}</title>
      <rect class="meter-held" width={percent(bar().used)} height="100%" />
      <rect class="meter-spent" width={percent(bar().spent)} height="100%" />
    </svg>
  );
}

function describe(use: CappedUse): string {
  const held = use.held > 0 ? ` and ${formatUsd(use.held)} held` : "";
  return `${WINDOWS[use.window]} budget ${formatShare(usedShare(use))} used: ${formatUsd(use.spent)} spent${held} of ${formatUsd(use.cap)}`;
}

function percent(share: number): string {
  return `${Math.round(share * 10_000) / 100}%`;
}
