/** A secret of the gateway in a place where it is not looked for is refused, and goes nowhere (SPEC 4.4). */
import { describe, expect, test } from "bun:test";
import { surveyHeaders } from "../../server/gateway/headers.ts";
import { isSuspect, refuseStrayKey } from "../../server/gateway/stray-key.ts";
import { createAdminToken } from "../../server/management/secrets.ts";
import { openDataPlane } from "../support/data-plane.ts";
import { chat, outcomeOf, works } from "../support/governed.ts";

const KEY = `tg_${"Ab-_9".repeat(8)}xyz`;
const TOKEN = createAdminToken((bytes) => new Uint8Array(bytes).fill(7));

function messageFor(fields: Record<string, string>, query = ""): string | null {
  const headers = new Headers(fields);
  return refuseStrayKey(headers, surveyHeaders(headers, isSuspect).marked, query)?.message ?? null;
}

describe("a gateway key", () => {
  test.each([
    [{ authorization: `Token ${KEY}` }, "authorization"],
    [{ authorization: `Bearer sk-own, Token ${KEY}` }, "authorization"],
    [{ authorization: `Basic ${btoa(`user:${KEY}`)}` }, "authorization"],
    [{ authorization: `basic ${btoa(`${KEY}:`)}` }, "authorization"],
    [{ "xi-api-key": KEY }, "xi-api-key"],
    [{ cookie: `theme=dark; key=${KEY}` }, "cookie"],
    [{ "x-agent-id": KEY }, "x-agent-id"],
    [{ "x-target-url": `https://a.test/?key=${KEY}` }, "x-target-url"],
    [{ "x-api-key": "sk-own", "x-custom": `{"key":"${KEY}"}` }, "x-custom"],
  ])("is found in %j, and the place is named without it", (fields, name) => {
    const message = messageFor(fields);
    expect(message).toContain(`gateway key stands in the header ${name},`);
    expect(message).toContain("x-tollgate-key");
    expect(message).not.toContain(KEY);
  });

  test.each(["?access_token=", "?alt=sse&api_key=", "?key=Bearer+", "?"])("is found behind %j", (query) => {
    expect(messageFor({}, query + KEY)).toContain("stands in the query,");
  });

  test.each<Record<string, string>>([
    { authorization: `Bearer ${KEY}` },
    { authorization: `bearer  ${KEY}` },
    { authorization: KEY },
    { authorization: `Bearer sk-own, Bearer ${KEY}` },
    { "x-api-key": KEY },
    { "x-goog-api-key": KEY },
    { "api-key": KEY },
    { "x-tollgate-key": KEY },
    { "x-tollgate-key": `Bearer ${KEY}` },
  ])("is where it belongs in %j", (fields) => {
    expect(messageFor({ ...fields, accept: "*/*" }, `?alt=sse&key=${KEY}`)).toBeNull();
  });
});

test.each<Record<string, string>>([
  { "x-custom": KEY.slice(0, -1) },
  { "x-custom": `${KEY}x` },
  { "x-custom": `eyJ${KEY}` },
  { "x-custom": "tg_dashboard; tga_x" },
  { authorization: `Bearer eyJhbGciOi${KEY}` },
  { authorization: "Basic dXNlcjpwYXNz" },
  { authorization: "Basic" },
])("%j holds no secret of the gateway", (fields) => {
  expect(messageFor(fields, "?target=tg_none&x=%E0%A4%A")).toBeNull();
});

test("an admin token is told from a gateway key", () => {
  expect(messageFor({ "xi-api-key": TOKEN })).toContain("admin token stands in the header xi-api-key.");
  expect(messageFor({}, `?access_token=${TOKEN}`)).toContain("It calls no model");
});

test("a stray key reaches neither a provider nor the journal, whatever else the call shows", async () => {
  using plane = openDataPlane({ config: "providers: { openai: { api_key: sk-stored } }", upstream: works });
  const { secret } = plane.keys.create({ agent: "bot", name: null, expires: null }, 0);
  const send = async (path: string, headers: Record<string, string>) =>
    outcomeOf(await plane.drive(plane.send(path, chat("hi", headers))));
  for (const path of ["/agents/bot/openai", "/openai/v1/chat/completions", "/v1/chat/completions", "/auto"]) {
    expect(await send(path, { "xi-api-key": secret, authorization: "Bearer sk-own" })).toBe(
      "invalid_gateway_key",
    );
    expect(await send(`${path}?access_token=${secret}`, { "x-tollgate-key": secret })).toBe(
      "invalid_gateway_key",
    );
  }
  expect(plane.sent).toEqual([]);
  expect(JSON.stringify(plane.lines)).not.toContain(secret);
  expect(await send("/openai/v1/chat/completions", { authorization: `Bearer ${secret}` })).toBe(200);
});
