import { describe, expect, test } from "bun:test";
import { ApiError, GoogleGenAI } from "@google/genai";
import { replySaying } from "../support/answers/by-path.ts";
import { errorBody } from "../support/answers/errors.ts";
import { HELLO, textOf, WEATHER } from "../support/answers/said.ts";
import { useGateway } from "../support/fixture.ts";
import { json } from "../support/replies.ts";

const REQUEST = { model: "gemini-2.5-flash", contents: "Who is there?" };
/** Every base URL somebody would try, with and without the API version that the SDK adds itself. */
const BASES = [
  "/agents/sdk-bot/google",
  "/agents/sdk-bot/google/v1beta",
  "/google",
  "/google/v1beta",
  "",
].flatMap((base) => [[base, "v1beta"] as const, [base, "v1"] as const]);

const fixture = useGateway();
const { upstream } = fixture;

function client(base = "/agents/sdk-bot/google", apiVersion = "v1beta"): GoogleGenAI {
  const httpOptions = { baseUrl: fixture.gateway.url + base, apiVersion };
  return new GoogleGenAI({ apiKey: "AIza-client", httpOptions });
}

describe("Google's SDK through the gateway", () => {
  test.each(BASES)(
    "gets an answer and a stream with the base URL %p and version %s",
    async (base, version) => {
      expect((await client(base, version).models.generateContent(REQUEST)).text).toBe(textOf(HELLO));
      const stream = await client(base, version).models.generateContentStream(REQUEST);
      expect((await Array.fromAsync(stream)).map(({ text }) => text).join("")).toBe(textOf(HELLO));
      expect(upstream.requests.map(({ target }) => target)).toEqual([
        `/${version}/models/gemini-2.5-flash:generateContent`,
        `/${version}/models/gemini-2.5-flash:streamGenerateContent?alt=sse`,
      ]);
      expect(upstream.requests.map((request) => request.header("x-goog-api-key"))).toEqual([
        "AIza-client",
        "AIza-client",
      ]);
    },
  );

  test("is metered with thoughts counted as output", async () => {
    const stream = await client("/agents/thinker/google").models.generateContentStream(REQUEST);
    await Array.fromAsync(stream);
    const line = await fixture.gateway.line(
      (one) => one.type === "call" && one.agent === "thinker",
      "of the stream",
    );
    expect(line).toMatchObject({
      provider: "google",
      model: "gemini-2.5-flash",
      stream: true,
      tokens_in: 120,
      tokens_cached: 20,
      tokens_out: 30,
      tokens_reasoning: 5,
      usage: "reported",
      ending: "complete",
    });
  });

  test("calls a function", async () => {
    upstream.reply(replySaying(WEATHER));
    const answer = await client().models.generateContent(REQUEST);
    expect(answer.functionCalls).toMatchObject([
      { name: "get_weather", args: { city: "Zürich", unit: "C" } },
    ]);
  });

  test("throws its own error class when the quota is used up", async () => {
    upstream.reply(json(errorBody("gemini", 429, "quota used up"), { status: 429 }));
    const error = await client()
      .models.generateContent(REQUEST)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 429 });
  });
});
