import { expect, test } from "bun:test";
import type { Line } from "../../server/core/event.ts";
import type { KeyAnswer, TokenAnswer } from "../../server/management/wire/access.ts";
import { post, startManagement } from "./support.ts";

test("every key and token that is made or ended is written down with whose token did it", async () => {
  await using api = startManagement();
  const made = await api.asAdmin("/api/tokens", post({ role: "admin", name: "deputy" }));
  const deputy = (await made.json()) as TokenAnswer;
  const headers = { authorization: `Bearer ${deputy.token}` };
  const notes: Line[] = [];
  api.store.journal.onLine((line) => notes.push(line));

  const asDeputy = (path: string, body: object) => api.fetch(path, post(body, headers));
  const token = (await (await asDeputy("/api/tokens", { role: "viewer" })).json()) as TokenAnswer;
  const key = (await (await asDeputy("/api/keys", { agent: "researcher" })).json()) as KeyAnswer;
  const cookie = await api.logIn();
  const inSession = { method: "DELETE", headers: { cookie, origin: api.url } };
  await api.fetch(`/api/tokens/${token.id}`, inSession);
  await api.fetch(`/api/keys/${key.id}`, { method: "DELETE", headers });
  // Who ends the token that it showed is still told.
  await api.fetch(`/api/tokens/${deputy.id}`, { method: "DELETE", headers });

  expect(notes).toMatchObject([
    { event: "token.created", detail: { by: "token", token: deputy.id, id: token.id } },
    { event: "key.created", agent: "researcher", detail: { by: "token", token: deputy.id, id: key.id } },
    { event: "session.opened" },
    { event: "token.revoked", detail: { by: "session", token: null, id: token.id } },
    { event: "key.revoked", detail: { by: "token", token: deputy.id, id: key.id } },
    { event: "token.revoked", detail: { by: "token", token: deputy.id, id: deputy.id } },
  ]);
  expect(JSON.stringify(notes)).not.toContain(deputy.token);
});
