/** A disk that is full while answers stream: what cannot be written down is not passed on, and nobody is told it was the budget (SPEC 7.7, 17). */
import { describe, expect, test } from "bun:test";
import type { CallLine } from "../../server/core/event.ts";
import { type DataPlane, type DataPlaneOptions, manualStream, openDataPlane } from "../support/data-plane.ts";
import {
  CHAT,
  call,
  costOf,
  moneyOf,
  PRICED,
  readerOf,
  saying,
  turn,
  until,
  WIRES,
  type Wire,
} from "./budget-support.ts";

const CAPPED = `${PRICED}
agents: { bot: { budget: { max_cost_total: 10 } } }
`;
/** Each is more than a stream holds at first; no event holds it by accident. */
const SEEN = "§".repeat(300);
const UNSEEN = "¶".repeat(6_000);

/** Writes everything, but no growth of a hold while the disk is full. */
function growsUnless(disk: { readonly isFull: boolean }): DataPlaneOptions["write"] {
  return (descriptor, text, write) => {
    if (disk.isFull && text.includes('"op":"grow"'))
      throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    return write(descriptor, text);
  };
}

/** A data plane whose disk can be filled, and its one answer. */
function openDisk(wire: Wire, config = CAPPED) {
  const disk = { isFull: false };
  const upstream = manualStream(wire.contentType);
  const plane = openDataPlane({
    config,
    upstream: ({ signal }) => {
      signal.addEventListener("abort", () => upstream.break("ABORT_ERR"));
      return upstream.response;
    },
    write: growsUnless(disk),
  });
  return { plane, upstream, disk };
}

/** The events of a stream up to the second of two words. */
function eventsOf(wire: Wire): { before: string[]; second: string } {
  const events = wire.events(saying(20, 4_000, [SEEN, UNSEEN]));
  const at = events.findIndex((event) => event.includes(UNSEEN));
  // What Gemini reports with the first word would be held with it.
  const silent = events.map((event) => event.replace(/"usageMetadata"/, '"x"'));
  return { before: silent.slice(0, at), second: silent[at] ?? "" };
}

async function streamUntilFull(wire: Wire, config?: string) {
  const { plane, upstream, disk } = openDisk(wire, config);
  const reader = readerOf(await call(plane, "bot", wire, { stream: true, ceiling: 8_000 }));
  const { before, second } = eventsOf(wire);
  for (const event of before) upstream.push(event);
  await reader.sees(SEEN);
  disk.isFull = true;
  upstream.push(second);
  return { plane, upstream, reader };
}

function settled(plane: DataPlane): CallLine | undefined {
  expect(moneyOf(plane, "bot").held).toBe(0);
  expect(plane.gateway.inFlight).toBe(0);
  return plane.calls()[0];
}

describe("a stream that outgrows its hold on a full disk", () => {
  for (const wire of WIRES) {
    test(`is ended as what it is: ${wire.name}`, async () => {
      const { plane, reader } = await streamUntilFull(wire);
      using _ = plane;
      const rest = await reader.rest();
      expect(rest).not.toContain("¶");
      expect(rest).not.toMatch(/"(?:length|max_tokens|MAX_TOKENS|max_output_tokens)"/);
      expect(rest).toContain("cannot be written down");
      expect(plane.sent[0]?.signal.aborted).toBe(true);
      expect(settled(plane)).toMatchObject({ ending: "cut", error: "journal_unavailable", status: 200 });
      expect(moneyOf(plane, "bot").spent).toBeLessThanOrEqual(costOf(2_000, 1_024));
    });
  }

  test("goes on where the operator wants calls to go on without a journal", async () => {
    const { plane, upstream, reader } = await streamUntilFull(
      CHAT,
      `${CAPPED}audit: { on_failure: continue }\n`,
    );
    using _ = plane;
    await reader.sees(UNSEEN);
    upstream.break();
    await reader.rest();
    expect(moneyOf(plane, "bot").held).toBe(0);
  });
});

test("a call that thinks unseen, of which no byte has come, is told that its cost cannot be written down", async () => {
  const disk = { isFull: false };
  using plane = openDataPlane({
    config: CAPPED,
    upstream: ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    write: growsUnless(disk),
  });
  const reasoning: Wire = {
    ...CHAT,
    body: (asked) => ({ ...CHAT.body(asked), model: "o3" }),
  };
  const pending = call(plane, "bot", reasoning, { stream: true, ceiling: 30_000 });
  await until(() => plane.sent.length === 1, "the request leaves");
  disk.isFull = true;
  plane.advance(20_000);
  plane.tick();
  await turn();
  const response = await pending;
  expect([response.status, response.headers.get("x-tollgate-blocked")]).toEqual([503, "journal_unavailable"]);
  expect(response.headers.get("x-should-retry")).not.toBe("false");
  expect(moneyOf(plane, "bot").held).toBe(0);
  expect(plane.gateway.controls.pauses.find("bot")).toBeNull();
});
