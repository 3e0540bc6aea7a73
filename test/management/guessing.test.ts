import { describe, expect, test } from "bun:test";
import { type Harness, post, readError, startManagement } from "./support.ts";

describe("guessing", () => {
  const guess = (api: Harness, token: string) =>
    api.fetch("/api/status", { headers: { authorization: `Bearer ${token}` } });

  test("is slowed after the fifth wrong token, and the right one has to wait as well where it is short", async () => {
    await using api = startManagement({ token: "hunter2" });
    for (let attempt = 0; attempt < 5; attempt++)
      expect((await guess(api, `wrong${attempt}`)).status).toBe(401);
    const slowed = await guess(api, "hunter2");
    expect(slowed.status).toBe(429);
    expect(slowed.headers.get("retry-after")).toBe("1");
    expect((await readError(slowed)).code).toBe("too_many_attempts");
    expect((await api.fetch("/api/session", post({ token: "hunter2" }))).status).toBe(429);
    api.advance(1_000);
    expect((await guess(api, "hunter2")).status).toBe(200);
  });

  test("locks out nobody whose token is long, whoever chose it", async () => {
    for (const token of ["sixteen-chars-ok", "correct-horse-battery-staple"]) {
      await using api = startManagement({ token });
      for (let attempt = 0; attempt < 20; attempt++) await guess(api, `wrong${attempt}`);
      expect((await guess(api, "wrong-and-as-long-as-the-right-one")).status).toBe(429);
      expect((await guess(api, token)).status).toBe(200);
      expect((await api.fetch("/api/session", post({ token }))).status).toBe(200);
    }
  });

  test("locks out neither the holder of a generated token nor a page that is logged in", async () => {
    await using api = startManagement();
    const cookie = await api.logIn();
    for (let attempt = 0; attempt < 5; attempt++) await guess(api, "wrong");
    expect((await guess(api, "wrong")).status).toBe(429);
    expect((await guess(api, `tga_${"A".repeat(43)}`)).status).toBe(429);
    expect((await api.asAdmin("/api/status")).status).toBe(200);
    expect((await api.fetch("/api/status", { headers: { cookie } })).status).toBe(200);
  });

  test("is not what a stale cookie does", async () => {
    await using api = startManagement({ token: "hunter2" });
    for (let attempt = 0; attempt < 20; attempt++) {
      const answer = await api.fetch("/api/status", { headers: { cookie: "tollgate_session=stale" } });
      expect(answer.status).toBe(401);
    }
    expect((await guess(api, "hunter2")).status).toBe(200);
  });
});
