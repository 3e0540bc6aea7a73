/** Trust over a restart: it is what it was; one that cannot be read stops nobody. */
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { openDataPlane } from "../support/data-plane.ts";
import { ask, works } from "../support/governed.ts";
import { makeTempFolder } from "../support/temp.ts";
import { configOf, misbehave, trustOf } from "./trust-support.ts";

test("an agent whose trust is broken on disk starts anew and the operator is told; the others go on as they were", async () => {
  using folder = makeTempFolder("trust");
  const start = () => openDataPlane({ config: configOf(), upstream: works, folder: folder.path });
  {
    using plane = start();
    await misbehave(plane, "torn");
    await misbehave(plane, "whole");
    await ask(plane, "whole");
    expect(plane.calls().at(-1)).toMatchObject({ agent: "whole", trust: 35 });
  }
  const database = new Database(join(folder.path, "state.db"));
  database.run("UPDATE trust SET standing = substr(standing, 1, 20) WHERE agent = 'torn'");
  database.close();

  using plane = start();
  expect([await ask(plane, "torn"), await ask(plane, "whole")]).toEqual([200, 200]);
  expect(trustOf(plane)).toEqual([50, 35]);
  expect(plane.logs).toEqual(["The trust of torn in state.db cannot be read: it starts anew."]);
});
