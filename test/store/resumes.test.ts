/** What agents had done when a person last resumed them, in state.db. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { openDatabase } from "../../server/store/database.ts";
import { STATE_MIGRATIONS } from "../../server/store/migrations/state.ts";
import { openState } from "../../server/store/state.ts";
import { makeTempFolder } from "../support/temp.ts";

const open = (folder: string) => openState(folder, () => 0);

test("resumes are there after a restart, the last one of each agent", () => {
  using folder = makeTempFolder("state");
  const first = open(folder.path);
  expect(first.readResumes()).toEqual([]);
  first.writeResume({ agent: "b", calls: 1, errors: 0, costNano: 5 });
  first.writeResume({ agent: "a", calls: 2, errors: 1, costNano: Number.MAX_SAFE_INTEGER });
  first.writeResume({ agent: "b", calls: 9, errors: 3, costNano: 70 });
  first.close();
  const second = open(folder.path);
  expect(second.readResumes()).toEqual([
    { agent: "a", calls: 2, errors: 1, costNano: Number.MAX_SAFE_INTEGER },
    { agent: "b", calls: 9, errors: 3, costNano: 70 },
  ]);
  second.close();
});

test("a state.db that knew no resumes takes them, and keeps its pauses", () => {
  using folder = makeTempFolder("state");
  const old = openDatabase(join(folder.path, "state.db"), STATE_MIGRATIONS.slice(0, 2));
  old.run(`INSERT INTO pauses VALUES ('a', 1, NULL, '{"by":"loop"}')`);
  old.close();
  const state = open(folder.path);
  expect([state.readPauses(), state.readResumes()]).toEqual([
    [{ agent: "a", since: 1, until: null, cause: { by: "loop" } }],
    [],
  ]);
  state.writeResume({ agent: "a", calls: 1, errors: 0, costNano: 0 });
  expect(state.readResumes()).toHaveLength(1);
  state.close();
});
