/**
 * Every recorded exchange through the whole data plane: routed, forwarded, relayed, settled. The client's bytes are the
 * recorded ones and the journal says the usage that the answer says.
 */
import { afterAll, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { type Exchange, loadCorpus, locate, providerOf } from "../support/corpus.ts";
import { type DataPlane, openDataPlane, type SentRequest } from "../support/data-plane.ts";
import { cut, perEvent } from "../support/replay.ts";

const corpus = loadCorpus() ?? [];
if (corpus.length === 0) console.log("The recorded traffic is not here: the pipeline is not replayed.");

/** Formats that the recordings were not evaluated for. */
const NOT_EVALUATED = new Set(["interactions"]);
/** Hosts that only some recordings name: configured as custom providers. */
const custom = new Map(
  corpus
    .filter((exchange) => providerOf(exchange).hosts.length === 0)
    .map((exchange) => [`${exchange.provider}-${exchange.host.replace(/\W/g, "-")}`, exchange.host]),
);
const config = `providers:\n  openai: {}\n${[...custom]
  .map(([id, host]) => `  ${id}: { protocol: openai, base_url: "https://${host}" }\n`)
  .join("")}`;

let answer: (request: SentRequest) => Response = () => new Response("unset", { status: 500 });
const plane: DataPlane = openDataPlane({ config, upstream: (request) => answer(request) });
afterAll(() => plane[Symbol.dispose]());

for (const exchange of corpus) {
  test(`${exchange.provider} ${exchange.endpoint} ${exchange.id} passes unchanged and is charged as it says`, async () => {
    const ways: [string, Iterable<Uint8Array>, string | null][] = [
      ["whole", [exchange.body], null],
      ["event by event", perEvent(exchange.body), null],
      ["7 bytes", cut(exchange.body, 7), null],
      ["1 byte", cut(exchange.body, 1), null],
      ["gzip", cut(gzipSync(exchange.body), 700), "gzip"],
    ];
    for (const [way, pieces, encoding] of ways) await replay(exchange, way, [...pieces], encoding);
  });
}

async function replay(
  exchange: Exchange,
  way: string,
  pieces: Uint8Array[],
  encoding: string | null,
): Promise<void> {
  answer = () => {
    const headers = new Headers(exchange.responseHeaders);
    for (const name of ["content-encoding", "content-length", "transfer-encoding", "connection"])
      headers.delete(name);
    if (encoding) headers.set("content-encoding", encoding);
    const hasBody = exchange.status !== 204 && exchange.status !== 304;
    return new Response(hasBody ? streamOf(pieces) : null, { status: exchange.status, headers });
  };
  // Recorded failures and limits must not open breakers or let keys rest for what comes after them.
  plane.advance(120_000);
  const before = plane.lines.length;
  const response = await plane.send(
    `/agents/replay/${prefixOf(exchange)}${exchange.path}`,
    requestOf(exchange),
  );
  const bytes = new Uint8Array(await response.arrayBuffer());

  expect(response.status, way).toBe(exchange.status);
  expect(Buffer.compare(bytes, Buffer.concat(pieces)), way).toBe(0);
  expect(plane.sent.at(-1)?.url, way).toBe(new URL(exchange.path, `https://${exchange.host}`).href);
  const lines = plane.lines.slice(before).filter((line) => line.type === "call");
  expect(lines, way).toHaveLength(1);
  const [line] = lines;
  // A stream without a byte has no final event, and one that tells an error has failed whatever it says after that.
  const isStream = exchange.responseHeaders["content-type"]?.startsWith("text/event-stream") ?? false;
  const isEmpty = isStream && exchange.body.length === 0;
  const hasFailed = isEmpty || exchange.flags.includes("error_object_in_stream");
  expect(line?.ending, way).toBe(hasFailed && exchange.status < 400 ? "failed" : "complete");

  const located = locate(providerOf(exchange), exchange);
  const expected = exchange.expectedUsage;
  if (NOT_EVALUATED.has(exchange.endpoint) || located.operation.kind === "pass" || exchange.status >= 400)
    return;
  if (expected && (expected.total_input ?? null) !== null) {
    expect(line?.usage, way).toBe("reported");
    const { total_input, total_output, cached_read, cache_write, reasoning } = expected;
    expect(
      [
        line?.tokens_in,
        line?.tokens_out,
        line?.tokens_cached,
        line?.tokens_cache_write,
        line?.tokens_reasoning,
      ],
      way,
    ).toEqual(
      [total_input, total_output, cached_read, cache_write, reasoning].map((figure) => figure ?? undefined),
    );
  } else {
    expect(line?.usage, way).not.toBe("reported");
  }
}

function prefixOf(exchange: Exchange): string {
  const provider = providerOf(exchange);
  return provider.hosts.length > 0
    ? provider.id
    : `${exchange.provider}-${exchange.host.replace(/\W/g, "-")}`;
}

/** The recorded request; where its body was not recorded, one that asks for the same kind of answer. */
function requestOf(exchange: Exchange): RequestInit {
  const headers = new Headers(exchange.requestHeaders);
  for (const name of [
    "content-length",
    "content-encoding",
    "accept-encoding",
    "connection",
    "transfer-encoding",
  ]) {
    headers.delete(name);
  }
  headers.set("host", exchange.host);
  if (exchange.method === "GET" || exchange.method === "HEAD") return { method: exchange.method, headers };
  const stream = exchange.streaming ? { stream: true, stream_options: { include_usage: true } } : {};
  const body = exchange.requestBody || JSON.stringify({ model: exchange.model, ...stream });
  return { method: exchange.method, headers, body };
}

function streamOf(pieces: Uint8Array[]): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream(
    {
      pull(controller) {
        const piece = pieces[at++];
        if (piece) controller.enqueue(piece);
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}
