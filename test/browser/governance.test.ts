import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import type { AgentStatus } from "../../server/management/wire/status.ts";
import { openaiChatEvents } from "../support/answers/openai-chat.ts";
import { HELLO } from "../support/answers/said.ts";
import { type Gateway, isCall, startGateway } from "../support/gateway.ts";
import { stream, whole } from "../support/replies.ts";
import { within } from "../support/signals.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";
import { findChromium, launch, signIn } from "./browser.ts";

// A gateway and a window are started for each test; on a busy machine that takes longer than Bun allows a test.
setDefaultTimeout(60_000);

const chromium = findChromium();

/** The upstream says 120 tokens in and 30 out: with these prices a call costs $0.0027. */
const PRICES = { models: { "priced-*": { input: 10, output: 50 } } };
const AGENTS = {
  spender: { budget: { max_cost_per_day: 0.004, max_cost_total: 4 } },
  streamer: { budget: { max_cost_per_hour: 0.02, max_cost_per_day: 10, hold: "worst_case" } },
  unlucky: { circuit_breaker: { error_threshold: 2 } },
};

describe.skipIf(chromium === null)("what a person sees and decides on the fleet page", () => {
  let browser: Browser;
  let upstream: Upstream;

  beforeAll(async () => {
    browser = await launch(chromium ?? "");
    upstream = startUpstream();
  });

  beforeEach(() => upstream.reset());

  afterAll(async () => {
    await browser.close();
    await upstream[Symbol.asyncDispose]();
  });

  test("a pause refuses that agent's next call, for the reason given, until it is resumed", async () => {
    await using gateway = await start();
    expect([await call(gateway, "worker"), await call(gateway, "other")]).toEqual([200, 200]);
    await using window = await signIn(browser, gateway);
    const { page } = window;
    const row = rowOf(page, "worker");

    await row.getByRole("button", { name: "Pause worker" }).click();
    const dialog = page.getByRole("dialog", { name: "Pause worker?" });
    await dialog.getByLabel("How long").selectOption("For an hour");
    await dialog.getByLabel("Reason").fill("asks too much");
    await page.keyboard.press("Enter");
    await row.getByText("Paused", { exact: true }).waitFor();
    await row.getByText(/^until \d\d:\d\d$/).waitFor();
    await row.getByText("asks too much").waitFor();
    await row.getByText(/^since \d\d:\d\d:$/).waitFor();
    expect(await dialog.count()).toBe(0);
    expect(await statusOf(gateway, "worker")).toMatchObject({
      status: "paused",
      pause_reason: "agent_deactivated",
      pause_detail: "asks too much",
    });
    await page.getByText("5, 1 paused", { exact: true }).waitFor();
    expect([await call(gateway, "worker"), await call(gateway, "other")]).toEqual([403, 200]);
    expect(await rowOf(page, "other").getByText("Paused").count()).toBe(0);

    // One button for both, so that it still has the focus.
    expect(await page.evaluate("document.activeElement?.ariaLabel")).toBe("Resume worker");
    await page.keyboard.press("Enter");
    await row.getByText("Paused", { exact: true }).waitFor({ state: "detached" });
    expect(await page.evaluate("document.activeElement?.ariaLabel")).toBe("Pause worker");
    expect(await statusOf(gateway, "worker")).toMatchObject({ status: "active", pause_reason: null });
    expect(await call(gateway, "worker")).toBe(200);
    expect(window.complaints).toEqual([]);
  });

  test("a pause that ends by itself goes from the page without a reload", async () => {
    await using gateway = await start();
    expect(await call(gateway, "worker")).toBe(200);
    await using window = await signIn(browser, gateway);
    const row = rowOf(window.page, "worker");
    await gateway.api("/api/agents/worker/pause", {
      method: "POST",
      body: JSON.stringify({ duration: "3s", reason: "a short rest" }),
    });
    await row.getByText("a short rest").waitFor();
    await row.getByRole("button", { name: "Resume worker" }).waitFor();
    await row.getByText("Paused", { exact: true }).waitFor({ state: "detached" });
    await row.getByRole("button", { name: "Pause worker" }).waitFor();
    expect(await row.getByText("a short rest").count()).toBe(0);
    expect(window.complaints).toEqual([]);
  });

  test("a budget's bar shows what is held behind what is spent, and lets go of it when the stream ends", async () => {
    await using gateway = await start();
    expect(await call(gateway, "streamer")).toBe(200);
    const { promise: hour, resolve: finish } = Promise.withResolvers<void>();
    const events = openaiChatEvents(HELLO, "asked");
    upstream.reply(stream(events, { before: (index) => (index === 2 ? hour : undefined) }));
    const answer = await open(gateway, "streamer");
    await using window = await signIn(browser, gateway);
    const row = rowOf(window.page, "streamer");
    const holding = /^Hourly budget .* used: \$0\.0027 spent and \$0\.\d+ held of \$0\.0200$/;
    await row.getByRole("img", { name: holding }).waitFor();
    expect(await row.getByRole("img", { name: /^Daily budget / }).count()).toBe(1);
    expect(await row.getByRole("img", { name: /^Total budget / }).count()).toBe(0);
    const widths = (part: "spent" | "held") =>
      row.locator(`.meter-${part}`).evaluateAll((parts) => parts.map((one) => one.getAttribute("width")));
    const [spent, held] = [
      parseFloat((await widths("spent"))[0] ?? ""),
      parseFloat((await widths("held"))[0] ?? ""),
    ];
    expect(spent).toBeCloseTo(13.5, 9);
    expect(held).toBeGreaterThan(spent);
    expect(held).toBeLessThan(100);

    finish();
    await within(answer.arrayBuffer(), "the end of the stream");
    await row.getByText(/ in flight$/).waitFor({ state: "detached" });
    await row.getByRole("img", { name: /^Hourly budget \d+% used: \$0\.0054 spent of \$0\.0200$/ }).waitFor();
    expect(await widths("held")).toEqual(await widths("spent"));
    expect(window.complaints).toEqual([]);
  });

  test("the agent that spends more than all others together is named at the top, and leads when sorted by that", async () => {
    await using gateway = await start();
    await using window = await signIn(browser, gateway);
    const { page } = window;
    for (const agent of ["calm", "quiet"]) expect(await call(gateway, agent)).toBe(200);
    for (let calls = 0; calls < 6; calls++) expect(await call(gateway, "runaway")).toBe(200);
    await page.getByText("75% of it by runaway").waitFor();
    await rowOf(page, "runaway").getByText("$0.02/min, 75%").waitFor();
    await rowOf(page, "calm").getByText("$0.0027/min", { exact: true }).waitFor();
    await page.getByLabel("Sort by").selectOption("Spend per minute");
    expect((await page.locator(".agent-id").allTextContents()).slice(0, 3)).toEqual([
      "runaway",
      "calm",
      "quiet",
    ]);
    expect(await page.getByRole("columnheader", { name: /^Since / }).getAttribute("aria-sort")).toBe(
      "descending",
    );
  });

  test("refusals are counted beside the errors, which they are not, and told in the latest calls", async () => {
    await using gateway = await start();
    expect([await call(gateway, "spender"), await call(gateway, "spender")]).toEqual([200, 402]);
    await using window = await signIn(browser, gateway);
    const row = rowOf(window.page, "spender");
    await row.locator('[data-label="Errors this hour"]').getByText("1 blocked").waitFor();
    expect(await row.locator(".alarming").count()).toBe(0);
    await window.page.getByText("blocked: budget_exceeded").waitFor();
  });

  test("of hundreds of agents a page is shown, more when asked for, and the filter finds the others", async () => {
    const many = Object.fromEntries(Array.from({ length: 130 }, (_, at) => [`one-of-many-${at + 1}`, {}]));
    await using gateway = await startGateway({ upstream: upstream.origin, file: { agents: many } });
    await using window = await signIn(browser, gateway);
    const { page } = window;
    const rows = page.locator("tr.agent");
    await page.getByText("of 30 further agents").waitFor();
    expect(await rows.count()).toBe(100);
    await page.getByLabel("Filter agents").fill("one-of-many-99");
    expect(await page.locator(".agent-id").allTextContents()).toEqual(["one-of-many-99"]);
    await page.getByLabel("Filter agents").fill("");
    await page.getByRole("button", { name: "Show 30 more" }).click();
    expect(await rows.count()).toBe(130);
    expect(await page.getByText("further agents").count()).toBe(0);
    const hundredAndFirst = await page.locator(".agent-id").nth(100).textContent();
    expect(await page.evaluate("document.activeElement?.ariaLabel")).toBe(`Pause ${hundredAndFirst}`);
    expect(window.complaints).toEqual([]);
  });

  test("a kill asks first, then cuts that agent's stream and no other's", async () => {
    upstream.reply(stream(openaiChatEvents(HELLO, "asked").slice(0, 2), { ending: "stall" }));
    await using gateway = await start();
    const runaway = await open(gateway, "runaway");
    const victim = await upstream.next();
    const bystander = await open(gateway, "bystander");
    await upstream.next();
    await using window = await signIn(browser, gateway);
    const { page } = window;
    const row = rowOf(page, "runaway");
    await row.getByText("1 in flight").waitFor();

    await row.getByRole("button", { name: "Kill runaway" }).click();
    await page.getByRole("dialog", { name: "Kill runaway?" }).waitFor();
    expect(await page.evaluate("document.activeElement?.textContent")).toBe("Cancel");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(await page.evaluate("document.activeElement?.ariaLabel")).toBe("Kill runaway");
    expect(await row.getByText("1 in flight").count()).toBe(1);

    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Kill", exact: true }).click();
    await within(victim.gone, "the upstream being let go");
    await row.getByText("Paused", { exact: true }).waitFor();
    await row.getByText("still in flight").waitFor({ state: "detached" });
    expect(
      await gateway.line((line) => isCall(line) && line.agent === "runaway", "of the kill"),
    ).toMatchObject({
      ending: "cut",
    });
    await within(runaway.arrayBuffer(), "the end of the cut stream");
    expect(await rowOf(page, "bystander").getByText("1 in flight").count()).toBe(1);
    await bystander.body?.cancel();
    expect(window.complaints).toEqual([]);
  });

  test("a budget that is used up pauses the agent; the row says which and how far, the details every window", async () => {
    await using gateway = await start();
    expect([await call(gateway, "spender"), await call(gateway, "spender")]).toEqual([200, 402]);
    await using window = await signIn(browser, gateway);
    const { page } = window;
    const row = rowOf(page, "spender");
    await row.getByText("Daily budget used up").waitFor();
    await row.getByText(/^until \d\d:\d\d$/).waitFor();
    await row.getByRole("img", { name: "Daily budget 67.5% used: $0.0027 spent of $0.0040" }).waitFor();

    const button = row.getByRole("button", { name: "Details of spender" });
    await button.focus();
    await page.keyboard.press("Enter");
    expect(await button.getAttribute("aria-expanded")).toBe("true");
    const details = page.locator(`[id="${await button.getAttribute("aria-controls")}"]`);
    expect(await details.getByRole("listitem").allTextContents()).toEqual([
      "This hour$0.0027 spentno cap",
      expect.stringContaining("Today$0.0027 spent$0.0013 of $0.0040 left"),
      expect.stringContaining("In all$0.0027 spent$4.00 of $4.00 left"),
    ]);
    await page.keyboard.press("Enter");
    await details.waitFor({ state: "detached" });
  });

  test("a configured agent stands there with its cap before its first call, below what teaches that", async () => {
    await using gateway = await start();
    await using window = await signIn(browser, gateway);
    await window.page.getByRole("heading", { name: "Send the first call" }).waitFor();
    const row = rowOf(window.page, "spender");
    await row.getByText("never called").waitFor();
    await row.getByRole("img", { name: "Daily budget 0% used: $0.00 spent of $0.0040" }).waitFor();
  });

  test("rows stay in place while one of them is worked by keyboard, and move when it is left", async () => {
    await using gateway = await start();
    expect([await call(gateway, "alpha"), await call(gateway, "beta")]).toEqual([200, 200]);
    await using window = await signIn(browser, gateway);
    const { page } = window;
    const names = () => page.locator(".agent-id").allTextContents();
    await rowOf(page, "beta").waitFor();
    await page.getByLabel("Sort by").selectOption("Status");
    while ((await page.evaluate("document.activeElement?.ariaLabel")) !== "Details of alpha") {
      await page.keyboard.press("Tab");
    }
    await gateway.api("/api/agents/beta/pause", { method: "POST" });
    await rowOf(page, "beta").getByText("Paused", { exact: true }).waitFor();
    expect((await names()).slice(0, 2)).toEqual(["alpha", "beta"]);
    expect(await page.evaluate("document.activeElement?.ariaLabel")).toBe("Details of alpha");
    await page.getByLabel("Filter agents").focus();
    expect((await names()).slice(0, 2)).toEqual(["beta", "alpha"]);
  });

  test("a breaker is shown while it is not closed", async () => {
    await using gateway = await start();
    expect(await call(gateway, "unlucky")).toBe(200);
    await using window = await signIn(browser, gateway);
    const row = rowOf(window.page, "unlucky");
    await row.getByText("Active").waitFor();
    expect(await row.getByText("openai").count()).toBe(0);
    upstream.reply(whole("{}", { status: 500 }));
    expect([await call(gateway, "unlucky"), await call(gateway, "unlucky")]).toEqual([500, 500]);
    await row.getByText("openai open").waitFor();
    expect(await call(gateway, "unlucky")).toBe(503);
  });

  test("a decision that the gateway did not take is told as a sentence, and the row stays as it was", async () => {
    await using gateway = await start();
    expect(await call(gateway, "worker")).toBe(200);
    await using window = await signIn(browser, gateway);
    const { page } = window;
    await rowOf(page, "worker").waitFor();
    await gateway.kill9();
    await page.getByRole("button", { name: "Pause worker" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Pause" }).click();
    const problem = "Pausing worker failed. The gateway does not answer. Is it running?";
    await page.getByRole("dialog").getByRole("alert").getByText(problem).waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    expect(await rowOf(page, "worker").getByText("Paused", { exact: true }).count()).toBe(0);
  });

  test("everything fits a phone without scrolling sideways, in both themes", async () => {
    await using gateway = await start();
    const long = `${"a-name-as-long-as-names-may-be-".repeat(4)}end`;
    expect(await call(gateway, long)).toBe(200);
    expect([await call(gateway, "spender"), await call(gateway, "spender")]).toEqual([200, 402]);
    await gateway.api(`/api/agents/${long}/pause`, {
      method: "POST",
      body: JSON.stringify({ reason: "x".repeat(200) }),
    });
    await using window = await signIn(browser, gateway, { viewport: { width: 390, height: 844 } });
    const { page } = window;
    const overflow = () => page.evaluate("document.documentElement.scrollWidth - innerWidth");
    await page.getByText("x".repeat(200)).waitFor();
    for (const name of [long, "spender"])
      await page.getByRole("button", { name: `Details of ${name}` }).click();
    for (const theme of ["dark", "light"]) {
      expect(await overflow()).toBe(0);
      await page.getByRole("button", { name: `Kill ${long}` }).click();
      expect(await overflow()).toBe(0);
      expect(
        await page.getByRole("dialog").evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth),
      ).toBe(0);
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.getByRole("button", { name: `Theme: ${theme}` }).click();
    }
    expect(window.complaints).toEqual([]);
  });

  function start(): Promise<Gateway> {
    return startGateway({ upstream: upstream.origin, file: { pricing: PRICES, agents: AGENTS } });
  }
});

function rowOf(page: Page, agent: string) {
  return page.locator("tr.agent", { has: page.getByText(agent, { exact: true }) });
}

/** What the API says of the agent. */
async function statusOf(gateway: Gateway, agent: string): Promise<AgentStatus> {
  return (await gateway.api(`/api/agents/${agent}`)).json();
}

/** One call of an agent to its end; refusals come as errors. Resolves with the status. */
async function call(gateway: Gateway, agent: string): Promise<number> {
  const answer = await send(gateway, agent, false);
  await answer.arrayBuffer();
  return answer.status;
}

/** A stream whose first bytes have come. */
async function open(gateway: Gateway, agent: string): Promise<Response> {
  const answer = await send(gateway, agent, true);
  expect(answer.status).toBe(200);
  return answer;
}

function send(gateway: Gateway, agent: string, isStream: boolean): Promise<Response> {
  return fetch(`${gateway.url}/agents/${agent}/openai/v1/chat/completions`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: "Bearer sk-client",
      "x-tollgate-on-block": "error",
    },
    body: JSON.stringify({
      model: "priced-1",
      max_tokens: 30,
      stream: isStream,
      messages: [{ role: "user", content: "Hello?" }],
    }),
  });
}
