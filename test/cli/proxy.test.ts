import { describe, expect, test } from "bun:test";
import { isFailure } from "../../server/cli/failure.ts";
import { readProxyOptions } from "../../server/cli/proxy.ts";

const NEEDED = { "api-key": "t", "agent-id": "proxy" };

describe("the options of `tollgate proxy`", () => {
  test("are those of startProxy, with JSON and numbers read", () => {
    expect(
      readProxyOptions({
        ...NEEDED,
        port: "4001",
        endpoint: "http://127.0.0.1:8080/api/events",
        "flush-interval": "100",
        "max-buffer-size": "5",
        "provider-keys": '{"openai":"sk-1"}',
        "rate-limits": '{"openai":{"maxRequests":100,"windowSeconds":60}}',
        providers: '{"openai":{"base_url":"https://mirror.test"}}',
        "data-dir": "./data",
      }),
    ).toEqual({
      apiKey: "t",
      agentId: "proxy",
      port: 4001,
      endpoint: "http://127.0.0.1:8080/api/events",
      flushInterval: 100,
      maxBufferSize: 5,
      providerKeys: { openai: "sk-1" },
      rateLimits: { openai: { maxRequests: 100, windowSeconds: 60 } },
      providers: { openai: { base_url: "https://mirror.test" } },
      dataDir: "./data",
    });
    expect(readProxyOptions(NEEDED)).toEqual({ apiKey: "t", agentId: "proxy" });
  });

  test.each([
    [{ "agent-id": "a" }, "--api-key is missing."],
    [{ "api-key": "t" }, "--agent-id is missing."],
    [{ ...NEEDED, port: "http" }, '--port is "http"; expected a number.'],
    [{ ...NEEDED, "rate-limits": "[]" }, "--rate-limits is no JSON object"],
  ])("%j are told to be wrong: %s", (args, says) => {
    const read = readProxyOptions(args);
    expect(isFailure(read) && [read.message.startsWith(says), read.code]).toEqual([true, 2]);
  });

  test("that are no JSON may be a key, which is not repeated", () => {
    expect(JSON.stringify(readProxyOptions({ ...NEEDED, "provider-keys": "sk-secret" }))).not.toContain(
      "sk-secret",
    );
  });
});
