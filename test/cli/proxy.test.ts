import { describe, expect, test } from "bun:test";
import { isFailure } from "../../server/cli/failure.ts";
import { readProxyOptions } from "../../server/cli/proxy.ts";
import { fillSecrets } from "../../server/cli/proxy-secrets.ts";
import { fakeInput } from "./fake-terminal.ts";

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
    [{ "agent-id": "a" }, "--api-key is missing, and TOLLGATE_API_KEY is not set."],
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

describe("the keys of `tollgate proxy`", () => {
  const KEYS = '{"openai":"sk-1"}';
  const fill = (args: Record<string, string>, env = {}, input = "") =>
    fillSecrets(args, { env, input: fakeInput(input) });

  test("come from standard input or from variables, where nobody sees them", async () => {
    const env = { TOLLGATE_API_KEY: "t", TOLLGATE_PROVIDER_KEYS: KEYS };
    const both = { "api-key": "t", "provider-keys": KEYS };
    expect(await fill({}, env)).toEqual({ args: both, isVisible: false });
    expect(await fill({ "api-key": "-" }, { TOLLGATE_PROVIDER_KEYS: KEYS }, "t\n")).toEqual({
      args: both,
      isVisible: false,
    });
    expect(await fill({ "provider-keys": "-" }, { TOLLGATE_API_KEY: "t" }, KEYS)).toEqual({
      args: both,
      isVisible: false,
    });
  });

  test("may stand on the command line, win over the variables there, and are told to be seen", async () => {
    const env = { TOLLGATE_API_KEY: "other" };
    expect(await fill({ "api-key": "t" }, env)).toMatchObject({
      args: { "api-key": "t" },
      isVisible: true,
    });
    expect(await fill({ "provider-keys": KEYS }, env)).toMatchObject({
      args: { "api-key": "other", "provider-keys": KEYS },
      isVisible: true,
    });
  });

  test("cannot both be piped in, and one that is must be there", async () => {
    const both = await fill({ "api-key": "-", "provider-keys": "-" }, {}, "t");
    expect(isFailure(both) && [both.code, both.hint]).toEqual([
      2,
      "Give the other in TOLLGATE_API_KEY or TOLLGATE_PROVIDER_KEYS.",
    ]);
    const none = await fill({ "api-key": "-" }, { TOLLGATE_API_KEY: "t" }, "\n");
    expect(isFailure(none) && none.message).toBe("No key came in by standard input for --api-key.");
  });
});
