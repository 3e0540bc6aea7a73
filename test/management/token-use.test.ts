import { expect, test } from "bun:test";
import { createTokenRing } from "../../server/management/token-ring.ts";
import { NOON } from "./support.ts";

test("a token opens what it opens while the disk is full: only its last use is not kept", () => {
  const state = {
    readTokens: () => [],
    addToken: () => undefined,
    revokeToken: () => true,
    noteTokenUse(): void {
      throw new Error("database or disk is full");
    },
  };
  const ring = createTokenRing(state, (bytes) => crypto.getRandomValues(new Uint8Array(bytes)));
  const { token } = ring.create({ name: null, role: "viewer", expires: null }, NOON);
  ring.noteUse(token.id, NOON + 1);
  expect(ring.list()).toMatchObject([{ id: token.id, used: NOON + 1 }]);
});
