/** Every form of route and every known path of every provider: under a money cap a call is metered, free or refused. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { KNOWN_PROVIDERS } from "../../server/providers/index.ts";
import { type DataPlane, openDataPlane } from "../support/data-plane.ts";

/** Everything has a price here, so that no route is refused for the want of one. */
const CONFIG = `
providers:
  local: { protocol: openai, base_url: "https://local.test/v1" }
  claude-like: { protocol: anthropic, base_url: "https://claude.test" }
  gemini-like: { protocol: gemini, base_url: "https://gemini.test" }
  cohere-like: { protocol: cohere, base_url: "https://cohere.test" }
pricing: { models: { "*": { input: 10, output: 20 } } }
agents:
  capped: { budget: { max_cost_total: 1000000 }, provider: openai, model: gpt-4o-mini }
`;

const PROVIDERS = [...KNOWN_PROVIDERS, "local", "claude-like", "gemini-like", "cohere-like"];
const VIRTUAL = ["auto", "tollgate", "agentgazer"];
const METHODS = ["GET", "HEAD", "OPTIONS", "DELETE", "POST", "PUT", "PATCH"];

// biome-ignore format: a list
const PATHS = [
  "", "v1", "v1/chat/completions", "chat/completions", "v1/completions", "fim/completions", "agents/completions",
  "v1/responses", "v1/responses/compact", "v1/responses/input_tokens", "v1/responses/resp_1",
  "v1/responses/resp_1/cancel", "v1/messages", "v1/messages/count_tokens", "v1/messages/batches", "v1/complete",
  "v2/chat", "v1/chat", "v1/generate", "v1/summarize", "v2/embed", "v1/embed", "v1/classify", "v2/rerank",
  "api/chat", "api/generate", "api/embed", "api/pull", "v1/embeddings", "v1/moderations", "v1/audio/speech",
  "v1/audio/transcriptions", "v1/images/generations", "v1/images/edits", "v1/videos", "v1/models", "v1/models/m",
  "v1/files", "v1/files/f/content", "v1/batches", "v1/fine_tuning/jobs", "v1/assistants", "v1/threads/t/runs",
  "v1/vector_stores", "v1/realtime/sessions", "v1/organization/costs", "v1/uploads", "v1beta/models",
  "v1beta/models/gemini-2.5-flash:generateContent", "v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
  "v1beta/models/gemini-2.5-flash:embedContent", "v1beta/models/gemini-2.5-flash:countTokens",
  "v1beta/models/gemini-2.5-flash:batchGenerateContent", "v1beta/models/imagen-4:predict", "v1beta/cachedContents",
  "v1beta/openai/chat/completions", "v1beta/interactions", "upload/v1beta/files", "api/paas/v4/chat/completions",
  "v1/text/chatcompletion_v2", "v1/text_to_speech", "mcp", "graphql",
  // The same, written so that somebody might not recognise it.
  "v1/chat/completions/", "/v1/chat/completions", "v1/v1/chat/completions", "v1/chat%2Fcompletions", "V1/Chat/Completions",
  "v1/files/../chat/completions", "v1/files/%2e%2e/fine_tuning/jobs", "v1/messages/count_tokens/../batches",
  "v1/responses/x/input_tokens", "v1/chat/completions;x=1", "v1/fine_tuning/jobs?x=/count_tokens",
  "v1/fine_tuning/jobs#/count_tokens", "v1/batches/count_tokens", "v1beta/tunedModels/x:countTokens",
];

type Form = (provider: string, path: string) => string;

const ADDRESSED: readonly Form[] = [
  (provider, path) => (path === "" ? `/agents/capped/${provider}` : `/agents/capped/${provider}/${path}`),
  (provider, path) => `/${provider}/${path}`,
];
const PLAIN: readonly Form[] = [(_, path) => `/${path}`, (_, path) => `/agents/capped/${path}`];

const openWalked = () =>
  openDataPlane({ config: CONFIG, upstream: () => Response.json({ id: "1", ok: true }) });

const BODY = JSON.stringify({
  model: "gpt-4o-mini",
  max_tokens: 50,
  messages: [{ role: "user", content: "a question that costs something" }],
  input: "a text that costs something",
  prompt: "a text that costs something",
  contents: [{ role: "user", parts: [{ text: "a question that costs something" }] }],
});

/** What the caller could not be charged for: the request lines that went out so. */
async function findUnmetered(plane: DataPlane, method: string, path: string): Promise<string[]> {
  plane.sent.length = 0;
  plane.lines.length = 0;
  const hasBody = !["GET", "HEAD"].includes(method);
  const headers = { "x-agent-id": "capped", "content-type": "application/json" };
  const sending = plane.send(path, { method, headers, body: hasBody ? BODY : null });
  const answer = await plane.drive(sending.then(async (answer) => ({ answer, text: await answer.text() })));
  if (plane.sent.length === 0) return [];
  expect(answer.answer.headers.get("x-tollgate-agent")).toBe("capped");
  const charged = plane.calls();
  expect(charged.map(({ agent }) => agent)).toEqual(["capped"]);
  return plane.sent.flatMap((request) => {
    const isFree = isPlainlyFree(request.method, new URL(request.url).pathname);
    return isFree || (charged[0]?.cost_nano ?? 0) > 0 ? [] : [`${method} ${path} -> ${request.url}`];
  });
}

/** By what is sent, and not by what the gateway took it for. */
function isPlainlyFree(method: string, path: string): boolean {
  if (["GET", "HEAD", "OPTIONS", "DELETE"].includes(method)) return true;
  return /\/(?:messages\/count_tokens|responses\/input_tokens|responses\/[^/]+\/cancel)\/?$|:countTokens$/.test(
    decodeURIComponent(path),
  );
}

/** Tries every method and path in these forms, and says how many of them were let through. */
async function walk(provider: string, forms: readonly Form[]) {
  using plane = openWalked();
  const unmetered: string[] = [];
  let passed = 0;
  for (const method of METHODS) {
    for (const path of PATHS) {
      for (const form of forms) {
        unmetered.push(...(await findUnmetered(plane, method, form(provider, path))));
        passed += plane.sent.length;
      }
    }
  }
  return { unmetered, passed };
}

test.each(PROVIDERS)("no path of %s passes unmetered, by any method", async (provider) => {
  const { unmetered, passed } = await walk(provider, ADDRESSED);
  expect(unmetered).toEqual([]);
  // Were everything refused, nothing would have been tried.
  expect(passed).toBeGreaterThan(100);
});

test.each(VIRTUAL)("no path of %s passes unmetered, by any method", async (name) => {
  expect((await walk(name, ADDRESSED)).unmetered).toEqual([]);
});

test("no official path passes unmetered, by any method", async () => {
  const { unmetered, passed } = await walk("", PLAIN);
  expect(unmetered).toEqual([]);
  expect(passed).toBeGreaterThan(100);
});

test("no path that anybody puts together from known parts passes unmetered", async () => {
  using plane = openWalked();
  const known = new Set(PATHS.flatMap((path) => path.split(/[/?#;]/)).filter(Boolean));
  const segment = fc.constantFrom(...known);
  const separator = fc.constantFrom("/", "//", "/./", "/../", "%2F", "/%2e/", ":", "?", "#");
  const path = fc
    .array(fc.tuple(segment, separator), { minLength: 1, maxLength: 6 })
    .map((parts) => parts.flat().slice(0, -1).join(""));
  const request = fc.tuple(
    fc.constantFrom("POST", "PUT", "PATCH"),
    fc.constantFrom(...PROVIDERS, ...VIRTUAL),
    fc.constantFrom(...ADDRESSED, ...PLAIN),
    path,
  );
  await fc.assert(
    fc.asyncProperty(request, async ([method, provider, form, rest]) => {
      expect(await findUnmetered(plane, method, form(provider, rest))).toEqual([]);
    }),
    { numRuns: 1_500 },
  );
});

test("a path with count_tokens in its middle is not free for that", async () => {
  using plane = openWalked();
  expect(await findUnmetered(plane, "POST", "/anthropic/count_tokens/v1")).toEqual([]);
});
