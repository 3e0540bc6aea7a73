// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are references of the configuration file.
import { describe, expect, test } from "bun:test";
import { type ConfigContext, parseConfig, parseLocations } from "../../server/config/load.ts";
import type { Settings } from "../../server/core/settings.ts";
import { CONTEXT } from "./context.ts";

function settings(text: string, context: Partial<ConfigContext> = {}): Settings {
  const parsed = parseConfig(text, { ...CONTEXT, ...context });
  if ("problems" in parsed) throw new Error(parsed.problems.map(({ message }) => message).join("\n"));
  return parsed.settings;
}

describe("a configuration", () => {
  test("that is empty gives the defaults of the contract", () => {
    const { gateway, identity, dashboard, audit, pricing, admin, agents, trust, loops, ...rest } =
      settings("");
    expect(gateway).toEqual({
      port: 8080,
      host: "127.0.0.1",
      default_agent: "default",
      timezone: "Europe/Berlin",
      data_dir: "/home/ada/.tollgate",
      header_timeout: 120_000,
      answer_timeout: 600_000,
      idle_timeout: 600_000,
      max_body: 64 * 1024 ** 2,
      shutdown_timeout: 30_000,
      max_agents: 1000,
      allow_target_hosts: [],
      blocked_response: "reply",
      retries: 0,
      budget: { max_cost_per_hour: null, max_cost_per_day: null, max_cost_total: null },
    });
    expect(identity).toEqual({ mode: "open", forward: true });
    expect(dashboard).toEqual({ port: 4040, host: "127.0.0.1" });
    expect(audit).toEqual({
      log_file: "/home/ada/.tollgate/audit.jsonl",
      max_entries: 1_000_000,
      retention: 90 * 86_400_000,
      rotate: 256 * 1024 ** 2,
      fsync: "interval",
      on_failure: "stop",
    });
    expect(pricing).toEqual({ file: null, models: {}, unknown: "refuse" });
    expect(admin).toEqual({ token: null, token_file: true });
    expect(trust).toEqual({ enabled: true, interval: 60_000, initial: 50, quarantine: false, raise: false });
    expect(loops).toEqual({ window: 20, threshold: 10, action: "alert" });
    expect(Object.keys(agents)).toEqual(["*"]);
    expect(agents["*"]).toMatchObject({
      budget: { max_cost_per_day: null, hold: "slices" },
      circuit_breaker: {
        error_threshold: 5,
        reset_timeout: 30_000,
        half_open_requests: 3,
        window_ms: 60_000,
      },
      rate_limit: null,
      allowed_hours: null,
      models: { allow: [], deny: [] },
    });
    expect(rest).toEqual({
      providers: {},
      owners: {},
      policies: [],
      alerts: { rules: [], channels: {} },
      routes: { allow: [] },
      translation: { unsupported: "refuse" },
      events: { endpoint: null, api_key: null, flush_interval: 5_000, max_buffer_size: 50 },
    });
  });

  test("keeps what it sets, in the units of the settings", () => {
    const { gateway, agents, providers, pricing } = settings(`
gateway: { port: 0, idle_timeout: 1.5h, header_timeout: 250, max_body: 10KiB, allow_target_hosts: [ "*.lan", 10.0.0.7 ] }
providers:
  local: { protocol: openai, base_url: http://127.0.0.1:11434/v1 }
agents:
  "*": { owner: everyone }
  researcher: { owner: team-ml, tags: [prod, eu] }
pricing: { models: { "my-model*": { input: 0.5, output: 1.5 } } }
`);
    expect(gateway).toMatchObject({
      port: 0,
      idle_timeout: 5_400_000,
      header_timeout: 250,
      max_body: 10_240,
      allow_target_hosts: ["*.lan", "10.0.0.7"],
    });
    expect(providers.local).toEqual({
      protocol: "openai",
      base_url: "http://127.0.0.1:11434/v1",
      api_key: null,
      key_header: null,
      headers: {},
      models: {},
      api_keys: [],
      enabled: true,
      rate_limit: null,
      max_concurrency: null,
      upstreams: [],
    });
    expect(agents.researcher).toMatchObject({ owner: "team-ml", tags: ["prod", "eu"] });
    expect(agents["*"].owner).toBe("everyone");
    expect(pricing.models["my-model*"]).toEqual({
      input: 0.5,
      output: 1.5,
      cache_read: null,
      cache_write: null,
    });
  });

  test("may leave any section or value empty", () => {
    expect(settings("gateway:\nproviders:\n  openai:\naudit: { log_file: }\n").gateway.port).toBe(8080);
  });

  test("repeats values through aliases", () => {
    const { agents } = settings("agents:\n  a: &same { owner: x }\n  b: *same\n");
    expect(agents.b).toEqual(agents.a);
    expect(agents.b).toMatchObject({ api_key: null, provider: null, owner: "x", purpose: null, tags: null });
  });

  test("keeps agents apart from what every object inherits", () => {
    const { agents } = settings("agents: { __proto__: { owner: x }, 2024: { owner: y }, true: {} }");
    expect(Object.keys(agents).sort()).toEqual(["*", "2024", "__proto__", "true"]);
    expect(agents.constructor).toBeUndefined();
    expect(settings("").agents.constructor).toBeUndefined();
  });
});

describe("paths", () => {
  test("start at the file's folder, at home, or at data_dir", () => {
    const { gateway, audit, pricing } = settings(
      'gateway: { data_dir: ./data }\naudit: { log_file: "{data_dir}/log/a.jsonl" }\npricing: { file: ~/prices.json }',
    );
    expect(gateway.data_dir).toBe("/etc/tollgate/data");
    expect(audit.log_file).toBe("/etc/tollgate/data/log/a.jsonl");
    expect(pricing.file).toBe("/home/ada/prices.json");
  });

  test("from the command line start where it runs, and the journal follows data_dir", () => {
    const { gateway, audit } = settings("", { overrides: { "data-dir": "here" } });
    expect(gateway.data_dir).toBe("/srv/here");
    expect(audit.log_file).toBe("/srv/here/audit.jsonl");
  });
});

describe("environment variables", () => {
  const env = { KEY: "sk-1", PORT: "9000", ON: "false", EMPTY: "", TWICE: "${KEY}" };

  test("stand for text, and for a number or a switch when they are the whole value", () => {
    const { gateway, identity, providers } = settings(
      'gateway: { port: "${PORT}", host: "${HOST:-localhost}" }\nidentity: { forward: "${ON}" }\n' +
        'providers: { openai: { api_key: "${KEY}", base_url: "http://${EMPTY:-proxy}:${PORT}/v1" } }',
      { env },
    );
    expect(gateway).toMatchObject({ port: 9000, host: "localhost" });
    expect(identity.forward).toBe(false);
    expect(providers.openai).toMatchObject({ api_key: "sk-1", base_url: "http://proxy:9000/v1" });
  });

  test("are not read inside of other variables, comments or keys, and $${ is meant literally", () => {
    const { agents } = settings('agents: { a: { owner: "${TWICE}", purpose: "$${KEY}" } } # ${NOPE}', {
      env,
    });
    expect(agents.a).toMatchObject({ owner: "${KEY}", purpose: "${KEY}" });
  });

  test("that are empty make a key absent", () => {
    expect(settings('admin: { token: "${EMPTY}" }', { env }).admin.token).toBeNull();
    expect(settings('admin: { token: "${NONE:-}" }', { env }).admin.token).toBeNull();
  });

  test("TOLLGATE_ADMIN_TOKEN and options win over the file", () => {
    const { admin, gateway, dashboard } = settings("admin: { token: from-the-file }\ngateway: { port: 1 }", {
      env: { TOLLGATE_ADMIN_TOKEN: "from-outside-${KEY}" },
      overrides: { port: "2", host: "::1", "dashboard-port": "3" },
    });
    expect(admin.token).toBe("from-outside-${KEY}");
    expect(gateway).toMatchObject({ port: 2, host: "::1" });
    expect(dashboard.port).toBe(3);
  });
});

describe("warnings", () => {
  const warnings = (text: string): readonly string[] => {
    const parsed = parseConfig(text, CONTEXT);
    return "warnings" in parsed ? parsed.warnings : ["has problems"];
  };

  test("are absent on loopback", () => {
    expect(warnings("gateway: { host: localhost }\ndashboard: { host: '::1' }")).toEqual([]);
  });

  test("tell of open listeners, keys behind a mere name and short tokens", () => {
    const text =
      "gateway: { host: 0.0.0.0 }\ndashboard: { host: 192.168.1.2 }\nadmin: { token: short }\n" +
      "agents: { a: { api_key: k, provider: openai } }";
    expect(warnings(text)).toHaveLength(4);
    expect(warnings(text)[0]).toContain("0.0.0.0");
  });

  test("of mere names are absent where every call proves its agent", () => {
    const text =
      "identity: { mode: keys }\ngateway: { host: 0.0.0.0 }\nagents: { a: { api_key: k, provider: openai } }";
    expect(warnings(text)).toEqual([]);
  });
});

describe("locations", () => {
  test("are found in a file that this process could not start with", () => {
    const text =
      'providers: { openai: { api_key: "${KEY_OF_ANOTHER_SHELL}" } }\ngateway: { data_dir: /var/tollgate }';
    expect(parseLocations(text, CONTEXT)).toMatchObject({
      dataDir: "/var/tollgate",
      timezone: "Europe/Berlin",
      audit: { log_file: "/var/tollgate/audit.jsonl", max_entries: 1_000_000 },
    });
  });

  test("are refused when they themselves cannot be read", () => {
    for (const text of ["gateway: { data_dir: 3 }", "gateway: [", "gateway: text"]) {
      expect(parseLocations(text, CONTEXT)).toHaveProperty("problems");
    }
  });
});
