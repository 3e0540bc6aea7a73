import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { type Gateway, startGateway } from "../support/gateway.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";
import { findChromium, launch, openWindow, signIn } from "./browser.ts";

// A gateway and a window are started for each test; on a busy machine that takes longer than Bun allows a test.
setDefaultTimeout(60_000);

const chromium = findChromium();

/** The upstream says 120 tokens in and 30 out: with these prices a call costs $0.0027. */
const PRICES = { models: { "priced-*": { input: 10, output: 50 } } };

describe.skipIf(chromium === null)("the fleet page", () => {
  let browser: Browser;
  let upstream: Upstream;

  beforeAll(async () => {
    browser = await launch(chromium ?? "");
    upstream = startUpstream();
  });

  afterAll(async () => {
    await browser.close();
    await upstream[Symbol.asyncDispose]();
  });

  test("asks for the admin token, says what is wrong with another one, and lets the right one in", async () => {
    await using gateway = await start();
    await using window = await openWindow(browser);
    const { page } = window;
    await page.goto(gateway.dashboardUrl);
    await page.getByLabel("Admin token").fill("tga_guessed");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
    await page.getByLabel("Admin token").fill(gateway.adminToken);
    await page.keyboard.press("Enter");
    await page.getByText("Live", { exact: true }).waitFor();

    await page.reload();
    await page.getByText("Live", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Admin token").waitFor();
    expect(window.complaints).toEqual([]);
  });

  test("a one-time link signs in, once, and leaves no code in the address", async () => {
    await using gateway = await start();
    const { url } = await (await gateway.api("/api/session/link", { method: "POST" })).json();
    await using window = await openWindow(browser);
    await window.page.goto(url);
    await window.page.getByText("Live", { exact: true }).waitFor();
    expect(new URL(window.page.url()).hash).toBe("");

    await using second = await openWindow(browser);
    await second.page.goto(url);
    await second.page.getByRole("alert").waitFor();
    expect(new URL(second.page.url()).hash).toBe("");
  });

  test("teaches the first call, then shows the agent without a reload, with the right figures", async () => {
    await using gateway = await start();
    await using window = await signIn(browser, gateway);
    const { page } = window;
    await page.getByRole("heading", { name: "Send the first call" }).waitFor();
    expect(await page.locator("pre").textContent()).toContain(
      `curl ${gateway.url}/agents/my-first-agent/openai/v1/chat/completions `,
    );

    await call(gateway, "researcher", { model: "priced-1", owner: "team-ml" });
    await call(gateway, "researcher", { model: "priced-1", owner: "team-ml" });
    const row = page.getByRole("row", { name: /^researcher team-ml/ });
    await cell(row, "Calls today", /^2$/);
    await row.getByText("Active").waitFor();
    await cell(row, "Tokens today", "240 in");
    await cell(row, "Tokens today", "60 out");
    await cell(row, "Cost today", "$0.0054");
    await page.locator(".spend .figure-value").getByText("$0.0054", { exact: true }).waitFor();
    expect(await page.getByRole("table").nth(1).getByRole("row", { name: "priced-1" }).count()).toBe(2);
    expect(window.complaints).toEqual([]);
  });

  test("a call without a known price costs unknown, never nothing", async () => {
    await using gateway = await start();
    await using window = await signIn(browser, gateway);
    await call(gateway, "mystic", { model: "unheard-of-9" });
    const row = window.page.getByRole("row", { name: /^mystic/ }).first();
    await cell(row, "Cost today", "unknown");
    await row.getByText("spend unknown").waitFor();
    await window.page.locator(".spend .figure-value").getByText("unknown").waitFor();
    await window.page.getByText("1 call without a known price").waitFor();
  });

  test("says since when it has watched, and lights up only calls that came since", async () => {
    await using gateway = await start();
    await call(gateway, "early", { model: "priced-1" });
    await using window = await signIn(browser, gateway);
    const { page } = window;
    const entries = page.locator(".entries tbody tr");
    await entries.getByText("early").waitFor();
    expect(await page.locator(".entries .news").count()).toBe(0);
    await page.getByRole("columnheader", { name: /^Since \d\d:\d\d:\d\d$/ }).waitFor();
    await page.getByRole("img", { name: /^0 calls seen since \d\d:\d\d:\d\d$/ }).waitFor();

    await call(gateway, "late", { model: "priced-1" });
    await entries.getByText("late").waitFor();
    expect(await page.locator(".entries .news .entry-agent").allTextContents()).toEqual(["late"]);
  });

  test("columns stay where they are while the filter changes", async () => {
    await using gateway = await start();
    await call(gateway, "a-name-that-asks-for-a-wide-column", { model: "priced-1" });
    await call(gateway, "b", { model: "unheard-of-9" });
    await using window = await signIn(browser, gateway);
    const { page } = window;
    await page.locator(".agent-id").nth(1).waitFor();
    const edges = () =>
      page.locator(".agents thead th").evaluateAll((heads) => heads.map((head) => head.clientWidth));
    const before = await edges();
    await page.getByLabel("Filter agents").fill("b");
    await page.getByText("1 of 2").waitFor();
    expect(await edges()).toEqual(before);
  });

  test("is worked by keyboard: filter, sort, skip link", async () => {
    await using gateway = await start();
    await call(gateway, "alpha", { model: "priced-1", owner: "team-ml" });
    await call(gateway, "beta", { model: "unheard-of-9", owner: "care" });
    await using window = await signIn(browser, gateway);
    const { page } = window;
    const names = page.locator(".agent-id");
    await page.getByText("alpha", { exact: true }).first().waitFor();
    expect(await names.allTextContents()).toEqual(["alpha", "beta"]);

    await page.keyboard.press("/");
    await page.keyboard.type("care");
    expect(await names.allTextContents()).toEqual(["beta"]);
    await page.keyboard.press("Escape");
    expect(await names.allTextContents()).toEqual(["alpha", "beta"]);

    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    expect(await names.allTextContents()).toEqual(["beta", "alpha"]);
    expect(await page.getByRole("columnheader", { name: "Agent" }).first().getAttribute("aria-sort")).toBe(
      "descending",
    );

    await page.reload();
    await page.getByText("Live", { exact: true }).waitFor();
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement?.textContent?.trim()")).toBe("Skip to the agents");
    expect(window.complaints).toEqual([]);
  });

  test("fits a phone without scrolling sideways, in both themes", async () => {
    await using gateway = await start();
    await call(gateway, `${"a-name-as-long-as-names-may-be-".repeat(4)}end`, {
      model: "priced-1",
      owner: "team-ml",
    });
    await using window = await signIn(browser, gateway, { viewport: { width: 360, height: 740 } });
    const { page } = window;
    await page.locator(".agent-id").waitFor();
    for (const [theme, ground] of [
      ["dark", "rgb(13, 16, 20)"],
      ["light", "rgb(244, 243, 239)"],
    ]) {
      expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
      expect(await page.evaluate("getComputedStyle(document.documentElement).backgroundColor")).toBe(ground);
      await page.getByRole("button", { name: `Theme: ${theme}` }).click();
    }
    expect(window.complaints).toEqual([]);
  });

  test("is dark on a device that prefers light, too, until light is chosen by hand, which stays", async () => {
    await using gateway = await start();
    await using window = await signIn(browser, gateway, { colorScheme: "light" });
    const { page } = window;
    const scheme = () => page.evaluate("getComputedStyle(document.documentElement).colorScheme");
    expect(await scheme()).toBe("dark");
    await page.getByRole("button", { name: "Theme: dark" }).click();
    await page.reload();
    await page.getByRole("button", { name: "Theme: light" }).waitFor();
    expect(await scheme()).toBe("light");
  });

  test("says since when its figures are old once the gateway is gone", async () => {
    await using gateway = await start();
    await using window = await signIn(browser, gateway);
    await gateway.kill9();
    await window.page.getByText(/^Stale since \d\d:\d\d:\d\d$/).waitFor();
  });

  function start(): Promise<Gateway> {
    return startGateway({ upstream: upstream.origin, file: { pricing: PRICES } });
  }
});

/** One call of an agent through the gateway, to its end. */
async function call(gateway: Gateway, agent: string, by: { model: string; owner?: string }): Promise<void> {
  const answer = await fetch(`${gateway.url}/agents/${agent}/openai/v1/chat/completions`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: "Bearer sk-client",
      ...(by.owner ? { "x-agent-identity": `name=${agent}; owner=${by.owner}` } : {}),
    },
    body: JSON.stringify({ model: by.model, messages: [{ role: "user", content: "Hello?" }] }),
  });
  expect(answer.status).toBe(200);
  await answer.arrayBuffer();
}

/** Waits until the row's cell of this name holds the text. */
async function cell(row: ReturnType<Page["getByRole"]>, name: string, text: string | RegExp): Promise<void> {
  await row.locator(`[data-label="${name}"]`, { hasText: text }).waitFor();
}
