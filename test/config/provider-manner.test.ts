/** What a provider's host wants otherwise than its protocol has it, as gateway.yaml says it. */
import { describe, expect, test } from "bun:test";
import { parseConfig } from "../../server/config/load.ts";
import { renderProblem } from "../../server/config/problem.ts";
import { listValues } from "../../server/config/values.ts";
import { CONTEXT } from "./context.ts";

const AZURE = `
providers:
  azure:
    protocol: openai
    base_url: https://x.openai.azure.com/openai/deployments/gpt-4o?api-version=2024-10-21
    key_header: api-key
    headers: { X-Title: "My fleet", X-Team: secret-team }
`;

function problems(provider: string): string[] {
  const parsed = parseConfig(`providers: { openai: ${provider} }`, CONTEXT);
  return "problems" in parsed ? parsed.problems.map(renderProblem) : [];
}

test("a query, the key's header and further headers are taken as they stand", () => {
  const parsed = parseConfig(AZURE, CONTEXT);
  if ("problems" in parsed) throw new Error("the file is refused");
  expect(parsed.settings.providers.azure).toMatchObject({
    base_url: "https://x.openai.azure.com/openai/deployments/gpt-4o?api-version=2024-10-21",
    key_header: "api-key",
    headers: { "X-Title": "My fleet", "X-Team": "secret-team" },
  });
});

test("the values of headers are shown to nobody", () => {
  const parsed = parseConfig(AZURE, CONTEXT);
  if ("problems" in parsed) throw new Error("the file is refused");
  const shown = JSON.stringify(listValues(parsed.settings, parsed.tree, ["providers", "azure"]));
  expect(shown).toContain("headers.X-Team");
  expect(shown).not.toContain("secret-team");
  expect(shown).not.toContain("My fleet");
});

describe("a header is refused", () => {
  const FORBIDDEN = [
    "Authorization",
    "x-api-key",
    "X-Goog-Api-Key",
    "api-key",
    "Cookie",
    "Proxy-Authorization",
    "Host",
    "Content-Length",
    "content-type",
    "Transfer-Encoding",
    "accept-encoding",
    "connection",
    "X-Tollgate-Agent",
    "x-agent-id",
    "x-target-url",
    "no name",
  ];

  test.each(FORBIDDEN)("that carries keys, is the connection's or the gateway's: %s", (name) => {
    expect(problems(`{ headers: { "${name}": "do-not-show" } }`)).toEqual([
      expect.stringContaining("a header's name, and none that carries keys or belongs to the connection"),
    ]);
  });

  test("whose value could end it, and the value is not repeated", () => {
    const [problem, ...others] = problems(`{ headers: { X-Title: "do-not-show\\r\\nHost: evil" } }`);
    expect(problem).toContain("providers.openai.headers.X-Title");
    expect(problem).not.toContain("do-not-show");
    expect(others).toEqual([]);
  });

  test("as the key's, where it belongs to the connection", () => {
    expect(problems("{ key_header: host }")).toHaveLength(1);
    expect(problems("{ key_header: x y }")).toHaveLength(1);
    expect(problems("{ key_header: Authorization }")).toEqual([]);
  });
});

test("a base URL may have a query, and no key in it", () => {
  expect(problems("{ base_url: 'https://h/v1?api-version=2024-10-21&team=a' }")).toEqual([]);
  for (const name of ["key", "api_key", "api-key", "subscription-key", "token", "access_token", "sig"]) {
    const [problem] = problems(`{ base_url: 'https://h/v1?${name}=do-not-show' }`);
    expect(problem).toContain("expected an http or https URL without credentials or fragment");
    expect(problem).not.toContain("do-not-show");
  }
});
