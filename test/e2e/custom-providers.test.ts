/** Every provider of docs/providers.md, as it stands there: what its host is sent (SPEC 3.4). */

import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import OpenAI from "openai";
import { parse } from "yaml";
import type { ProviderManner, ProviderSettings } from "../../server/core/settings.ts";
import { HELLO, textOf } from "../support/answers/said.ts";
import { useGateway } from "../support/fixture.ts";
import { CLIENT_KEY } from "../support/hosts/hosts.ts";

type Written = Partial<ProviderSettings & ProviderManner>;

const DOCUMENT = readFileSync(join(import.meta.dir, "../../docs/providers.md"), "utf8");

/** Every record of the document's examples, and none of those that are known by name. */
const EXAMPLES = new Map<string, Written>(
  [...DOCUMENT.matchAll(/```yaml\n(.*?)```/gs)]
    .flatMap(([, yaml = ""]) => Object.entries<Written>(parse(yaml).providers ?? {}))
    .filter(([, { protocol }]) => protocol !== undefined),
);
const KEYS = new Map(
  [...DOCUMENT.matchAll(/\$\{(\w+)\}/g)].map(
    ([, name = ""]) => [name, `sk-of-${name.toLowerCase()}`] as const,
  ),
);

const CHAT = "chat/completions";
/** The path and query that each host must see, and how its key and its own headers must reach it. */
const EXPECTED: readonly (readonly [name: string, target: string, headers: Record<string, string>])[] = [
  ["ollama", `/v1/${CHAT}`, {}],
  ["lmstudio", `/v1/${CHAT}`, {}],
  ["vllm", `/v1/${CHAT}`, { authorization: "Bearer sk-of-vllm_api_key" }],
  ["groq", `/openai/v1/${CHAT}`, { authorization: "Bearer sk-of-groq_api_key" }],
  ["xai", `/v1/${CHAT}`, { authorization: "Bearer sk-of-xai_api_key" }],
  [
    "openrouter",
    `/api/v1/${CHAT}`,
    {
      authorization: "Bearer sk-of-openrouter_api_key",
      "http-referer": "https://fleet.example.com",
      "x-title": "My fleet",
    },
  ],
  ["azure", `/openai/v1/${CHAT}`, { "api-key": "sk-of-azure_openai_api_key" }],
  [
    "azure-gpt-4o",
    `/openai/deployments/gpt-4o/${CHAT}?api-version=2024-10-21`,
    { "api-key": "sk-of-azure_openai_api_key" },
  ],
  [
    "team-claude",
    "/v1/messages",
    { authorization: "Bearer sk-of-team_key", "anthropic-version": "2023-06-01" },
  ],
  ["team-agents", "/v1/responses", { authorization: "Bearer sk-of-team_key" }],
];
const OPENAI = EXPECTED.filter(([name]) => !name.startsWith("team-"));
const AUTH = ["authorization", "x-api-key", "api-key", "x-goog-api-key"];

const fixture = useGateway((origin) => ({
  env: Object.fromEntries(KEYS),
  file: {
    providers: Object.fromEntries(
      [...EXAMPLES].map(([name, own]) => [
        name,
        { ...own, base_url: own.base_url?.replace(/^https?:\/\/[^/]+/, origin) },
      ]),
    ),
  },
}));

function chat(base: string, model: string, stream = false): Promise<string> {
  const client = new OpenAI({
    baseURL: fixture.gateway.url + base,
    apiKey: "managed-by-tollgate",
    maxRetries: 0,
  });
  const messages = [{ role: "user" as const, content: "Who is there?" }];
  if (!stream)
    return client.chat.completions
      .create({ model, messages })
      .then(({ choices }) => choices[0]?.message.content ?? "");
  return client.chat.completions
    .stream({ model, messages })
    .finalContent()
    .then((content) => content ?? "");
}

function expectSent(target: string, headers: Record<string, string>, calls: number): void {
  const { requests } = fixture.upstream;
  expect(requests.map((request) => request.target)).toEqual(Array(calls).fill(target));
  for (const request of requests) {
    for (const [name, value] of Object.entries(headers))
      expect([name, request.header(name)]).toEqual([name, value]);
    const others = AUTH.filter((name) => headers[name] === undefined && request.header(name) !== null);
    expect(others).toEqual([]);
    expect(JSON.stringify(request.fields)).not.toContain("managed-by-");
  }
}

test("every example of the document is tried here", () => {
  expect([...EXAMPLES.keys()].toSorted()).toEqual(EXPECTED.map(([name]) => name).toSorted());
});

describe("called by its name with OpenAI's SDK", () => {
  test.each(OPENAI)(
    "%s is sent its path, its query, its key and its headers",
    async (name, target, headers) => {
      for (const base of [`/agents/bot/${name}`, `/agents/bot/${name}/v1`, `/${name}/v1`]) {
        expect(await chat(base, "some-model")).toBe(textOf(HELLO));
      }
      expect(await chat(`/agents/bot/${name}/v1`, "some-model", true)).toBe(textOf(HELLO));
      expectSent(target, headers, 4);
      expect(fixture.upstream.requests[0]?.json()).toMatchObject({ model: "some-model" });
    },
  );
});

describe("called by auto", () => {
  test.each(EXPECTED)("%s serves OpenAI's SDK, whole and streamed", async (name, target, headers) => {
    for (const stream of [false, true]) {
      expect(await chat("/agents/bot/auto", `${name}/some-model`, stream)).toBe(textOf(HELLO));
    }
    expectSent(target, headers, 2);
    expect(fixture.upstream.requests[0]?.json()).toMatchObject({ model: "some-model" });
  });
});

test("a caller's query follows the record's, which wins", async () => {
  const { gateway, upstream } = fixture;
  const path = "/agents/bot/azure-gpt-4o/embeddings?api-version=1999-01-01&user=a%20b";
  const body = JSON.stringify({ model: "text-embedding-3-small", input: "x" });
  const answer = await fetch(gateway.url + path, { method: "POST", body });
  expect(answer.status).toBe(200);
  expect(upstream.requests.map(({ target }) => target)).toEqual([
    "/openai/deployments/gpt-4o/embeddings?api-version=2024-10-21&user=a%20b",
  ]);
});

test("neither keys nor the values of headers are told by the API, the journal or the output", async () => {
  const { gateway } = fixture;
  await chat("/agents/bot/openrouter", "some-model").catch(() => null);
  const told = await Promise.all(
    ["/api/config", "/api/providers", "/api/logs"].map((path) =>
      gateway.api(path).then((answer) => answer.text()),
    ),
  );
  const all = [...told, gateway.output(), JSON.stringify(gateway.home.journal())].join("\n");
  for (const secret of [...KEYS.values(), "My fleet", CLIENT_KEY]) expect(all).not.toContain(secret);
});
