/** Alerts through a whole gateway: calls cross a budget's line, a webhook hears of it, a restart tells nothing twice. */

import { afterEach, describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { calmZone } from "../../support/calm-zone.ts";
import { openHome } from "../../support/launched.ts";
import { until, within } from "../../support/signals.ts";
import { startUpstream } from "../../support/upstream.ts";
import { startWebhook } from "../../support/webhook.ts";

const SECRET = "whsec-4f1c9a7e";
const ANSWER = {
  id: "chatcmpl-1",
  model: "gpt-4o-mini",
  choices: [{ index: 0, message: { role: "assistant", content: "hello" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500 },
};
/** What such a call costs: 0.00045 USD. Nine of them are 81% of this cap. */
const CAP = 0.005;

const stack: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of stack.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

function hold<One extends AsyncDisposable>(one: One): One {
  stack.push(one);
  return one;
}

function open(rules: string) {
  const body = JSON.stringify(ANSWER);
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  const upstream = hold(
    startUpstream(async (exchange) => {
      await exchange.write(head + body);
      exchange.finish();
    }),
  );
  const webhook = hold(startWebhook());
  const home = openHome(`
gateway: { timezone: ${calmZone()} }
providers: { openai: { api_key: sk-own, base_url: "${upstream.origin}" } }
agents: { "*": { budget: { max_cost_per_hour: ${CAP} } } }
alerts:
  channels: { ops: { type: webhook, url: "${webhook.url}/hook/s3cret", secret: ${SECRET} } }
  rules: [${rules}]
`);
  hold({ [Symbol.asyncDispose]: async () => home[Symbol.dispose]() });
  return { home, webhook };
}

async function call(url: string, agent: string, times: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let count = 0; count < times; count++) {
    const response = await fetch(`${url}/agents/${agent}/openai/v1/chat/completions`, {
      method: "POST",
      body: JSON.stringify({
        model: "gpt-4o-mini",
        max_tokens: 500,
        messages: [{ role: "user", content: "hi" }],
      }),
    });
    await response.text();
    statuses.push(response.status);
  }
  return statuses;
}

describe("a budget's line of 80%", () => {
  test("is told once when it is crossed, signed, and not again after a restart", async () => {
    const { home, webhook } = open("{ name: spend, type: budget, window: hour, channels: [ops] }");
    {
      await using gateway = await home.start();
      expect(await call(gateway.url, "researcher", 9)).toEqual(Array(9).fill(200));
      const { headers, text, body } = await within(webhook.next(), "the alert");
      const signature = createHmac("sha256", SECRET).update(text).digest("hex");
      expect(headers.get("x-tollgate-signature")).toBe(`sha256=${signature}`);
      expect(body).toMatchObject({
        rule: "spend",
        type: "budget",
        kind: "raised",
        agent: "researcher",
        text: "researcher has spent 81% of its hourly budget: 0.004050 of 0.005000 USD.",
        fact: { window: "hour", spent: 4_050_000, cap: 5_000_000 },
      });
      expect(text).not.toContain("hello");
      await call(gateway.url, "researcher", 1);
      const { data } = await gateway.api.alerts.get();
      expect(data?.alerts[0]?.raised).toMatchObject([{ agent: "researcher" }]);
      await sent(gateway, 1);
    }
    {
      await using gateway = await home.start();
      await call(gateway.url, "researcher", 1);
      // A second agent crosses its own line: what is told of the first would have come before it.
      await call(gateway.url, "writer", 9);
      expect((await within(webhook.next(), "the second agent's alert")).body).toMatchObject({
        agent: "writer",
      });
      await sent(gateway, 2);
      expect(webhook.delivered).toHaveLength(2);
      const { data } = await gateway.api.alerts.history.get({ query: {} });
      expect(data?.notices.map(({ agent, kind }) => [agent, kind])).toEqual([
        ["writer", "raised"],
        ["researcher", "raised"],
      ]);
      expect(JSON.stringify(data)).not.toContain("s3cret");
    }
    expect(home.told.join("\n")).not.toContain("s3cret");
  });

  test("is told as over when the cap is raised at run time", async () => {
    const { home, webhook } = open("{ name: spend, type: budget, window: hour, channels: [ops] }");
    await using gateway = await home.start();
    await call(gateway.url, "researcher", 9);
    expect((await within(webhook.next(), "the alert")).body.kind).toBe("raised");
    await gateway.api.budget({ id: "researcher" }).put({ hourly: 10 });
    expect((await within(webhook.next(), "the recovery")).body).toMatchObject({
      kind: "recovered",
      text: "researcher is under 80% of its hourly budget again: 0.004050 of 10.00 USD.",
    });
    const { data } = await gateway.api.alerts.get();
    expect(data?.alerts[0]?.raised).toEqual([]);
  });

  test("that nobody took is told after the restart", async () => {
    const { home, webhook } = open("{ name: spend, type: budget, window: hour, channels: [ops] }");
    webhook.answer = () => new Response("no", { status: 500 });
    {
      await using gateway = await home.start();
      await call(gateway.url, "researcher", 9);
      await within(webhook.next(), "the first try");
    }
    webhook.answer = () => new Response("ok");
    await using gateway = await home.start();
    await sent(gateway, 1);
    const { body } = webhook.delivered.at(-1) ?? {};
    expect(body).toMatchObject({ agent: "researcher", kind: "raised" });
  });
});

describe("a channel that was set at run time", () => {
  test("is used after a restart; without the right key the gateway starts, and says what it cannot read", async () => {
    const { home, webhook } = open("");
    const url = `${webhook.url}/late/s3cret`;
    {
      await using gateway = await home.start();
      const channels = { late: { type: "webhook", url } };
      await gateway.api.config.patch({ alerts: { channels } });
      await gateway.api.alerts.post({ name: "loops", type: "loop", channels: ["late"] });
    }
    {
      await using gateway = await home.start();
      const { data } = await gateway.api.alerts({ name: "loops" }).test.post();
      expect(data?.deliveries).toMatchObject([{ channel: "late", state: "sent" }]);
      expect(webhook.delivered[0]?.path).toBe("/late/s3cret");
    }
    writeFileSync(join(home.dataDir, "keys", "secrets.key"), `${"0".repeat(64)}\n`);
    await using gateway = await home.start();
    expect(gateway.running.warnings.join("\n")).toContain(
      "alerts.channels.late.url was set at run time and cannot be read",
    );
    const { data } = await gateway.api.alerts({ name: "loops" }).test.post();
    expect(data?.deliveries).toMatchObject([{ channel: "late", state: "failed" }]);
    expect(webhook.delivered).toHaveLength(1);
  });
});

/** Waits until so many notices were told and have arrived. */
async function sent(
  gateway: { api: Awaited<ReturnType<ReturnType<typeof openHome>["start"]>>["api"] },
  count: number,
) {
  await until(async () => {
    const { data } = await gateway.api.alerts.history.get({ query: {} });
    const states = data?.notices.flatMap(({ deliveries }) => deliveries.map(({ state }) => state)) ?? [];
    return states.length === count && states.every((state) => state === "sent") ? true : null;
  }, `${count} notices that have arrived`);
}
