/**
 * The load generator, a process of its own: raw keep-alive connections, one request at a time on each.
 *
 * `bun run scripts/bench/load.ts '<Load as JSON>'` prints a LoadResult as JSON.
 */
import { createMessageReader, latin1 } from "../../test/support/http-wire.ts";
import { clock, type Load, type LoadResult, readInstants, spreadOf } from "./wire.ts";

const BODY = JSON.stringify({
  model: "gpt-4o-mini",
  messages: [
    { role: "system", content: "You are a terse assistant. ".repeat(10) },
    { role: "user", content: "Tell me about foxes and dogs, please. ".repeat(12) },
  ],
  temperature: 0.2,
});

/** Where a URL leaves an agent's name open, and how many agents then call in turn. */
const NUMBER = "{n}";
const AGENTS = 500;

const load: Load = JSON.parse(process.argv[2] ?? "null");
const result = load.kind === "requests" ? await runRequests(load) : await runStreams(load);
console.log(JSON.stringify(result));
process.exit(0);

async function runRequests({ url, connections, seconds }: Load & { kind: "requests" }): Promise<LoadResult> {
  const requests = renderAll(url, BODY, {});
  let sent = 0;
  const latencies: number[] = [];
  let failed = 0;
  const started = clock();
  const deadline = started + seconds * 1000;

  async function runConnection(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let sentAt = 0;
    let isGood = false;
    const reader = createMessageReader("response", {
      head: ({ startLine }) => {
        isGood = startLine.startsWith("HTTP/1.1 200 ");
      },
      body: () => undefined,
      end() {
        if (isGood) latencies.push(clock() - sentAt);
        else failed += 1;
        next();
      },
    });
    const socket = await open(url, (bytes) => reader.feed(bytes), resolve);
    function next(): void {
      sentAt = clock();
      if (sentAt < deadline) socket.write(requests[sent++ % requests.length] ?? "");
      else socket.end();
    }
    next();
    await promise;
  }

  await Promise.all(Array.from({ length: connections }, runConnection));
  const elapsed = (clock() - started) / 1000;
  return {
    kind: "requests",
    requests: latencies.length,
    failed,
    seconds: elapsed,
    latency: spreadOf(latencies),
  };
}

async function runStreams({ url, streams, events, every }: Load & { kind: "streams" }): Promise<LoadResult> {
  const body = BODY.replace("{", '{"stream":true,');
  const requests = renderAll(url, body, { "x-bench-events": `${events}/${every}` });
  const firstEvents: number[] = [];
  const delays: number[] = [];
  let failed = 0;

  async function runStream(index: number): Promise<void> {
    // Beginnings are spread over one interval: a fleet's streams do not tick in step.
    await Bun.sleep((index / streams) * every);
    const { promise, resolve } = Promise.withResolvers<void>();
    let seen = 0;
    let sentAt = 0;
    const reader = createMessageReader("response", {
      head: () => undefined,
      body(piece) {
        const now = clock();
        for (const instant of readInstants(latin1(piece))) {
          if (seen === 0) firstEvents.push(now - sentAt);
          else delays.push(now - instant);
          seen += 1;
        }
      },
      end: () => socket.end(),
    });
    const socket = await open(url, (bytes) => reader.feed(bytes), resolve);
    sentAt = clock();
    socket.write(requests[index % requests.length] ?? "");
    await promise;
    if (seen !== events) failed += 1;
  }

  await Promise.all(Array.from({ length: streams }, (_, index) => runStream(index)));
  return {
    kind: "streams",
    events: firstEvents.length + delays.length,
    failed,
    firstEvent: spreadOf(firstEvents),
    delay: spreadOf(delays),
  };
}

function open(url: string, data: (bytes: Buffer) => void, close: () => void) {
  const { hostname, port } = new URL(url);
  return Bun.connect({
    hostname,
    port: Number(port),
    socket: { data: (_, bytes) => data(bytes), close, error: close },
  });
}

/** One request, or one for each of many agents where the URL leaves their name open. */
function renderAll(url: string, body: string, extra: Record<string, string>): Buffer[] {
  const count = url.includes(NUMBER) ? AGENTS : 1;
  return Array.from({ length: count }, (_, n) => render(url.replace(NUMBER, String(n)), body, extra));
}

function render(url: string, body: string, extra: Record<string, string>): Buffer {
  const { host, pathname } = new URL(url);
  const fields = {
    Host: host,
    Authorization: "Bearer sk-bench",
    "Content-Type": "application/json",
    "Content-Length": String(Buffer.byteLength(body)),
    ...extra,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${pathname} HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
}
