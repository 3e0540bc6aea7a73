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
  test.each(PLACES)("shown as an API key (%j) reaches no provider, and is as good as none", async (place) => {
    using plane = openDataPlane({ upstream: works });
    for (const path of ["/agents/a/openai", "/openai/v1/chat/completions", "/v1/chat/completions"]) {
      await plane.drive(plane.send(path + place.query, chat("hi", place.headers)));
    }
    expect(plane.sent).toHaveLength(3);
    for (const { url, headers } of plane.sent)
      expect(url + JSON.stringify([...headers])).not.toContain(TOKEN);
    expect(JSON.stringify(plane.lines)).not.toContain(TOKEN);
  });

  test.each(PLACES)("shown where a gateway key is needed (%j) opens nothing", async (place) => {
    using plane = openDataPlane({ config: "identity: { mode: keys }", upstream: works });
    const answer = await plane.drive(
      plane.send(`/v1/chat/completions${place.query}`, chat("hi", place.headers)),
    );
    expect([answer.status, answer.headers.get("x-tollgate-blocked")]).toEqual([401, "missing_gateway_key"]);
    expect(plane.sent).toEqual([]);
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
