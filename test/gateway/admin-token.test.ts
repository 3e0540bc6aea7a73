/** A token of the management API is none for calling models (SPEC 16.3). */
import { describe, expect, test } from "bun:test";
import { createAdminToken } from "../../server/management/secrets.ts";
import { openDataPlane } from "../support/data-plane.ts";
import { ANSWER, chat } from "../support/governed.ts";

const TOKEN = createAdminToken((bytes) => new Uint8Array(bytes).fill(7));
const works = () => Response.json(ANSWER);

const PLACES = [
  { headers: { authorization: `Bearer ${TOKEN}` }, query: "" },
  { headers: { "x-api-key": TOKEN }, query: "" },
  { headers: { "x-goog-api-key": TOKEN }, query: "" },
  { headers: {}, query: `?key=${TOKEN}` },
] as const;

describe("an admin token", () => {
  test.each(PLACES)("shown as an API key (%j) is refused, whoever would have paid", async (place) => {
    const configs = ["", "identity: { mode: keys }", "providers: { openai: { api_key: sk-stored } }"];
    for (const config of configs) {
      using plane = openDataPlane({ config, upstream: works });
      for (const path of [
        "/agents/a/openai",
        "/openai/v1/chat/completions",
        "/v1/chat/completions",
        "/auto",
      ]) {
        const answer = await plane.drive(plane.send(path + place.query, chat("hi", place.headers)));
        expect([answer.status, answer.headers.get("x-tollgate-blocked")]).toEqual([
          401,
          "invalid_gateway_key",
        ]);
      }
      expect(plane.sent).toEqual([]);
      expect(JSON.stringify(plane.lines)).not.toContain(TOKEN);
    }
  });

  test("shown as a gateway key is refused as one that proves nothing", async () => {
    using plane = openDataPlane({ upstream: works });
    const answer = await plane.drive(plane.send("/agents/a/openai", chat("hi", { "x-tollgate-key": TOKEN })));
    expect([answer.status, answer.headers.get("x-tollgate-blocked")]).toEqual([401, "invalid_gateway_key"]);
    expect(plane.sent).toEqual([]);
  });

  test("that the operator chose is refused as an API key: it looks like anybody's, and would leave as one", async () => {
    using plane = openDataPlane({ config: "admin: { token: chosen-by-the-operator }", upstream: works });
    const headers = { authorization: "Bearer chosen-by-the-operator" };
    const answer = await plane.drive(plane.send("/agents/a/openai", chat("hi", headers)));
    expect([answer.status, answer.headers.get("x-tollgate-blocked")]).toEqual([401, "invalid_gateway_key"]);
    expect(plane.sent).toEqual([]);
    expect(JSON.stringify(plane.lines)).not.toContain("chosen-by");
  });
});
