/**
 * The configuration: every setting with its kind, default and meaning. The only place where a default stands; also the
 * JSON Schema that editors can use.
 */
import type { Static } from "@sinclair/typebox";
import type { Settings } from "../core/settings.ts";
import { agent, BLOCKED_RESPONSES, LOOP_ACTIONS, PRIORITIES, RETRY_RANGE } from "./agent-schema.ts";
import { alerts } from "./alert-schema.ts";
import {
  choice,
  choiceOrNone,
  duration,
  integer,
  integerOrNone,
  neededChoice,
  neededText,
  port,
  size,
  text,
  textOrNone,
  toggle,
  usd,
  usdOrNone,
} from "./leaves.ts";
import { loopThreshold, loopWindow, moneyCaps, slidingWindowOrNone } from "./limits-schema.ts";
import { policy } from "./policy-schema.ts";
import { either, list, listOf, named, section, templated } from "./shapes.ts";

const KIB = 1024;
const GIB = 1024 ** 3;
const DAY = 86_400_000;
/** Timers of the runtime overflow at 2^31 ms, a little under 25 days. */
const TIMER = { minimum: 1, maximum: 24 * DAY };

/** More than any model holds. */
const MODEL_TOKENS = { minimum: 1, maximum: 10_000_000 };

const gateway = section({
  port: port(8080, "Where agents connect; 0 takes a free port."),
  host: text("tollgate-host", "127.0.0.1", "The address to listen on; 0.0.0.0 or :: means every one."),
  default_agent: text(
    "tollgate-agent-name",
    "default",
    "The agent that calls without a name are counted for.",
  ),
  timezone: text(
    "tollgate-zone",
    "local",
    "IANA zone in which hours and days begin; local is the machine's.",
  ),
  data_dir: text("tollgate-path", "~/.tollgate", "Where Tollgate keeps its own files."),
  header_timeout: duration("120s", TIMER, "How long a stream's response headers may take."),
  answer_timeout: duration("600s", TIMER, "How long an answer may take that is not streamed."),
  idle_timeout: duration("600s", TIMER, "How long a provider may stay silent within an answer."),
  max_body: size("64MiB", { minimum: KIB, maximum: 4 * GIB }, "The largest request body that is taken."),
  shutdown_timeout: duration(
    "30s",
    { minimum: 0, maximum: DAY },
    "How long calls in flight may go on after SIGTERM.",
  ),
  max_agents: integer(1000, { minimum: 1, maximum: 100_000 }, "How many agents there may be."),
  allow_target_hosts: list(
    "tollgate-target-host",
    "Hosts (or *.suffix) with private addresses that x-target-url may name.",
  ),
  blocked_response: choice(
    BLOCKED_RESPONSES,
    "reply",
    "How a refusal by policy is told: reply, as a model's answer that agents read; error, as an error.",
  ),
  retries: integer(
    0,
    RETRY_RANGE,
    "How often a call is sent again to the same target when it was not sent or is turned away (429, 502, 503, 529).",
  ),
  budget: section(moneyCaps("everyone together")),
});

const identity = section({
  mode: choice(
    ["open", "known", "keys"],
    "open",
    "open creates an agent at its first call; known refuses names that are not under agents; keys asks for a gateway key.",
  ),
  forward: toggle(true, "Whether X-Agent-Identity is passed on to the provider."),
});

const provider = section({
  protocol: choiceOrNone(
    ["openai", "openai-responses", "anthropic", "gemini", "cohere"],
    "The wire format of a provider that Tollgate does not know.",
  ),
  base_url: textOrNone(
    "tollgate-base-url",
    "Where it is reached: what one would give the SDK. A query goes along with every call.",
  ),
  api_key: textOrNone("tollgate-secret", "The key for calls whose agent has none of its own."),
  key_header: textOrNone(
    "tollgate-key-header",
    "The header in which the key goes; left out, the protocol's. In authorization it goes as Bearer.",
  ),
  headers: named(
    "tollgate-header-name",
    neededText("tollgate-header-value", "What this header says."),
    "Headers that go along with every call; their values are not shown.",
  ),
  models: named(
    "tollgate-glob",
    section({
      context: integerOrNone(MODEL_TOKENS, "Tokens of input and output together that it has room for."),
      max_output: integerOrNone(
        MODEL_TOKENS,
        "Tokens that an answer has at most, where the request says nothing.",
      ),
    }),
    "How much its models hold, by name or glob; the first that matches counts.",
  ),
  api_keys: list("tollgate-secret", "Further keys; calls take turns among all, and a limited one rests."),
  enabled: toggle(true, "Whether calls may go there at all."),
  rate_limit: slidingWindowOrNone("A sliding window over the calls of all agents."),
  max_concurrency: integerOrNone(
    { minimum: 1, maximum: 100_000 },
    "Calls in flight at once; more of them wait, by priority. Left out, no bound.",
  ),
  upstreams: listOf(
    section({
      base_url: textOrNone("tollgate-base-url", "Where these lanes go; left out, where the others go."),
      api_key: textOrNone("tollgate-secret", "The key of these lanes; left out, the provider's."),
      lanes: listOf(neededChoice(PRIORITIES, "A lane."), "The lanes that go there: high, normal, low."),
    }),
    "Where some lanes go instead.",
  ),
});

const modelPrice = section({
  input: usd("USD per million input tokens."),
  output: usd("USD per million output tokens."),
  cache_read: usdOrNone("USD per million input tokens read from a cache; left out: as input."),
  cache_write: usdOrNone("USD per million input tokens written to a cache; left out: as input."),
});

export const settingsSchema = section({
  gateway,
  identity,
  providers: named(
    "tollgate-provider-name",
    provider,
    "Providers by name: a known one to give it a key or another base, or one of your own.",
  ),
  agents: templated(
    "tollgate-agent-name-or-all",
    agent,
    "Agents by name; * is the template whose values every agent starts from.",
  ),
  owners: named(
    "tollgate-label",
    section({ budget: section(moneyCaps("the owner, with all of its agents,")) }),
    "Owners by name.",
  ),
  policies: listOf(policy, "Rules over the state of agents; see [policies](policies.md)."),
  dashboard: section({
    port: port(4040, "Where the dashboard is served; the gateway's own port means one listener for both."),
    host: text("tollgate-host", "127.0.0.1", "The address the dashboard listens on."),
  }),
  audit: section({
    log_file: text("tollgate-path", "{data_dir}/audit.jsonl", "The journal: one line per event."),
    max_entries: integer(
      1_000_000,
      { minimum: 1, maximum: 1_000_000_000 },
      "How many events the searchable index keeps; sums are kept for all.",
    ),
    retention: duration(
      "90d",
      { minimum: DAY, maximum: 36_500 * DAY },
      "How long journal files are kept after rotation.",
    ),
    rotate: size(
      "256MiB",
      { minimum: 4 * KIB, maximum: 64 * GIB },
      "The size at which a new journal file begins.",
    ),
    fsync: choice(
      ["always", "interval", "never"],
      "interval",
      "When lines are forced to disk: before each answer ends, each second, or when the system likes.",
    ),
    on_failure: choice(
      ["stop", "continue"],
      "stop",
      "What happens to calls while the journal cannot be written.",
    ),
  }),
  pricing: section({
    file: textOrNone("tollgate-path", "A price list that replaces the bundled one."),
    models: named(
      "tollgate-glob",
      modelPrice,
      "Prices by model name or glob; the first that matches wins over every list.",
    ),
    unknown: either(
      neededChoice(["refuse", "allow"], "Whether a call may pass whose price is not known."),
      modelPrice,
      "refuse",
      "Calls of agents under a money cap whose price is not known: refuse, allow uncharged, or a price to charge.",
    ),
  }),
  trust: section({
    enabled: toggle(true, "Whether agents are scored by their behaviour; see [trust](trust.md)."),
    interval: duration(
      "60s",
      { minimum: 1_000, maximum: DAY },
      "How often a clean, active agent gains a point.",
    ),
    initial: integer(
      50,
      { minimum: 0, maximum: 100 },
      "The score of an agent that is seen for the first time.",
    ),
    quarantine: toggle(false, "Whether agents with a score under 20 are refused."),
    raise: toggle(false, "Whether trusted agents with a gateway key get more rate and quota."),
  }),
  loops: section({
    window: loopWindow,
    threshold: loopThreshold,
    action: choice(LOOP_ACTIONS, "alert", "What happens to an agent that repeats itself."),
  }),
  routes: section({
    allow: list(
      "tollgate-route",
      "Provider paths that agents under a money cap may call although nothing there is metered.",
    ),
  }),
  translation: section({
    unsupported: choice(
      ["refuse", "drop"],
      "refuse",
      "What becomes of a member that the serving provider has no place for: refuse the call, or leave it out and name it.",
    ),
  }),
  admin: section({
    token: textOrNone("tollgate-secret", "The management token; left out, one is made at the first start."),
    token_file: toggle(true, "Whether data_dir keeps a copy of the token for this user's command line."),
  }),
  events: section({
    endpoint: textOrNone(
      "tollgate-secret-url",
      "Where calls and refusals are reported, in batches of JSON. Kept as a secret.",
    ),
    api_key: textOrNone("tollgate-secret", "Sent there as Authorization: Bearer."),
    flush_interval: duration("5s", TIMER, "How long an event waits for others at most."),
    max_buffer_size: integer(
      50,
      { minimum: 1, maximum: 1_000 },
      "How many events wait at most before they are sent; also the most that are sent at once.",
    ),
  }),
  alerts,
});

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
/** The schema and the type that the rest of the house sees cannot drift apart: this line would not compile. */
true satisfies Same<Static<typeof settingsSchema>, Settings>;
