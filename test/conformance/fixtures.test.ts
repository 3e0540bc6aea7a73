/** Answers written after each provider's documentation, cut in every way: what passes, and what is read from it. */
import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UNKNOWN_USAGE, type Usage } from "../../server/core/usage.ts";
import { chooseFraming } from "../../server/protocols/framing.ts";
import { protocols } from "../../server/protocols/index.ts";
import { createProviders, KNOWN_PROVIDERS } from "../../server/providers/index.ts";
import { cut, perEvent, type ReplayOptions, replay, throughGzip } from "../support/replay.ts";

type Figures = [number | null, number | null, number | null, number | null, number | null];

interface Fixture {
  readonly rest: string;
  readonly query?: string;
  readonly status: number;
  readonly contentType: string;
  readonly stream: boolean;
  /** One document: text as it stands, anything else as JSON. */
  readonly body?: unknown;
  /** Server-sent events without the blank lines between them. */
  readonly events?: readonly string[];
  /** What ends the lines of events; LF unless told. */
  readonly lineEnd?: string;
  readonly expected: {
    /** Input, output, cached, cache-write and reasoning tokens. */
    readonly usage: Figures | null;
    readonly billing?: Usage["billing"];
    readonly passes?: readonly [model: string | null, usage: Figures][];
    readonly units?: Readonly<Record<string, number>>;
    readonly model?: string;
    readonly visibleBytes?: number;
    readonly error?: string | null;
    /** Whether the answer is complete; true unless told. */
    readonly ended?: boolean;
    /** Whether an event says that it is the last. */
    readonly finishes?: boolean;
    /** Whether a chunk carries nothing but usage, so that it can be hidden. */
    readonly usageOnly?: boolean;
  };
}

const FOLDER = join(import.meta.dir, "fixtures");
const providers = createProviders({});

for (const id of KNOWN_PROVIDERS) {
  test(`${id} has fixtures of an answer, a stream and an error`, () => {
    const all = namesOf(id).map((name) => load(id, name));
    expect(all.some((one) => !one.stream && one.status === 200 && one.expected.usage)).toBe(true);
    expect(all.some((one) => one.stream && one.expected.usage)).toBe(true);
    expect(all.some((one) => typeof one.expected.error === "string")).toBe(true);
  });

  for (const name of namesOf(id)) {
    test(`${id}: ${name} passes unchanged and is read as documented`, async () => {
      const fixture = load(id, name);
      const body = bytesOf(fixture);
      const options = optionsOf(id, fixture);
      const ways: [string, Iterable<Uint8Array>][] = [
        ["whole", [body]],
        ["event by event", perEvent(body)],
        ["7 bytes", cut(body, 7)],
        ["1 byte", cut(body, 1)],
        ["gzip", await throughGzip(body)],
      ];
      for (const [way, pieces] of ways) {
        const { passed, reading, meter } = replay(options, pieces);
        const { expected } = fixture;
        expect(Buffer.from(passed).toString(), way).toBe(Buffer.from(body).toString());
        expect(reading.usage, way).toEqual(expected.usage && toUsage(expected.usage, expected.billing));
        expect(reading.passes, way).toEqual(
          (expected.passes ?? []).map(([model, usage]) => ({ model, usage: toUsage(usage) })),
        );
        expect(reading.units, way).toEqual({ ...expected.units });
        expect(reading.error, way).toBe(expected.error ?? null);
        expect(reading.ended, way).toBe(expected.ended ?? true);
        if (expected.model !== undefined) expect(reading.model, way).toBe(expected.model);
        if (expected.visibleBytes !== undefined)
          expect(reading.visibleBytes, way).toBe(expected.visibleBytes);
        if (expected.finishes === true) expect(meter.finished, way).toBe(true);
      }
      const hidden = replay({ ...options, hideUsageOnly: true }, [body]).passed;
      expect(hidden.length < body.length).toBe(fixture.expected.usageOnly === true);
    });
  }
}

function namesOf(id: string): string[] {
  return readdirSync(join(FOLDER, id)).map((file) => file.replace(/\.json$/, ""));
}

function load(id: string, name: string): Fixture {
  return JSON.parse(readFileSync(join(FOLDER, id, `${name}.json`), "utf8"));
}

function bytesOf({ body, events, lineEnd = "\n" }: Fixture): Uint8Array {
  if (events)
    return Buffer.from(
      events
        .map((event) => `${event}\n\n`)
        .join("")
        .replaceAll("\n", lineEnd),
    );
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}

function optionsOf(id: string, fixture: Fixture): ReplayOptions {
  const provider = providers.find(id);
  if (!provider) throw new Error(`${id} is not known`);
  const { rest, query = "", status, contentType, stream } = fixture;
  const { operation } = provider.locate({ method: "POST", rest, query, headers: new Headers() });
  expect(operation.kind).not.toBe("pass");
  return {
    protocol: protocols.get(operation.dialect),
    quirks: provider.quirks,
    framing: chooseFraming({ status, contentType, stream, streamFraming: operation.streamFraming }),
  };
}

function toUsage(
  [inputTokens, outputTokens, cachedTokens, cacheWriteTokens, reasoningTokens]: Figures,
  billing?: Usage["billing"],
): Usage {
  const figures = { inputTokens, outputTokens, cachedTokens, cacheWriteTokens, reasoningTokens };
  return { ...UNKNOWN_USAGE, ...figures, ...(billing ? { billing } : {}) };
}
