import { expect, test } from "bun:test";
import { runCli } from "../../server/cli/main.ts";
import { startManagement } from "../management/support.ts";
import { makeTempFolder } from "../support/temp.ts";
import { fakeTerminal } from "./fake-terminal.ts";

const UNTOLD =
  "The running gateway did not say which providers it has: those that the file does not name are not looked at.";

async function examine(url: string, token: string): Promise<string[]> {
  using folder = makeTempFolder("doctor");
  const terminal = fakeTerminal({ cwd: folder.path, now: Date.now });
  await runCli(["doctor", "--json", "--data-dir", "data", "--url", url, "--token", token], terminal);
  const { findings } = JSON.parse(terminal.printed.join("\n"));
  return findings.map(({ message }: { message: string }) => message);
}

test("a gateway that refuses doctor's token is not said to have no provider", async () => {
  await using api = startManagement();
  // Its official host is no business of a test.
  await api.asAdmin("/api/providers/openai", { method: "PUT", body: JSON.stringify({ enabled: false }) });
  const refused = await examine(api.url, "tga_wrong");
  expect(refused).toContain(UNTOLD);
  expect(refused.join()).not.toContain("No provider is configured");
  const told = await examine(api.url, api.token);
  expect(told).not.toContain(UNTOLD);
  expect(told).toContain("No provider is configured: agents bring their own keys.");
});
