/**
 * `bun run bench [--quick] [--write] [--only name,name]`: what Tollgate costs beside nothing, nginx and the least proxy
 * that Bun can be. Rounds alternate between the candidates, so that a busy moment of the machine hits all of them.
 * `--write` puts the figures into docs/performance.md.
 */
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cpuMicros, peakResidentBytes, residentBytes } from "../../test/support/process.ts";
import { type Candidate, startCandidates, startScript } from "./candidates.ts";
import { type Measured, type RequestRound, renderReport, type StreamRound } from "./report.ts";
import type { Load, LoadResult } from "./wire.ts";

const { values: flags } = parseArgs({
  options: { quick: { type: "boolean" }, write: { type: "boolean" }, only: { type: "string" } },
});
/** The engine compiles for some twenty seconds under load: what runs for days is measured after that. */
const FULL = { warm: 20, rounds: 5, seconds: 4, connections: 32, streams: 500, events: 40, every: 100 };
const QUICK = { ...FULL, warm: 1, rounds: 1, seconds: 2, events: 20 };
const plan = flags.quick ? QUICK : FULL;

await using running = new AsyncDisposableStack();
const upstream = running.use(await startScript("upstream.ts"));
const candidates = await startCandidates(upstream.origin, running, flags.only?.split(","));
const report = `${renderReport(await measure(candidates), plan)}\n`;
console.log(report);
if (flags.write) await writeFigures(report);

async function measure(all: Candidate[]): Promise<Measured[]> {
  const requests = new Map<Candidate, RequestRound[]>(all.map((one) => [one, []]));
  const streams = new Map<Candidate, StreamRound[]>(all.map((one) => [one, []]));
  for (const one of all) await measureRequests(one, plan.warm);
  for (let round = 0; round < plan.rounds; round += 1) {
    for (const one of all) requests.get(one)?.push(await measureRequests(one, plan.seconds));
  }
  for (let round = 0; round < Math.ceil(plan.rounds / 2); round += 1) {
    for (const one of all) streams.get(one)?.push(await measureStreams(one));
  }
  return all.map((one) => ({
    name: one.name,
    requests: requests.get(one) ?? [],
    streams: streams.get(one) ?? [],
    memory: one.pid === null ? null : { now: residentBytes(one.pid), peak: peakResidentBytes(one.pid) },
  }));
}

async function measureRequests(one: Candidate, seconds: number): Promise<RequestRound> {
  const { result, cpu } = await run(one, {
    kind: "requests",
    url: one.url,
    connections: plan.connections,
    seconds,
  });
  if (result.kind !== "requests") throw new Error("the load generator answered another question");
  const { requests, failed, latency } = result;
  return { perSecond: requests / result.seconds, latency, failed, cpu: cpu === null ? null : cpu / requests };
}

async function measureStreams(one: Candidate): Promise<StreamRound> {
  const { streams, events, every } = plan;
  const { result, cpu } = await run(one, { kind: "streams", url: one.url, streams, events, every });
  if (result.kind !== "streams") throw new Error("the load generator answered another question");
  const { firstEvent, delay, failed } = result;
  return { firstEvent, delay, failed, cpu: cpu === null ? null : cpu / result.events };
}

/** Runs the load generator once and says what processor time the candidate used meanwhile. */
async function run(one: Candidate, load: Load): Promise<{ result: LoadResult; cpu: number | null }> {
  const before = one.pid === null ? 0 : cpuMicros(one.pid);
  const script = join(import.meta.dir, "load.ts");
  const child = Bun.spawn([process.execPath, "run", script, JSON.stringify(load)], { stdout: "pipe" });
  const result: LoadResult = JSON.parse(await new Response(child.stdout).text());
  return { result, cpu: one.pid === null ? null : cpuMicros(one.pid) - before };
}

/** Replaces what stands between the markers of docs/performance.md. */
async function writeFigures(report: string): Promise<void> {
  const path = join(import.meta.dir, "../../docs/performance.md");
  const page = await Bun.file(path).text();
  const machine = `Measured with Bun ${Bun.version} on ${cpus().length} cores (${cpus()[0]?.model ?? "unknown"}).`;
  const figures = `<!-- figures -->\n${machine}\n\n${report}<!-- /figures -->`;
  await Bun.write(
    path,
    page.replace(/<!-- figures -->[\s\S]*<!-- \/figures -->/, () => figures),
  );
}
