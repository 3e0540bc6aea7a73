import { For, Show } from "solid-js";
import type { LogEntry } from "../../../server/store/store.ts";
import { formatClock, formatLatency, formatShort, formatUsd } from "../format.ts";

const SHOWN = 20;

/** The latest calls, let through or refused, newest first; those after `newsAfter` came while the page was open. */
export function EntriesPanel(props: { entries: readonly LogEntry[]; newsAfter: number | null }) {
  const shown = () =>
    props.entries.filter((entry) => entry.type === "call" || entry.type === "blocked").slice(0, SHOWN);
  return (
    <section class="panel entries-panel" aria-labelledby="entries-title">
      <div class="panel-head">
        <h2 id="entries-title">Latest calls</h2>
      </div>
      <Show when={shown().length > 0} fallback={<p class="nothing">No call since this gateway started.</p>}>
        <table class="entries">
          <thead>
            <tr>
              <th scope="col" class="time">
                Time
              </th>
              <th scope="col">Agent</th>
              <th scope="col">Model</th>
              <th scope="col">Outcome</th>
              <th scope="col" class="numeric">
                Tokens in
              </th>
              <th scope="col" class="numeric">
                Tokens out
              </th>
              <th scope="col" class="numeric">
                Cost
              </th>
              <th scope="col" class="numeric">
                Latency
              </th>
            </tr>
          </thead>
          <tbody>
            <For each={shown()}>
              {(entry) => <EntryRow entry={entry} isNews={isAfter(entry, props.newsAfter)} />}
            </For>
          </tbody>
        </table>
      </Show>
    </section>
  );
}

function EntryRow(props: { entry: LogEntry; isNews: boolean }) {
  return (
    <tr classList={{ news: props.isNews }}>
      <td class="entry-time">{formatClock(Date.parse(String(props.entry.time)))}</td>
      <td class="entry-agent" title={name(props.entry.agent)}>
        {name(props.entry.agent)}
      </td>
      <td class="entry-model" title={name(props.entry.model ?? props.entry.requested_model)}>
        {name(props.entry.model ?? props.entry.requested_model ?? props.entry.provider)}
      </td>
      <td class="entry-outcome">
        <Outcome entry={props.entry} />
      </td>
      <td class="numeric" data-label="in">
        {figure(props.entry.tokens_in, formatShort)}
      </td>
      <td class="numeric" data-label="out">
        {figure(props.entry.tokens_out, formatShort)}
      </td>
      <td class="numeric entry-cost">{props.entry.type === "blocked" ? "—" : cost(props.entry.cost)}</td>
      <td class="numeric entry-latency">{figure(props.entry.latency_ms, formatLatency)}</td>
    </tr>
  );
}

/** How it went: by colour, by sign and by word. */
function Outcome(props: { entry: LogEntry }) {
  const outcome = () => describe(props.entry);
  return (
    <span class="outcome" data-kind={outcome().kind}>
      <svg viewBox="0 0 12 12" aria-hidden="true">
        <path d={GLYPHS[outcome().kind]} />
      </svg>
      {outcome().text}
    </span>
  );
}

const GLYPHS = {
  good: "M2 6.5 4.8 9.3 10 3.4",
  bad: "M2.8 2.8 9.2 9.2 M9.2 2.8 2.8 9.2",
  unfinished: "M2.5 6h7",
  blocked: "M6 1.2a4.8 4.8 0 1 1 0 9.6 4.8 4.8 0 0 1 0-9.6z M2.8 9.2 9.2 2.8",
};

function describe(entry: LogEntry): { kind: keyof typeof GLYPHS; text: string } {
  if (entry.type === "blocked") {
    const times = typeof entry.count === "number" ? ` ×${entry.count}` : "";
    return { kind: "blocked", text: `blocked: ${name(entry.reason)}${times}` };
  }
  const failed = entry.ending === "failed" || Number(entry.status) >= 400;
  const complete = entry.ending === "complete";
  const parts = [entry.status, complete ? null : entry.ending, entry.error];
  const text = parts.filter((part) => part !== null).join(" ");
  if (failed) return { kind: "bad", text };
  return { kind: complete ? "good" : "unfinished", text };
}

function isAfter(entry: LogEntry, place: number | null): boolean {
  return place !== null && Number(entry.seq) > place;
}

function name(value: LogEntry[keyof LogEntry] | undefined): string {
  return value === null || value === undefined ? "—" : String(value);
}

function figure(value: LogEntry[keyof LogEntry], format: (figure: number) => string): string {
  return typeof value === "number" ? format(value) : "—";
}

function cost(value: LogEntry[keyof LogEntry]): string {
  return typeof value === "number" ? formatUsd(value) : "unknown";
}
