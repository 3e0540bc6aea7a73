// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are references of the configuration file.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseConfig } from "../../server/config/load.ts";
import { renderProblem } from "../../server/config/problem.ts";
import { CONTEXT } from "./context.ts";

const SECRET = "sk-do-not-show";

function problems(text: string, overrides = {}): string[] {
  const env = { SECRET, PORT: "http" };
  const parsed = parseConfig(text, { ...CONTEXT, file: "g.yaml", env, overrides });
  return "problems" in parsed ? parsed.problems.map(renderProblem) : [];
}

/** The file, and everything that is told about it. */
const GOLDEN: readonly (readonly [string, ...string[]])[] = [
  ["gateway:\n  prot: 8080\n", "g.yaml:2:3: gateway.prot is not a setting; did you mean gateway.port?"],
  [
    "gateway: { dataDir: /x }",
    "g.yaml:1:12: gateway.dataDir is not a setting; did you mean gateway.data_dir?",
  ],
  [
    "port: 8080",
    "g.yaml:1:1: port is not a setting; known here: gateway, identity, providers, agents, owners, policies, dashboard, audit, pricing, trust, loops, routes, translation, admin, events, alerts.",
  ],
  ["gateway:\n  port: 99999", "g.yaml:2:9: gateway.port is 99999; expected a whole number from 0 to 65535."],
  ["gateway: { port: '80' }", 'g.yaml:1:18: gateway.port is "80"; expected a whole number from 0 to 65535.'],
  [
    "gateway: { port: '${PORT}' }",
    "g.yaml:1:18: gateway.port does not fit (its value is not shown, it may be a secret); expected a whole number from 0 to 65535.",
  ],
  [
    "gateway: { idle_timeout: 5 minutes }",
    'g.yaml:1:26: gateway.idle_timeout is "5 minutes"; expected a duration from 1ms to 24d (units: ms s m h d).',
  ],
  [
    "gateway: { header_timeout: 0 }",
    "g.yaml:1:28: gateway.header_timeout is 0; expected a duration from 1ms to 24d (units: ms s m h d).",
  ],
  [
    "gateway: { max_body: 5TB }",
    'g.yaml:1:22: gateway.max_body is "5TB"; expected a size from 1KiB to 4GiB (units: KiB MiB GiB).',
  ],
  [
    "gateway: { timezone: Mars/Olympus }",
    'g.yaml:1:22: gateway.timezone is "Mars/Olympus"; expected an IANA time zone such as Europe/Berlin, or local.',
  ],
  [
    "gateway: { host: 300.0.0.1 }",
    'g.yaml:1:18: gateway.host is "300.0.0.1"; expected an IP address or a host name, without port.',
  ],
  [
    "gateway: { allow_target_hosts: 10.0.0.1 }",
    "g.yaml:1:32: gateway.allow_target_hosts is text; expected a list such as [one, two].",
  ],
  ["identity: { mode: opne }", 'g.yaml:1:19: identity.mode is "opne"; expected one of open, known, keys.'],
  ["identity: { forward: yes }", 'g.yaml:1:22: identity.forward is "yes"; expected true or false.'],
  [
    "agents:\n  a b: {}\n",
    'g.yaml:2:3: agents."a b" is not a possible name; expected 1 to 128 of A-Z a-z 0-9 . _ -, or * for the template.',
  ],
  [
    "agents:\n  a: { owner: 7 }\n",
    "g.yaml:2:15: agents.a.owner is 7; expected 1 to 128 printable characters, in quotes.",
  ],
  ["agents:\n  a: {}\n  a: {}\n", "g.yaml:3:3: agents.a stands twice; first in line 2."],
  [
    "agents: { a: { api_key: k } }",
    "g.yaml:1:25: agents.a.api_key needs agents.a.provider beside it: the provider that the key is for.",
  ],
  [
    "agents: { a: { provider: opnai } }",
    "g.yaml:1:26: agents.a.provider is opnai, which is no provider; did you mean openai?",
  ],
  [
    "providers: { auto: { protocol: openai, base_url: http://h } }",
    "g.yaml:1:14: providers.auto is not a possible name; expected 1 to 64 of a-z 0-9 . _ -, and none of api, health, agents, auto, tollgate, agentgazer, v1, v1beta, v2.",
  ],
  [
    "providers: { opnai: { api_key: k } }",
    "g.yaml:1:21: providers.opnai is not known to Tollgate, so it needs protocol and base_url. If openai is meant, correct the name.",
  ],
  [
    "providers: { openai: { protocol: openai } }",
    "g.yaml:1:34: providers.openai.protocol must be left out: openai is known.",
  ],
  [
    "providers: { openai: { base_url: ftp://h } }",
    'g.yaml:1:34: providers.openai.base_url is "ftp://h"; expected an http or https URL without credentials or fragment.',
  ],
  [
    "providers: { openai: { api_key: '${NOT_SET}' } }",
    "g.yaml:1:33: providers.openai.api_key refers to ${NOT_SET}, an environment variable that is not set; set it, or write ${NOT_SET:-default}.",
  ],
  [
    "agents: { a: { owner: '${nope' } }",
    "g.yaml:1:23: agents.a.owner holds a ${ that begins no ${NAME}; write $${ where the characters are meant.",
  ],
  [
    "pricing: { models: { m: { input: 1 } } }",
    "g.yaml:1:25: pricing.models.m.output is missing; it has no default.",
  ],
  [
    "gateway: { port: 80, host: 0.0.0.0 }\ndashboard: { port: 80 }",
    "g.yaml:2:20: dashboard.host is 127.0.0.1 and gateway.host is 0.0.0.0, but both use port 80: one listener has one host. Give both the same host, or different ports.",
  ],
  ["just text", "g.yaml:1:1: The configuration is text; expected a mapping (key: value)."],
  [
    "gateway: { port: ${PORT} }",
    "g.yaml:1:19: This does not belong to what stands before it; text with `: `, or with ${NAME} inside { }, needs quotes.",
  ],
  ["a: [1", "g.yaml:1:6: The indentation does not fit what surrounds it, or a closing bracket is missing."],
  ["gateway:\n\tport: 1", "g.yaml:2:1: A tab stands in the indentation; YAML wants spaces."],
  [
    "gateway: { port: 1 }\n---\n{}",
    "g.yaml:2:1: The file holds a second document; remove the `---` and what follows it.",
  ],
  [
    "gateway: *nope",
    "g.yaml:1:10: This alias (*name) refers to no anchor (&name) before it; text that begins with * needs quotes.",
  ],
  ["a: &a [*a]", "g.yaml:1:1: The file is too deep or too large once its aliases are followed."],
];

describe("a mistake is told with its place, its path and what was expected", () => {
  test.each(GOLDEN.map(([text, ...expected]) => [text, expected] as const))("%p", (text, expected) => {
    expect(problems(text)).toEqual([...expected]);
  });

  test("on the command line too", () => {
    expect(problems("", { port: "http", "data-dir": "" })).toEqual([
      '--port: gateway.port is "http"; expected a whole number from 0 to 65535.',
      '--data-dir: gateway.data_dir is ""; expected a path.',
    ]);
  });
});

test("all mistakes are told at once, in the order of the file", () => {
  const text = "audit: { fsync: often }\ngateway:\n  prt: 1\n  host: 'a b'\nnope: 1\n";
  expect(problems(text).map((problem) => problem.split(" ")[0])).toEqual([
    "g.yaml:1:17:",
    "g.yaml:3:3:",
    "g.yaml:4:9:",
    "g.yaml:5:1:",
  ]);
});

test("a secret is never repeated, wherever it stands", () => {
  const spots = [
    `providers: { openai: ${SECRET} }`,
    `providers: { openai: { api_key: "${SECRET} x" } }`,
    `providers: { openai: { api_key: [${SECRET}] } }`,
    `providers: { openai: { base_url: "http://me:${SECRET}@h" } }`,
    `providers: { openai: { base_url: "http://h?key=${SECRET}" } }`,
    'providers: { openai: { base_url: "${SECRET}" } }',
    'gateway: { host: "${SECRET} x" }',
    `admin: ${SECRET}`,
    `admin: { token: "${SECRET} x" }`,
    `admin: { token: ${SECRET}: x }`,
    `admin: [ ${SECRET}`,
    `agents: ${SECRET} }`,
  ];
  for (const text of spots) {
    const told = problems(text);
    expect(told, text).not.toEqual([]);
    expect(told.join("\n"), text).not.toContain(SECRET);
  }
});

test("hostile files are refused, briefly and soon", () => {
  const bomb = Array.from(
    { length: 40 },
    (_, n) => `a${n}: &a${n} [${n ? `*a${n - 1}, *a${n - 1}` : "x"}]`,
  ).join("\n");
  for (const text of ["[".repeat(50_000), "- ".repeat(50_000), "{a: ".repeat(20_000), bomb]) {
    const told = problems(text);
    expect(told.length).toBeGreaterThan(0);
    expect(told.length).toBeLessThan(50);
  }
});

test("any text is either settings or problems", () => {
  const words = [
    "gateway",
    "agents",
    ": ",
    "- ",
    "\n",
    "  ",
    "{",
    "}",
    "[",
    "]",
    "*",
    "&a",
    "'",
    '"',
    "${",
    "1",
    "|",
    "?",
  ];
  const text = fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 5 })), { maxLength: 30 });
  fc.assert(
    fc.property(text, (parts) => {
      const parsed = parseConfig(parts.join(""), CONTEXT);
      return "settings" in parsed || parsed.problems.length > 0;
    }),
    { numRuns: 2_000 },
  );
});
