/**
 * Small pictures of a figure over the last ten minutes. What was not watched is left blank, not drawn as zero; the
 * figure itself always stands beside them as text.
 */
import { STEPS } from "../feed/series.ts";

const WIDTH = 120;
const HEIGHT = 24;

/** A bar for each group of steps that saw something: when the calls came. */
export function Bars(props: { values: Float64Array; watched: number; label: string }) {
  const start = () => round(WIDTH * (1 - props.watched / STEPS));
  return (
    <svg
      class="bars"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={props.label}
    >
      <path class="floor" d={`M${start()} ${HEIGHT - 0.5}H${WIDTH}`} />
      <path class="bars-values" d={drawBars(props.values)} />
    </svg>
  );
}

/** A line over a filled area, as long as what was watched: how a rate moved. */
export function Curve(props: { values: Float64Array; watched: number; label: string }) {
  const start = () => Math.max(0, props.values.length - props.watched);
  const line = () => drawLine(props.values, start());
  return (
    <svg
      class="curve"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={props.label}
    >
      <path class="floor" d={`M0 ${HEIGHT}H${WIDTH}`} />
      <path class="curve-area" d={`${line()}V${HEIGHT}H${round(stepOf(props.values) * start())}z`} />
      <path class="curve-line" d={line()} />
    </svg>
  );
}

const BARS = 40;

function drawBars(values: Float64Array): string {
  const perBar = Math.ceil(values.length / BARS);
  const sums = Array.from({ length: BARS }, (_, bar) =>
    values.subarray(bar * perBar, (bar + 1) * perBar).reduce((sum, value) => sum + value, 0),
  );
  const top = Math.max(1, ...sums);
  const step = WIDTH / BARS;
  return sums
    .map((sum, bar) => {
      // A single call must still be seen beside a thousand.
      const height = sum === 0 ? 0 : Math.max(2.5, (sum / top) * HEIGHT);
      return height === 0
        ? ""
        : `M${round(bar * step)} ${HEIGHT}v${round(-height)}h${round(step - 0.8)}v${round(height)}z`;
    })
    .join("");
}

function drawLine(values: Float64Array, start: number): string {
  const top = values.reduce((most, value) => Math.max(most, value), 0) || 1;
  const points = Array.from(values.subarray(start), (value, at) => {
    const y = HEIGHT - 1 - (value / top) * (HEIGHT - 3);
    return `${round((start + at) * stepOf(values))} ${round(y)}`;
  });
  return `M${points.join("L")}`;
}

function stepOf(values: Float64Array): number {
  return WIDTH / (values.length - 1);
}

function round(length: number): number {
  return Math.round(length * 100) / 100;
}
