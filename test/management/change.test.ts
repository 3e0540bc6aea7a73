import { expect, test } from "bun:test";
import { createAuth } from "../../server/management/auth.ts";
import { createChange } from "../../server/management/change.ts";
import { createTokenRing } from "../../server/management/token-ring.ts";
import { startManagement } from "./support.ts";

test("a change by somebody who is let in no longer is refused before anything is changed", async () => {
  await using api = startManagement();
  const { context, store } = api;
  const tokens = createTokenRing(store.state, context.random);
  const change = createChange(context, createAuth(store.state, tokens, context.now, context.random));
  const request = new Request(`${api.url}/api/config`, { headers: { cookie: "tollgate_session=ended" } });
  const wanted = { at: ["agents", "a"], given: { owner: "team-x" } };
  expect(change({ request, server: null }, wanted)).toMatchObject({ status: 401, code: "session_ended" });
  expect(store.state.readSettings()).toEqual([]);
});
