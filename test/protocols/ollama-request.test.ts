/** Ollama's own API: its ceiling stands among the options, and nowhere else. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { lowerOllamaCeiling, readOllamaRequest } from "../../server/protocols/ollama-request.ts";
import { openDataPlane } from "../support/data-plane.ts";

const read = (request: object) => {
  const text = JSON.stringify(request);
  return readOllamaRequest(JSON.parse(text), text, "llama3").demand;
};
const lower = (text: string, ceiling: number) =>
  Buffer.from(lowerOllamaCeiling(Uint8Array.from(Buffer.from(text)), JSON.parse(text), ceiling)).toString();

describe("the ceiling", () => {
  test("is options.num_predict; what is below 1 is none", () => {
    expect(read({ options: { num_predict: 50 } }).ceiling).toBe(50);
    expect(read({ options: { num_predict: -1 } }).ceiling).toBeNull();
    expect(read({ options: {} }).ceiling).toBeNull();
  });

  test("is not what OpenAI's format has: Ollama does not read that", () => {
    expect(read({ max_tokens: 1, n: 9 })).toMatchObject({ ceiling: null, choices: 1 });
  });

  test("is lowered in place, added to the options, or added with them", () => {
    expect(lower('{"options": { "num_predict":900,"seed":1 }}', 300)).toBe(
      '{"options": { "num_predict":300,"seed":1 }}',
    );
    expect(lower('{"options":{"seed":1},"a":"ü"}', 300)).toBe(
      '{"options":{"num_predict":300,"seed":1},"a":"ü"}',
    );
    expect(lower('{"model":"m"}', 300)).toBe('{"options":{"num_predict":300},"model":"m"}');
    expect(lower('{"options":null}', 300)).toBe('{"options":{"num_predict":300}}');
    expect(lower('{"options":{"num_predict":-1}}', 300)).toBe('{"options":{"num_predict":300}}');
  });

  test("is afterwards what was asked for or the lower one, whatever the options", () => {
    const options = fc.option(fc.dictionary(fc.constantFrom("num_predict", "seed"), fc.jsonValue()));
    fc.assert(
      fc.property(options, fc.integer({ min: 1, max: 6_000 }), (own, ceiling) => {
        const text = JSON.stringify({ options: own });
        const before = read(JSON.parse(text)).ceiling ?? Number.POSITIVE_INFINITY;
        expect(read(JSON.parse(lower(text, ceiling))).ceiling).toBe(Math.min(before, ceiling));
      }),
    );
  });
});

const CONFIG = `
providers: { local: { protocol: openai, base_url: "http://127.0.0.1:11434/v1" } }
agents: { bot: { quota: { max_output_tokens: 100 } } }
`;

for (const path of ["api/chat", "api/generate"]) {
  test(`a quota acts on ${path} in the field that it takes`, async () => {
    using plane = openDataPlane({ config: CONFIG, upstream: () => Response.json({ done: true }) });
    const send = (options: object) =>
      plane.send(`/agents/bot/local/${path}`, {
        method: "POST",
        body: JSON.stringify({ model: "llama3", stream: false, messages: [], options }),
      });
    expect((await send({ num_predict: 500 })).headers.get("x-tollgate-max-tokens")).toBe("100");
    expect((await send({})).headers.get("x-tollgate-max-tokens")).toBe("100");
    expect((await send({ num_predict: 50 })).headers.get("x-tollgate-max-tokens")).toBeNull();
    const sent = plane.sent.map(({ body }) => JSON.parse(Buffer.from(body).toString()));
    expect(sent.map(({ options }) => options)).toEqual([
      { num_predict: 100 },
      { num_predict: 100 },
      { num_predict: 50 },
    ]);
    expect(sent.every((body) => !("max_tokens" in body))).toBe(true);
  });

  test(`options that stand twice on ${path} are refused`, async () => {
    using plane = openDataPlane({ config: CONFIG, upstream: () => Response.json({ done: true }) });
    const body = '{"model":"llama3","options":{"num_predict":1},"options":{"num_predict":9000}}';
    const answer = await plane.send(`/agents/bot/local/${path}`, { method: "POST", body });
    expect(answer.status).toBe(400);
    expect(plane.sent).toEqual([]);
  });
}
