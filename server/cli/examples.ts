/** An example or more of each command. */

/** What the help of each command ends with, by its words. */
export const EXAMPLES: ReadonlyMap<string, readonly string[]> = new Map([
  ["tollgate", ["tollgate init", "tollgate start -c gateway.yaml", "tollgate status", "tollgate logs -f"]],
  [
    "tollgate start",
    ["tollgate start", "tollgate start -c gateway.yaml", "tollgate start --port 9000 --data-dir ./data"],
  ],
  [
    "tollgate proxy",
    [
      `tollgate proxy --api-key TOKEN --agent-id proxy --provider-keys '{"PROVIDER":"KEY"}'`,
      "tollgate proxy --api-key - --agent-id proxy < token.txt",
      `tollgate proxy --api-key TOKEN --agent-id proxy --endpoint http://127.0.0.1:8080/api/events`,
      `tollgate proxy --api-key TOKEN --agent-id proxy --rate-limits '{"PROVIDER":{"maxRequests":100,"windowSeconds":60}}'`,
    ],
  ],
  ["tollgate init", ["tollgate init", "tollgate init --yes", "tollgate init gateway.prod.yaml"]],
  [
    "tollgate run",
    [
      "tollgate run --agent researcher python agent.py --fast",
      "tollgate run -a reviewer claude",
      "tollgate run -c gateway.yaml -a nightly -- npm run agent",
    ],
  ],
  ["tollgate status", ["tollgate status", "tollgate status --json | jq '.agents[].cost.day'"]],
  [
    "tollgate logs",
    [
      "tollgate logs --since 24h --agent researcher",
      "tollgate logs -f --type blocked",
      "tollgate logs --provider openai --status 429 --since 2h --until 1h",
      "tollgate logs --limit 1000 --json",
    ],
  ],
  [
    "tollgate report",
    [
      "tollgate report --by owner --from 30d",
      "tollgate report --by day --agent researcher --from 2026-01-01 --to 2026-02-01",
      "tollgate report --by model --from 7d --format csv > models.csv",
      "tollgate report --by owner --from 2026-01-01 --to 2026-04-01 --html report.html",
    ],
  ],
  ["tollgate agents", ["tollgate agents", "tollgate agents show researcher"]],
  ["tollgate agents list", ["tollgate agents list", "tollgate agents list --json | jq '.agents[].id'"]],
  ["tollgate agents show", ["tollgate agents show researcher"]],
  [
    "tollgate agents set",
    [
      "tollgate agents set researcher budget.max_cost_per_day=40 rate_limit=100/min",
      "tollgate agents set researcher 'models.allow=[claude-*, gpt-4o-mini]'",
      "tollgate agents set newcomer --new owner=team-ml",
      "tollgate agents set researcher provider=openai api_key=- < key.txt",
    ],
  ],
  [
    "tollgate agents unset",
    ["tollgate agents unset researcher rate_limit", "tollgate agents unset researcher budget quota"],
  ],
  [
    "tollgate pause",
    [
      "tollgate pause researcher",
      'tollgate pause researcher --for 1h --reason "deploying"',
      "tollgate pause researcher --kill",
      "tollgate pause researcher --resume",
    ],
  ],
  [
    "tollgate budget",
    [
      "tollgate budget researcher",
      "tollgate budget researcher --hourly 10",
      "tollgate budget researcher --daily unlimited --total none",
      "tollgate budget researcher --json | jq .held",
    ],
  ],
  ["tollgate policy", ["tollgate policy", 'tollgate policy test "cost_today > 5"']],
  ["tollgate policy list", ["tollgate policy list", "tollgate policy list --json | jq '.policies[].name'"]],
  [
    "tollgate policy add",
    [
      'tollgate policy add runaway "cost_this_hour > 5"',
      'tollgate policy add shaky "error_rate > 0.5" --action pause --for 10m --min-calls 20',
      'tollgate policy add eager "calls_this_hour > 500" --action throttle --rate 10/min --shadow',
    ],
  ],
  ["tollgate policy remove", ["tollgate policy remove runaway"]],
  [
    "tollgate policy test",
    ["tollgate policy test runaway-spend", 'tollgate policy test "error_rate > 0.5" --since 30d'],
  ],
  ["tollgate providers", ["tollgate providers", "tollgate providers set openai"]],
  [
    "tollgate providers list",
    ["tollgate providers list", "tollgate providers list --json | jq '.providers[].key'"],
  ],
  [
    "tollgate providers set",
    [
      "tollgate providers set openai",
      "tollgate providers set openai - < key.txt",
      "tollgate providers set house --protocol openai --base-url http://127.0.0.1:11434/v1",
      "tollgate providers set openai --no-enabled",
    ],
  ],
  [
    "tollgate providers remove",
    ["tollgate providers remove openai", "tollgate providers remove house --key"],
  ],
  ["tollgate providers test", ["tollgate providers test openai", "tollgate providers test"]],
  ["tollgate keys", ["tollgate keys create researcher", "tollgate keys list"]],
  [
    "tollgate keys create",
    [
      "tollgate keys create researcher",
      "tollgate keys create researcher --name ci --expires 30d",
      "tollgate keys create researcher > researcher.key",
    ],
  ],
  ["tollgate keys list", ["tollgate keys list", "tollgate keys list --json | jq '.keys[].id'"]],
  ["tollgate keys revoke", ["tollgate keys revoke key_0a1b2c3d4e5f"]],
  [
    "tollgate dashboard",
    ["tollgate dashboard", "tollgate dashboard --no-open --url http://gateway.lan:8080"],
  ],
  ["tollgate doctor", ["tollgate doctor -c gateway.yaml", "tollgate doctor --json"]],
  ["tollgate config", ["tollgate config check gateway.yaml"]],
  [
    "tollgate config check",
    ["tollgate config check gateway.yaml", "tollgate config check gateway.yaml --json | jq '.problems'"],
  ],
  ["tollgate config schema", ["tollgate config schema > tollgate.schema.json"]],
  [
    "tollgate config import",
    [
      "tollgate config import ~/.agentgazer/config.json",
      "tollgate config import ~/.agenttrace/config.json --out gateway.yaml",
    ],
  ],
  ["tollgate config unset", ["tollgate config unset", "tollgate config unset providers.local"]],
  ["tollgate audit", ["tollgate audit verify", "tollgate audit rebuild"]],
  ["tollgate audit verify", ["tollgate audit verify", "tollgate audit verify -c gateway.yaml --json"]],
  ["tollgate audit rebuild", ["tollgate audit rebuild", "tollgate audit rebuild --data-dir ./data"]],
  ["tollgate token", ["tollgate token reset"]],
  ["tollgate token reset", ["tollgate token reset", "tollgate token reset -c gateway.yaml"]],
  [
    "tollgate completions",
    [
      "tollgate completions bash > ~/.local/share/bash-completion/completions/tollgate",
      "tollgate completions fish > ~/.config/fish/completions/tollgate.fish",
    ],
  ],
  ["tollgate version", ["tollgate version"]],
]);
