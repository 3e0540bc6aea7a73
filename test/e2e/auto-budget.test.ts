/** A cap holds however many calls come at once, and however many providers each of them tries (SPEC 7.3, 12.5). */
import { expect, test } from "bun:test";
import { replyInDialect } from "../support/answers/by-path.ts";
import { exchange } from "../support/client.ts";
import { isCall } from "../support/gateway.ts";
import { useHosts } from "../support/hosts/fixture.ts";
import { complaintsOf, HOSTS } from "../support/hosts/hosts.ts";
import { json } from "../support/replies.ts";
import { until } from "../support/signals.ts";

const CALLS = 200;
const USD = 1_000_000_000;
/** What the backup bills for each answer: 100 x 1 + 20 x 0.5 + 30 x 10 USD per million tokens. */
const BILL = 410_000;
const CAP = 0.02 * USD;
const { provider, model } = HOSTS["anthropic-messages"];
/** More tokens than the host reports, so that what is held bounds what it bills. */
const CONTENT = "Who is there, on the other side? ".repeat(20);

const fixture = useHosts((origins) => ({
  providers: {
    dead: { protocol: "openai", base_url: "http://127.0.0.1:1/v1", api_key: "sk-of-dead" },
    limited: { protocol: "openai", base_url: `${origins["openai-chat"]}/v1`, api_key: "sk-of-limited" },
  },
  agents: {
    "*": {
      budget: { max_cost_total: CAP / USD },
      retries: 1,
      fallback: ["limited/limited-1", `${provider}/${model}`],
      circuit_breaker: { error_threshold: 10_000 },
    },
    capped: { provider: "dead", model: "dead-1" },
  },
}));

function call(at: number) {
  const [path, ceiling] =
    at % 2 === 0 ? ["chat/completions", "max_completion_tokens"] : ["messages", "max_tokens"];
  const body = {
    model: "asked-for",
    stream: at % 3 === 0,
    [ceiling]: 40,
    messages: [{ role: "user", content: CONTENT }],
  };
  return exchange(fixture.gateway.url, {
    target: `/agents/capped/auto/v1/${path}`,
    body: JSON.stringify(body),
  });
}

test("200 calls at once, each with fallbacks, spend no more than the cap by the hosts' own count", async () => {
  const backup = fixture.hosts["anthropic-messages"];
  const limited = fixture.hosts["openai-chat"];
  const limit = json({ error: { message: "slow down" } }, { status: 429, headers: [["Retry-After", "0"]] });
  limited.reply(limit);
  backup.reply(replyInDialect);
  const heard = await Promise.all(Array.from({ length: CALLS }, (_, at) => call(at)));

  const served = backup.requests.length;
  expect(backup.requests.flatMap((request) => complaintsOf("anthropic-messages", request))).toEqual([]);
  expect(limited.requests.length).toBeGreaterThanOrEqual(served);
  expect(served * BILL).toBeLessThanOrEqual(CAP);
  expect(served).toBeGreaterThan(0);

  const lines = await until(() => {
    const all = fixture.gateway.home.journal().filter((line) => isCall(line) || line.type === "blocked");
    const told = all.reduce((sum, line) => sum + (line.type === "blocked" ? (line.count ?? 1) : 1), 0);
    return told >= CALLS ? all.filter(isCall) : null;
  }, "a line of every call");
  const paid = lines.filter(({ cost_nano }) => cost_nano !== 0);
  expect(paid.map(({ cost_nano }) => cost_nano)).toEqual(Array(served).fill(BILL));
  expect(paid.every((line) => line.attempts >= 3 && line.provider === provider)).toBe(true);
  expect(
    heard.filter(({ status, header }) => status === 200 && header("x-tollgate-blocked") === null),
  ).toHaveLength(served);

  const { agents } = await fixture.gateway.api("/api/status").then((answer) => answer.json());
  expect(agents.find(({ id }: { id: string }) => id === "capped")).toMatchObject({
    held: 0,
    in_flight: 0,
    cost: { total: (served * BILL) / USD },
  });
});
