import { expect, test } from "bun:test";
import { join } from "node:path";
import { REASONS } from "../../server/core/refusal.ts";

test("docs/errors.md lists every reason with its status and whether to try again, and no other", async () => {
  const page = await Bun.file(join(import.meta.dir, "../../docs/errors.md")).text();
  const rows = [...page.matchAll(/^\| `(\w+)` +\| (\d+) +\| (yes|no) +\|/gm)];
  const documented = rows.map(([, reason, status, again]) => [reason, Number(status), again === "yes"]);
  const catalogue = Object.entries(REASONS).map(([reason, { status, retryable }]) => [
    reason,
    status,
    retryable,
  ]);
  expect(documented.toSorted()).toEqual(catalogue.toSorted());
});
