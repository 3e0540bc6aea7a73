import { describe, expect, test } from "bun:test";
import type { AlertHistoryAnswer, AlertsAnswer, NoticeEntry } from "../../server/management/wire/alerts.ts";
import { startWebhook } from "../support/webhook.ts";
import { type Harness, post, readError, startManagement } from "./support.ts";

const URL_SECRET = "t0ken-in-the-path-9f3a";
const CONFIG = (url: string) => `alerts:
  channels:
    ops: { type: webhook, url: "${url}/${URL_SECRET}", secret: a-signing-secret }
  rules:
    - { name: spend, type: budget, window: day, percent: 50, channels: [ops] }
    - { name: quiet, type: agent_down, agent: researcher }
`;
const RULE = { type: "error_rate", threshold: 0.5, window: "10m", channels: ["ops"] };

async function list(api: Harness): Promise<AlertsAnswer> {
  return (await (await api.asAdmin("/api/alerts")).json()) as AlertsAnswer;
}

const put = (api: Harness, name: string, alert: object) =>
  api.asAdmin(`/api/alerts/${name}`, { ...post(alert), method: "PUT" });
const patch = (api: Harness, config: object) =>
  api.asAdmin("/api/config", { ...post(config), method: "PATCH" });
const remove = (api: Harness, name: string) => api.asAdmin(`/api/alerts/${name}`, { method: "DELETE" });

describe("alerts", () => {
  test("are listed with their sources, and channels without their secrets", async () => {
    await using api = startManagement({ config: CONFIG("http://127.0.0.1:1") });
    const { alerts, channels, removed } = await list(api);
    expect(alerts).toMatchObject([
      { name: "spend", type: "budget", agent: "*", channels: ["ops"], source: "file", raised: [] },
      { name: "quiet", type: "agent_down", agent: "researcher", channels: [], source: "file" },
    ]);
    expect(alerts[0]?.settings).toMatchObject({ window: "day", percent: 50, recovery: true });
    expect(channels).toMatchObject([{ name: "ops", type: "webhook", settings: { url: "…9f3a", secret: "…cret" } }]); // biome-ignore format: one
    expect(removed).toEqual([]);
    const config = await (await api.asAdmin("/api/config")).text();
    expect(config).not.toContain(URL_SECRET);
    expect(config).not.toContain("a-signing-secret");
  });

  test("are made, replaced and removed at run time, and the file's come back", async () => {
    await using api = startManagement({ config: CONFIG("http://127.0.0.1:1") });
    const made = await api.asAdmin("/api/alerts", post({ name: "errors", ...RULE }));
    expect(await made.json()).toMatchObject({ name: "errors", source: "runtime" });
    expect((await api.asAdmin("/api/alerts", post({ name: "errors", ...RULE }))).status).toBe(409);
    expect((await put(api, "spend", RULE)).status).toBe(200);
    expect((await list(api)).alerts.map(({ name, type, source }) => [name, type, source])).toEqual([
      ["spend", "error_rate", "runtime"],
      ["quiet", "agent_down", "file"],
      ["errors", "error_rate", "runtime"],
    ]);
    await remove(api, "spend");
    await remove(api, "errors");
    expect((await list(api)).alerts.map(({ name, type }) => [name, type])).toEqual([
      ["spend", "budget"],
      ["quiet", "agent_down"],
    ]);
    await remove(api, "quiet");
    expect(await list(api)).toMatchObject({ alerts: [{ name: "spend" }], removed: ["quiet"] });
    expect((await remove(api, "quiet")).status).toBe(404);
  });

  test("that cannot be are refused whole, with what is wrong", async () => {
    await using api = startManagement({ config: CONFIG("http://127.0.0.1:1") });
    const wrong: readonly (readonly [object, string])[] = [
      [{ ...RULE, channels: ["opz"] }, "did you mean ops?"],
      [{ ...RULE, percent: 50 }, "belongs to budget, and the type here is error_rate"],
      [{ ...RULE, window: "day" }, "is a span such as 10m"],
      [{ type: "budget", window: "10m" }, "is hour, day or total"],
      [{ type: "budget", window: "week" }, "hour, day or total for a budget"],
      [{ type: "bugdet" }, "one of budget, error_rate"],
      [{ ...RULE, agent: "no such/name" }, "an agent's name, or * for every agent"],
    ];
    for (const [alert, expected] of wrong) {
      expect((await readError(await put(api, "new", alert))).message).toContain(expected);
    }
    expect((await list(api)).alerts).toHaveLength(2);
    expect((await readError(await put(api, "new", { name: "other", ...RULE }))).code).toBe(
      "invalid_parameter",
    );
    expect((await readError(await api.asAdmin("/api/alerts", post(RULE)))).code).toBe("invalid_parameter");
    expect((await patch(api, { alerts: { rules: [] } })).status).toBe(400);
  });
});

describe("channels", () => {
  test("are set at run time, sealed on disk, and refused where they lack what they need", async () => {
    await using api = startManagement({ config: CONFIG("http://127.0.0.1:1") });
    const url = "https://hooks.slack.test/services/T0/B0/secret-part";
    expect((await patch(api, { alerts: { channels: { chat: { type: "slack", url } } } })).status).toBe(200);
    const kept = api.store.state.readSettings();
    expect(kept.find(({ path }) => path.endsWith('"url"]'))?.sealed).toBe(true);
    expect(JSON.stringify(kept)).not.toContain("secret-part");
    const mail = { type: "email", to: ["ops@example.com"] };
    const lacking = await readError(await patch(api, { alerts: { channels: { mail } } }));
    expect(lacking.message).toContain("alerts.channels.mail.smtp is missing");
    const smtp = { host: "localhost", from: "a@example.com", user: "u", password: "p4ss-w0rd-long" };
    await patch(api, { alerts: { channels: { mail: { ...mail, smtp } } } });
    const { channels } = await list(api);
    expect(channels.find(({ name }) => name === "mail")?.settings).toMatchObject({
      smtp: { password: "…long" },
    });
    expect(JSON.stringify(api.store.state.readSettings())).not.toContain("p4ss");
    const used = await readError(await patch(api, { alerts: { channels: { chat: { secret: "x" } } } }));
    expect(used.message).toContain("belongs to webhook, and the type here is slack");
  });

  test("are not removed while a rule names them", async () => {
    await using api = startManagement({ config: "" });
    const url = "http://127.0.0.1:1/x";
    await patch(api, { alerts: { channels: { ops: { type: "webhook", url } } } });
    await put(api, "errors", RULE);
    const refused = await readError(await patch(api, { alerts: { channels: { ops: null } } }));
    expect(refused.message).toContain('names "ops", which is no channel');
  });
});

describe("a test", () => {
  test("is sent to every channel of the rule, told at once, and kept in the history", async () => {
    await using webhook = startWebhook();
    await using api = startManagement({ config: CONFIG(webhook.url) });
    const answer = await api.asAdmin("/api/alerts/spend/test", { method: "POST" });
    const told = (await answer.json()) as NoticeEntry;
    expect(told).toMatchObject({ rule: "spend", kind: "test", agent: null });
    expect(told.deliveries).toMatchObject([{ channel: "ops", state: "sent", attempts: 1, problem: null }]);
    expect(webhook.delivered[0]?.body).toMatchObject({ kind: "test", rule: "spend", fact: null });
    const { notices } = (await (await api.asAdmin("/api/alerts/history")).json()) as AlertHistoryAnswer;
    expect(notices).toEqual([told]);
  });

  test("that does not arrive says why, without the address", async () => {
    await using webhook = startWebhook();
    webhook.answer = () => new Response("no", { status: 404 });
    await using api = startManagement({ config: CONFIG(webhook.url) });
    const answer = await (await api.asAdmin("/api/alerts/spend/test", { method: "POST" })).text();
    expect(answer).toContain("It answered 404.");
    expect(answer).not.toContain(URL_SECRET);
    expect(webhook.delivered).toHaveLength(1);
    expect((await api.asAdmin("/api/alerts/nobody/test", { method: "POST" })).status).toBe(404);
  });
});

test("the history is paged, narrowed, and refuses parameters that it does not know", async () => {
  await using api = startManagement({ config: CONFIG("http://127.0.0.1:1") });
  for (let count = 0; count < 5; count++) {
    const [rule, agent] = [count % 2 ? "odd" : "even", `agent-${count}`];
    const notice = { id: String(count), time: 0, rule, type: "loop", kind: "raised", agent, text: "", fact: null } as const; // biome-ignore format: one
    api.store.state.writeNotice({ notice, deliveries: [] });
  }
  const read = async (query: string) =>
    (await (await api.asAdmin(`/api/alerts/history${query}`)).json()) as AlertHistoryAnswer;
  const first = await read("?limit=3");
  expect(first.notices.map(({ id }) => id)).toEqual(["4", "3", "2"]);
  const rest = await read(`?limit=3&cursor=${first.next_cursor}`);
  expect([rest.notices.map(({ id }) => id), rest.next_cursor]).toEqual([["1", "0"], null]);
  expect((await read("?rule=odd")).notices.map(({ id }) => id)).toEqual(["3", "1"]);
  expect((await read("?agent=agent-2")).notices.map(({ id }) => id)).toEqual(["2"]);
  expect((await api.asAdmin("/api/alerts/history?rules=odd")).status).toBe(400);
});
