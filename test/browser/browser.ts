/** A real Chromium for the page's tests, and what it complained about. */
import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import type { Gateway } from "../support/gateway.ts";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Where Chromium is, or null after a printed sentence when this machine has none. In CI it has to be there: a suite
 * that skips itself would prove nothing.
 */
export function findChromium(): string | null {
  const path = PLACES.find(existsSync);
  if (path) return path;
  if (process.env.CI === "true") throw new Error(`no Chromium at ${PLACES.join(", ")}: install one`);
  console.log("The page's tests are skipped: no Chromium on this machine (apt-get install chromium).");
  return null;
}

/** Starts Chromium on an empty profile of its own, which goes when it is closed. */
export function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: FLAGS });
}

export interface Window extends AsyncDisposable {
  readonly page: Page;
  /** Errors of the console, thrown exceptions and violations of the page's own policy, in order. */
  readonly complaints: readonly string[];
}

/** Opens a window without cookies or memory. The answer 401 that asks for a sign-in is not a complaint. */
export async function openWindow(browser: Browser, options: BrowserContextOptions = {}): Promise<Window> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    const text = message.text();
    if (message.type() === "error" && !text.includes("status of 401")) complaints.push(text);
  });
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

/** A window that shows the live fleet. */
export async function signIn(
  browser: Browser,
  gateway: Gateway,
  options: BrowserContextOptions = {},
): Promise<Window> {
  const window = await openWindow(browser, options);
  await window.page.goto(gateway.dashboardUrl);
  await window.page.getByLabel("Admin token").fill(gateway.adminToken);
  await window.page.getByRole("button", { name: "Sign in" }).click();
  await window.page.getByText("Live", { exact: true }).waitFor();
  return window;
}
