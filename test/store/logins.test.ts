import { expect, test } from "bun:test";
import { openState } from "../../server/store/state.ts";
import { makeTempFolder } from "../support/temp.ts";

const NOW = Date.UTC(2026, 0, 1);

test("one token's logins push out its oldest beyond a thousand, and nobody else's", () => {
  using folder = makeTempFolder("logins");
  const state = openState(folder.path, () => NOW);
  state.createSession("the admin's", NOW + 1, null);
  state.createSession("another's", NOW + 1, "tok_2");
  for (let index = 0; index < 1_002; index++) state.createSession(`s${index}`, NOW + 10 + index, "tok_1");
  const found = ["the admin's", "another's", "s0", "s1", "s2", "s1001"].map((hash) =>
    state.findSession(hash, NOW),
  );
  expect(found).toEqual([
    { token: null },
    { token: "tok_2" },
    null,
    null,
    { token: "tok_1" },
    { token: "tok_1" },
  ]);
  state.close();
});
