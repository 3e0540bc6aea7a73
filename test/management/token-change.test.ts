import { expect, test } from "bun:test";
import { provisionAdminToken } from "../../server/management/admin-token.ts";
import type { LinkAnswer } from "../../server/management/wire/access.ts";
import { post, startManagement } from "./support.ts";

test("another admin token ends what the old one has opened: sessions, and links that nobody has followed yet", async () => {
  await using api = startManagement();
  const cookie = await api.logIn();
  const link = await api.asAdmin("/api/session/link", post({}));
  const { code } = (await link.json()) as LinkAnswer;
  const wanted = {
    configured: "chosen-by-the-operator",
    keepFile: false,
    dataDir: "/nowhere",
    isTerminal: false,
  };
  provisionAdminToken(wanted, api.store.state, api.context.random);
  expect((await api.asAdmin("/api/status")).status).toBe(401);
  expect((await api.fetch("/api/status", { headers: { cookie } })).status).toBe(401);
  expect((await api.fetch("/api/session", post({ code }))).status).toBe(401);
});
