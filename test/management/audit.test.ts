import { describe, expect, test } from "bun:test";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createVerification } from "../../server/management/verification.ts";
import type { TokenAnswer } from "../../server/management/wire/access.ts";
import type { VerifyAnswer } from "../../server/management/wire/records.ts";
import { type Harness, makeCall, NOON, post, readError, startManagement } from "./support.ts";

const verify = async (api: Harness) =>
  (await (await api.asAdmin("/api/audit/verify")).json()) as VerifyAnswer;

function appendCalls(api: Harness, count: number): void {
  for (let i = 0; i < count; i++) api.append(makeCall({ request_id: `r${i}` }));
}

describe("checking the journal", () => {
  test("says that it is whole, how far was looked, and that everything could be checked", async () => {
    await using api = startManagement();
    appendCalls(api, 5);
    expect(await verify(api)).toEqual({
      ok: true,
      checked_at: new Date(NOON).toISOString(),
      files: 1,
      lines: 6,
      first_seq: 1,
      last_seq: 6,
      unchecked: [],
      problems: [],
      problem_count: 0,
    });
  });

  test("says what was edited and where, without telling the folders of the machine", async () => {
    await using api = startManagement();
    appendCalls(api, 5);
    const { log_file: file } = api.context.settings().audit;
    writeFileSync(file, readFileSync(file, "utf8").replace('"r1"', '"rX"'));
    const answer = await verify(api);
    expect(answer).toMatchObject({
      ok: false,
      problem_count: 1,
      problems: [{ file: "audit.jsonl", line: 3, seq: 3, what: expect.stringContaining("was edited") }],
    });
    expect(JSON.stringify(answer)).not.toContain(api.context.settings().gateway.data_dir);
  });

  test("says what it could not check, and why", async () => {
    await using api = startManagement();
    appendCalls(api, 1);
    rmSync(join(api.context.settings().gateway.data_dir, "keys", "journal.pub.pem"));
    expect(await verify(api)).toMatchObject({
      ok: true,
      unchecked: [expect.stringContaining("signatures could not be checked")],
    });
    writeFileSync(join(api.context.settings().gateway.data_dir, "keys", "journal.pub.pem"), "no key");
    const failed = await api.asAdmin("/api/audit/verify");
    expect(failed.status).toBe(503);
    expect(await readError(failed)).toMatchObject({
      code: "journal_unverifiable",
      message: expect.stringContaining("could not be checked"),
    });
  });

  test("happens once for everybody who asks meanwhile, and anew for who asks later", async () => {
    await using api = startManagement();
    appendCalls(api, 200);
    const check = createVerification(api.context);
    const [one, other] = [check(), check()];
    expect(other).toBe(one);
    expect(await one).toMatchObject({ lines: 201 });
    appendCalls(api, 1);
    expect(await check()).toMatchObject({ lines: 202 });
  });

  test("ends when the gateway stops", async () => {
    await using api = startManagement();
    appendCalls(api, 5);
    const check = createVerification(api.context)();
    api.beginStopping();
    expect(await check).toEqual({ problem: expect.stringContaining("could not be checked") });
  });

  test("is for whoever may look, as reports and charts are", async () => {
    await using api = startManagement();
    const { token } = (await (
      await api.asAdmin("/api/tokens", post({ role: "viewer" }))
    ).json()) as TokenAnswer;
    for (const path of ["/api/audit/verify", "/api/reports?by=agent&format=html", "/api/stats"]) {
      const answer = await api.fetch(path, { headers: { authorization: `Bearer ${token}` } });
      expect([path, answer.status]).toEqual([path, 200]);
      await answer.text();
      expect((await api.fetch(path)).status).toBe(401);
    }
  });
});
