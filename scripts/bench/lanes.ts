/**
 * `bun run scripts/bench/lanes.ts [--quick] [--latency 200]`: what a high-priority agent notices of a low-priority one that
 * floods the same provider (SPEC 12.6). Rounds with and without the flood alternate, so that a busy moment of the machine
 * hits both.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startGateway } from "../../test/support/gateway.ts";
import { startScript } from "./candidates.ts";
import { type Load, type LoadResult, median, type Spread } from "./wire.ts";

type Round = LoadResult & { kind: "requests" };

const { values: flags } = parseArgs({
  options: { quick: { type: "boolean" }, latency: { type: "string", default: "200" } },
});
const rounds = flags.quick ? 2 : 5;
const seconds = flags.quick ? 3 : 8;
const SLOTS = 64;
/** As many as the slots that low calls leave free: the high ones never wait for each other. */
const HIGH = 8;
/** Four callers for every slot. */
const LOW = 256;
/** How long the flood has been there, and goes on, before and after what is measured. */
const MARGIN = 1;

await using running = new AsyncDisposableStack();
const upstream = running.use(await startScript("upstream.ts", flags.latency));
const gateway = running.use(
  await startGateway({
    upstream: upstream.origin,
    file: {
      providers: { openai: { base_url: upstream.origin, max_concurrency: SLOTS } },
      agents: { vip: { priority: "high" }, bulk: { priority: "low" }, "*": { loops: { action: "off" } } },
    },
  }),
);

const alone: Round[] = [];
const flooded: Round[] = [];
const floods: Round[] = [];
await send("vip", HIGH, MARGIN); // warm: compiled code, pooled connections
for (let round = 0; round < rounds; round += 1) {
  alone.push(await send("vip", HIGH, seconds));
  const flood = send("bulk", LOW, seconds + 2 * MARGIN);
  await Bun.sleep(MARGIN * 1000);
  flooded.push(await send("vip", HIGH, seconds));
  floods.push(await flood);
}
console.log(renderFindings());

/** Lets so many callers of this agent call again and again, in a process of its own. */
async function send(agent: string, connections: number, duration: number): Promise<Round> {
  const url = `${gateway.url}/agents/${agent}/openai/v1/chat/completions`;
  const load: Load = { kind: "requests", url, connections, seconds: duration };
  const script = join(import.meta.dir, "load.ts");
  const child = Bun.spawn([process.execPath, "run", script, JSON.stringify(load)], { stdout: "pipe" });
  const result: LoadResult = JSON.parse(await new Response(child.stdout).text());
  if (result.kind !== "requests") throw new Error("the load generator answered another question");
  return result;
}

function renderFindings(): string {
  const ratio = (part: keyof Spread) => (spread(flooded, part) / spread(alone, part)).toFixed(3);
  return [
    `high-priority calls, ${HIGH} callers, ${flags.latency} ms upstream, ${SLOTS} slots; medians of ${rounds} rounds:`,
    `  alone:           ${describe(alone)}`,
    `  under the flood: ${describe(flooded)}`,
    `  ratio:           p50 ${ratio("p50")}, p99 ${ratio("p99")}`,
    `the flood, ${LOW} low-priority callers: ${describe(floods)}`,
  ].join("\n");
}

function describe(all: readonly Round[]): string {
  const perSecond = median(all.map((round) => round.requests / round.seconds));
  const failed = all.reduce((sum, round) => sum + round.failed, 0);
  const [p50, p99] = [spread(all, "p50"), spread(all, "p99")];
  return `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, ${perSecond.toFixed(0)} a second, ${failed} failed`;
}

function spread(all: readonly Round[], part: keyof Spread): number {
  return median(all.map(({ latency }) => latency[part]));
}
