import { describe, expect, test } from "bun:test";
import { startProxy } from "../server/proxy.ts";

const NEEDED = { port: 0, apiKey: "t", agentId: "a" };

/** What `startProxy` throws, line by line; a proxy that starts is the test's end. */
async function read(options: Partial<Parameters<typeof startProxy>[0]>): Promise<string[]> {
  try {
    await startProxy({ ...NEEDED, ...options }).shutdown();
  } catch (cause) {
    return String((cause as Error).message).split("\n");
  }
  throw new Error("It started.");
}

describe("what is wrong with the options of a proxy", () => {
  test("is told by their names, all of it at once, and once", async () => {
    const limits = { maxRequests: -1 } as { maxRequests: number; windowSeconds: number };
    const told = await read({ port: 70_000, flushInterval: -5, rateLimits: { openai: limits } });
    expect(told.toSorted()).toEqual([
      expect.stringMatching(/^flushInterval is -5; expected a duration /),
      expect.stringMatching(/^port is 70000; expected a whole number /),
      expect.stringMatching(/^rateLimits\.openai\.maxRequests is -1; expected a whole number /),
      "rateLimits.openai.windowSeconds is missing; it has no default.",
    ]);
  });

  test("names a provider as it was named, in quotes where it is no plain word", async () => {
    const told = await read({ rateLimits: { "my host": { maxRequests: 0, windowSeconds: 60 } } });
    expect(told).toEqual([
      expect.stringMatching(/^providers\."my host" is not a possible name; /),
      expect.stringMatching(/^rateLimits\."my host"\.maxRequests is 0; expected a whole number /),
    ]);
  });

  test("has the names of gateway.yaml where it was said in its form", async () => {
    const rate_limit = { max_requests: -1, window_seconds: 60 };
    const keys = { "my host": "" };
    const told = await read({ providers: { openai: { rate_limit } }, providerKeys: keys });
    expect(told).toContainEqual(expect.stringMatching(/^providers\.openai\.rate_limit\.max_requests is -1/));
    expect(told.join()).not.toContain("rateLimits");
  });
});
