import { expect, test } from "bun:test";
import { openHome } from "./support/launched.ts";

test("a changed file that is refused is warned of with the place of its mistake, until it is mended", async () => {
  using home = openHome();
  await using gateway = await home.start();
  const warnings = async () => (await gateway.api.status.get()).data?.gateway.warnings ?? null;
  expect(await warnings()).toEqual([]);
  home.configure("gateway: { prot: 1 }\n");
  await gateway.running.refresh();
  expect(await warnings()).toEqual([
    expect.stringMatching(
      /^The changed configuration is refused and an older one is in force: .*gateway\.yaml:2:12: gateway\.prot is not a setting;/,
    ),
  ]);
  home.configure("");
  await gateway.running.refresh();
  expect(await warnings()).toEqual([]);
});
