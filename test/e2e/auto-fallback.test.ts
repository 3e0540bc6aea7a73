/** Calls whose provider fails, served by another one in other words: one answer, one line, nothing left held (SPEC 12.5, 5.1). */
import { describe, expect, test } from "bun:test";
import type { CallLine, Line, NoteLine } from "../../server/core/event.ts";
import { HELLO, textOf } from "../support/answers/said.ts";
import { isCall } from "../support/gateway.ts";
import { useHosts } from "../support/hosts/fixture.ts";
import { CLIENT_KEY, complaintsOf, HOSTS, SPOKEN, type Spoken } from "../support/hosts/hosts.ts";
import { json } from "../support/replies.ts";
import { until } from "../support/signals.ts";
import { TALKS } from "../support/talks/talks.ts";
import type { RecordedRequest } from "../support/upstream.ts";

/** The client's format, and the backup's: each serves another. */
const BACKUPS: readonly (readonly [client: Spoken, backup: Spoken])[] = [
  ["openai-chat", "anthropic-messages"],
  ["openai-responses", "gemini"],
  ["anthropic-messages", "openai-chat"],
  ["gemini", "openai-responses"],
];
const CASES = BACKUPS.flatMap(([client, backup]) =>
  [false, true].map((stream) => ({ client, backup, stream })),
);
const backupOf = (backup: Spoken) => `${HOSTS[backup].provider}/${HOSTS[backup].model}`;

/** A port at which nobody listens. */
const CLOSED = "http://127.0.0.1:1";

const fixture = useHosts((origins) => ({
  providers: {
    dead: { protocol: "openai", base_url: `${CLOSED}/v1`, api_key: "sk-of-dead" },
    limited: {
      protocol: "openai",
      base_url: `${origins["openai-chat"]}/limited/v1`,
      api_key: "sk-of-limited",
    },
    resting: { protocol: "openai", base_url: `${origins["openai-chat"]}/v1`, api_key: "sk-of-resting" },
    open: { protocol: "openai", base_url: `${origins["openai-chat"]}/v1` },
    several: {
      protocol: "openai",
      base_url: `${origins["openai-chat"]}/v1`,
      api_key: "sk-first",
      api_keys: ["sk-second", "sk-third"],
    },
  },
  agents: {
    ...Object.fromEntries(
      BACKUPS.flatMap(([, backup]) =>
        ["dead", "limited"].map((provider) => [
          `${provider}-${HOSTS[backup].provider}`,
          { provider, model: "primary-1", fallback: [backupOf(backup)] },
        ]),
      ),
    ),
    "several-keys": { provider: "several", model: "chatty-1", retries: 2, fallback: [backupOf("gemini")] },
    resting: { provider: "resting", model: "primary-1", fallback: [backupOf("anthropic-messages")] },
    "only-dead": { provider: "dead", model: "primary-1" },
    "own-key": { fallback: [backupOf("anthropic-messages")] },
    keyless: { fallback: ["mistral/mistral-small-latest"] },
  },
}));

function ask(client: Spoken, agent: string, stream: boolean, provider = "auto") {
  const baseUrl = `${fixture.gateway.url}/agents/${agent}/${provider}`;
  return TALKS[client]({ baseUrl, key: CLIENT_KEY, model: "asked-for", stream }).ask("Who is there?");
}

function journalOf(agent: string): { calls: CallLine[]; attempts: NoteLine[] } {
  const lines = fixture.gateway.home.journal().filter((line) => "agent" in line && line.agent === agent);
  return { calls: lines.filter(isCall), attempts: lines.filter(isAttempt) };
}

function isAttempt(line: Line): line is Line & NoteLine {
  return line.type === "attempt";
}

async function nothingHeld(agent: string): Promise<void> {
  const { agents } = await fixture.gateway.api("/api/status").then((answer) => answer.json());
  expect(agents.find(({ id }: { id: string }) => id === agent)).toMatchObject({ held: 0, in_flight: 0 });
}

describe("the backup serves, in other words, as soon as the primary is", () => {
  test.each(CASES)("dead: $client by $backup, streamed: $stream", async ({ client, backup, stream }) => {
    const agent = `dead-${HOSTS[backup].provider}`;
    const before = journalOf(agent).calls.length;
    const heard = await ask(client, agent, stream);
    expect(heard).toMatchObject({ text: textOf(HELLO), usage: [120, 30] });
    const { requests } = fixture.hosts[backup];
    expect(requests.flatMap((request) => complaintsOf(backup, request))).toEqual([]);
    expect(SPOKEN.reduce((sum, spoken) => sum + fixture.hosts[spoken].requests.length, 0)).toBe(1);

    const line = await until(() => journalOf(agent).calls[before] ?? null, "the call's line");
    expect(line).toMatchObject({
      provider: HOSTS[backup].provider,
      model: HOSTS[backup].model,
      requested_model: "asked-for",
      protocol: client,
      upstream_protocol: backup,
      attempts: 2,
      ending: "complete",
      cost_nano: 410_000,
    });
    expect(journalOf(agent).attempts.at(-1)).toMatchObject({
      request_id: line.request_id,
      event: "attempt.failed",
      detail: { attempt: 1, provider: "dead", error: expect.stringMatching(/refused/i), cost_nano: 0 },
    });
    await nothingHeld(agent);
  });

  test.each(CASES)("limited: $client by $backup, streamed: $stream", async ({ client, backup, stream }) => {
    const agent = `limited-${HOSTS[backup].provider}`;
    const primary = fixture.hosts["openai-chat"];
    const before = journalOf(agent).calls.length;
    primary.replyOnce(
      json({ error: { message: "slow down" } }, { status: 429, headers: [["Retry-After", "0"]] }),
    );
    const heard = await ask(client, agent, stream);
    expect(heard.text).toBe(textOf(HELLO));
    const limited = primary.requests.filter(({ target }) => target.startsWith("/limited/"));
    expect(limited.map((request) => request.header("authorization"))).toEqual(["Bearer sk-of-limited"]);
    const line = await until(() => journalOf(agent).calls[before] ?? null, "the call's line");
    expect(line).toMatchObject({
      provider: HOSTS[backup].provider,
      status: 200,
      attempts: 2,
      cost_nano: 410_000,
    });
    expect(journalOf(agent).attempts.at(-1)).toMatchObject({
      detail: { attempt: 1, provider: "limited", status: 429, cost_nano: 0 },
    });
    await nothingHeld(agent);
  });
});

test("while the primary's only key rests, calls go to the backup at once", async () => {
  const primary = fixture.hosts["openai-chat"];
  primary.replyOnce(
    json({ error: { message: "slow down" } }, { status: 429, headers: [["Retry-After", "60"]] }),
  );
  for (let call = 0; call < 3; call++)
    expect((await ask("gemini", "resting", false)).text).toBe(textOf(HELLO));
  expect(primary.requests).toHaveLength(1);
  expect(fixture.hosts["anthropic-messages"].requests).toHaveLength(3);
  expect(journalOf("resting").calls).toMatchObject(
    [2, 1, 1].map((attempts) => ({ attempts, provider: "anthropic", status: 200 })),
  );
  await nothingHeld("resting");
});

test("without a backup the dead primary is told as the SDK's own error", async () => {
  const thrown = await ask("anthropic-messages", "only-dead", true).catch((error: unknown) => error);
  expect(thrown).toMatchObject({ status: 502 });
  expect(journalOf("only-dead").calls).toMatchObject([{ attempts: 1, ending: "failed", cost_nano: 0 }]);
  await nothingHeld("only-dead");
});

test("several keys take turns, and one that is limited hands over to the next before any backup is asked", async () => {
  const host = fixture.hosts["openai-chat"];
  const keyOf = (request: RecordedRequest) => request.header("authorization")?.replace("Bearer ", "");
  for (let call = 0; call < 3; call++) await ask("anthropic-messages", "several-keys", false);
  expect(host.requests.map(keyOf)).toEqual(["sk-first", "sk-second", "sk-third"]);

  const limit = json({ error: { message: "slow down" } }, { status: 429, headers: [["Retry-After", "60"]] });
  for (const _ of [1, 2]) host.replyOnce(limit);
  expect((await ask("anthropic-messages", "several-keys", true)).text).toBe(textOf(HELLO));
  expect(host.requests.slice(3).map(keyOf)).toEqual(["sk-first", "sk-second", "sk-third"]);
  // Two rest now: the third serves alone, and the backup has never been asked.
  for (let call = 0; call < 2; call++) await ask("anthropic-messages", "several-keys", false);
  expect(host.requests.slice(6).map(keyOf)).toEqual(["sk-third", "sk-third"]);
  expect(fixture.hosts.gemini.requests).toEqual([]);
  expect(journalOf("several-keys").calls.map(({ attempts }) => attempts)).toEqual([1, 1, 1, 3, 1, 1]);
  await nothingHeld("several-keys");
});

describe("the client's own key goes to nobody but whom it addressed", () => {
  const limit = json({ error: { message: "slow down" } }, { status: 429, headers: [["Retry-After", "0"]] });

  test("when a backup serves in its place, whose own key is kept", async () => {
    const host = fixture.hosts["openai-chat"];
    host.replyOnce(limit);
    expect((await ask("openai-chat", "own-key", false, "open/v1")).text).toBe(textOf(HELLO));
    expect(host.requests.map((request) => request.header("authorization"))).toEqual([`Bearer ${CLIENT_KEY}`]);
    const { requests } = fixture.hosts["anthropic-messages"];
    expect(requests).toHaveLength(1);
    expect(requests.flatMap((request) => complaintsOf("anthropic-messages", request))).toEqual([]);
    await nothingHeld("own-key");
  });

  test("and a backup of which no key is kept is not asked at all", async () => {
    fixture.hosts["openai-chat"].replyOnce(limit);
    const thrown = await ask("openai-chat", "keyless", false, "open/v1").catch((error: unknown) => error);
    expect(thrown).toMatchObject({ status: 429 });
    expect(journalOf("keyless").attempts.map(({ event, detail }) => [event, detail?.reason])).toEqual([
      ["attempt.failed", undefined],
      ["attempt.skipped", "upstream_key_missing"],
    ]);
    expect(SPOKEN.map((spoken) => fixture.hosts[spoken].requests.length)).toEqual([1, 0, 0, 0]);
    await nothingHeld("keyless");
  });
});
