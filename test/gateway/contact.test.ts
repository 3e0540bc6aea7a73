/** When anybody wonders whether a call has found a connection, and what becomes of it. */
import { describe, expect, test } from "bun:test";
import { createContacts } from "../../server/gateway/contact.ts";

const SECOND = 1_000;

interface Question {
  readonly place: string;
  readonly calls: number;
  answer(isUnconnected: boolean): Promise<void>;
}

interface Terms {
  readonly admitted: number;
  /** How long it may wait for its answer. */
  readonly time: number;
  readonly address: string | null;
}

/** Contacts whose questions the test answers. */
function openContacts() {
  const questions: Question[] = [];
  const contacts = createContacts({
    isUnconnected: (host, port, calls) => {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const answer = async (isUnconnected: boolean): Promise<void> => {
        resolve(isUnconnected);
        await new Promise(setImmediate);
      };
      questions.push({ place: `${host} ${port}`, calls, answer });
      return promise;
    },
  });
  const begin = (
    url = "https://api.example.com/v1",
    { admitted = 0, time = 600 * SECOND, address = null }: Partial<Terms> = {},
  ) => {
    const call = { admitted, deadline: admitted + time, abort: new AbortController() };
    contacts.begin(call, { url, address, headers: new Headers(), body: new Uint8Array(0) });
    return call;
  };
  return { contacts, questions, begin };
}

describe("a call whose answer stays away", () => {
  test("is nobody's concern for ten seconds, nor after its answer has begun", () => {
    const { contacts, questions, begin } = openContacts();
    const [waiting, answered] = [begin(), begin("https://other.example.com")];
    contacts.sweep(10 * SECOND - 1);
    expect(questions).toEqual([]);
    expect(contacts.end(answered)).toBe(false);
    contacts.sweep(10 * SECOND);
    expect(questions).toHaveLength(1);
    expect(waiting.abort.signal.aborted).toBe(false);
  });

  test("goes on where it may have a connection, and is not asked about again", async () => {
    const { contacts, questions, begin } = openContacts();
    const call = begin();
    contacts.sweep(10 * SECOND);
    await questions[0]?.answer(false);
    contacts.sweep(600 * SECOND);
    expect(questions).toHaveLength(1);
    expect(call.abort.signal.aborted).toBe(false);
    expect(contacts.end(call)).toBe(false);
  });

  test("is aborted where it has none, and known not to have been sent", async () => {
    const { contacts, questions, begin } = openContacts();
    const call = begin();
    contacts.sweep(10 * SECOND);
    await questions[0]?.answer(true);
    expect(call.abort.signal.aborted).toBe(true);
    expect([contacts.end(call), contacts.end(call)]).toEqual([true, false]);
  });

  test("is left alone when its answer begins while the system is asked", async () => {
    const { contacts, questions, begin } = openContacts();
    const call = begin();
    contacts.sweep(10 * SECOND);
    expect(contacts.end(call)).toBe(false);
    await questions[0]?.answer(true);
    expect(call.abort.signal.aborted).toBe(false);
    expect(contacts.end(call)).toBe(false);
  });
});

test("a call of little time is asked about before that is over, without regard to others", () => {
  const { contacts, questions, begin } = openContacts();
  begin();
  begin("https://short.example.com", { time: 5 * SECOND });
  contacts.sweep(3 * SECOND - 1);
  expect(questions).toEqual([]);
  contacts.sweep(3 * SECOND);
  expect(questions.map(({ place }) => place)).toEqual(["short.example.com 443"]);
});

describe("the system", () => {
  test("is asked once for all that wait for a host, and not for those who came later", async () => {
    const { contacts, questions, begin } = openContacts();
    const calls = Array.from({ length: 500 }, () => begin());
    const later = begin(undefined, { admitted: 1 });
    contacts.sweep(10 * SECOND);
    expect(questions.map(({ calls }) => calls)).toEqual([501]);
    await questions[0]?.answer(true);
    expect(calls.every(({ abort }) => abort.signal.aborted)).toBe(true);
    expect(later.abort.signal.aborted).toBe(false);
    contacts.sweep(11 * SECOND);
    expect(questions).toHaveLength(2);
  });

  test("is asked about the host's port, and about the address that was checked where there is one", () => {
    const { contacts, questions, begin } = openContacts();
    begin("https://api.example.com/v1?key=1");
    begin("http://api.example.com/v1");
    begin("http://[::1]:11434/v1");
    begin("https://target.example.com:8443/v1", { address: "192.0.2.7" });
    contacts.sweep(10 * SECOND);
    expect(questions.map(({ place }) => place)).toEqual([
      "api.example.com 443",
      "api.example.com 80",
      "::1 11434",
      "192.0.2.7 8443",
    ]);
  });
});
