/** In which words a call was asked for and served: from its line into the logs, also of an index that is older. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { openDatabase } from "../../server/store/database.ts";
import { removeIndex } from "../../server/store/index-db.ts";
import { INDEX_MIGRATIONS } from "../../server/store/migrations/index.ts";
import { callLine, makeStoreHome } from "./support.ts";

/** As many as there were before lines said it. */
const BEFORE = INDEX_MIGRATIONS.findIndex((step) => step.includes("upstream_protocol"));

test("the logs tell both, and null where the line says nothing", () => {
  using home = makeStoreHome("protocols");
  const { journal, index } = home.open();
  journal.append(callLine("same", { protocol: "gemini" }));
  journal.append(callLine("other", { protocol: "anthropic-messages", upstream_protocol: "openai-chat" }));
  journal.append(callLine("interrupted", { ending: "interrupted" }));
  const told = index.logs({ type: "call" }, 3, null).entries;
  expect(told.map(({ protocol, upstream_protocol }) => [protocol, upstream_protocol])).toEqual([
    [null, null],
    ["anthropic-messages", "openai-chat"],
    ["gemini", null],
  ]);
});

test("an index that was made before tells it of every line from then on", () => {
  using home = makeStoreHome("protocols");
  const first = home.open();
  first.journal.append(callLine("old"));
  first.close();
  removeIndex(home.folder);
  openDatabase(join(home.folder, "index.db"), INDEX_MIGRATIONS.slice(0, BEFORE)).close();
  const { journal, index } = home.open();
  journal.append(callLine("new", { protocol: "openai-chat", upstream_protocol: "gemini" }));
  const told = index.logs({ type: "call" }, 2, null).entries;
  expect(told.map(({ request_id, upstream_protocol }) => [request_id, upstream_protocol])).toEqual([
    ["new", "gemini"],
    ["old", null],
  ]);
});
