/** When anybody wonders whether a call has found a connection, and how often a host is asked. */
import { describe, expect, test } from "bun:test";
import { createContacts } from "../../server/gateway/contact.ts";

const SECOND = 1_000;

interface Knock {
  readonly place: string;
  answer(isThere: boolean): Promise<void>;
}

/** Contacts at a clock that the test moves, and hosts that answer when it says. */
function openContacts() {
  const clock = { now: 0 };
  const knocks: Knock[] = [];
  const contacts = createContacts({
    now: () => clock.now,
    dial: (host, port) => {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const answer = async (isThere: boolean): Promise<void> => {
        resolve(isThere);
        await new Promise(setImmediate);
      };
      knocks.push({ place: `${host} ${port}`, answer });
      return promise;
    },
  });
  const begin = (url = "https://api.example.com/v1", address: string | null = null) => {
    const call = { admitted: clock.now, abort: new AbortController() };
    contacts.begin(call, { url, address, headers: new Headers(), body: new Uint8Array(0) });
    return call;
  };
  const sweepAt = (now: number): void => {
    clock.now = now;
    contacts.sweep(now);
  };
  return { contacts, knocks, begin, sweepAt };
}

describe("a call whose answer stays away", () => {
  test("is nobody's concern for ten seconds, nor after its answer has begun", () => {
    const { contacts, knocks, begin, sweepAt } = openContacts();
    const [waiting, answered] = [begin(), begin("https://other.example.com")];
    sweepAt(10 * SECOND - 1);
    expect(knocks).toEqual([]);
    expect(contacts.end(answered)).toBe("unknown");
    sweepAt(10 * SECOND);
    expect(knocks).toHaveLength(1);
    expect(waiting.abort.signal.aborted).toBe(false);
  });

  test("goes on where its host takes connections, and its host is not asked again", async () => {
    const { contacts, knocks, begin, sweepAt } = openContacts();
    const call = begin();
    sweepAt(10 * SECOND);
    await knocks[0]?.answer(true);
    sweepAt(600 * SECOND);
    expect(knocks).toHaveLength(1);
    expect(call.abort.signal.aborted).toBe(false);
    expect(contacts.end(call)).toBe("made");
  });

  test("is aborted where its host is silent", async () => {
    const { contacts, knocks, begin, sweepAt } = openContacts();
    const call = begin();
    sweepAt(10 * SECOND);
    await knocks[0]?.answer(false);
    expect(call.abort.signal.aborted).toBe(true);
    expect(contacts.end(call)).toBe("none");
  });

  test("is left alone when its answer begins while its host is asked", async () => {
    const { contacts, knocks, begin, sweepAt } = openContacts();
    const call = begin();
    sweepAt(10 * SECOND);
    expect(contacts.end(call)).toBe("unknown");
    await knocks[0]?.answer(false);
    expect(call.abort.signal.aborted).toBe(false);
  });
});

describe("a host", () => {
  test("is asked once for all that wait for it", async () => {
    const { knocks, begin, sweepAt } = openContacts();
    const calls = Array.from({ length: 500 }, () => begin());
    sweepAt(10 * SECOND);
    expect(knocks).toHaveLength(1);
    await knocks[0]?.answer(false);
    expect(calls.every(({ abort }) => abort.signal.aborted)).toBe(true);
  });

  test("that takes connections is believed for ten seconds", async () => {
    const { knocks, begin, sweepAt } = openContacts();
    begin();
    sweepAt(5 * SECOND);
    begin();
    sweepAt(10 * SECOND);
    await knocks[0]?.answer(true);
    sweepAt(15 * SECOND);
    expect(knocks).toHaveLength(1);
    begin();
    sweepAt(25 * SECOND);
    expect(knocks).toHaveLength(2);
  });

  test("that was silent is asked anew for a call that did not wait for that", async () => {
    const { knocks, begin, sweepAt } = openContacts();
    begin();
    sweepAt(1 * SECOND);
    const later = begin();
    sweepAt(10 * SECOND);
    await knocks[0]?.answer(false);
    sweepAt(11 * SECOND);
    expect(knocks).toHaveLength(2);
    expect(later.abort.signal.aborted).toBe(false);
  });

  test("is asked at its port, and at the address that was checked where there is one", () => {
    const { knocks, begin, sweepAt } = openContacts();
    begin("https://api.example.com/v1?key=1");
    begin("http://api.example.com/v1");
    begin("http://[::1]:11434/v1");
    begin("https://target.example.com:8443/v1", "192.0.2.7");
    sweepAt(10 * SECOND);
    expect(knocks.map(({ place }) => place)).toEqual([
      "api.example.com 443",
      "api.example.com 80",
      "::1 11434",
      "192.0.2.7 8443",
    ]);
  });
});
