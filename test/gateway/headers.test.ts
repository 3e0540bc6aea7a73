import { describe, expect, test } from "bun:test";
import {
  clientKey,
  shownKeys,
  stripPlaceholders,
  stripQueryKey,
  stripQueryPlaceholder,
  toClient,
  toUpstream,
} from "../../server/gateway/headers.ts";

describe("headers on their way up", () => {
  test("end-to-end ones pass; those of this hop and the gateway's own do not", () => {
    const passed = toUpstream(
      new Headers({
        "x-custom": "kept",
        "anthropic-beta": "kept",
        "X-Agent-Identity": "name=a",
        "x-agent-id": "a",
        "x-target-url": "https://x",
        "x-tollgate-run": "r",
        "content-length": "3",
        "transfer-encoding": "chunked",
        te: "trailers",
        "x-of-this-hop": "1",
        connection: "keep-alive, X-Of-This-Hop",
      }),
      true,
    );
    expect([...passed.keys()].toSorted()).toEqual(["anthropic-beta", "x-agent-identity", "x-custom"]);
  });

  test("the identity stays behind when it is not to be forwarded", () => {
    expect(toUpstream(new Headers({ "x-agent-identity": "name=a" }), false).has("x-agent-identity")).toBe(
      false,
    );
  });
});

test("the dashboard's session does not go to a provider, other cookies do", () => {
  const cookie = (value: string) => toUpstream(new Headers({ cookie: value }), true).get("cookie");
  expect(cookie("a=1; tollgate_session=secret; b=2")).toBe("a=1; b=2");
  expect(cookie("tollgate_session=secret")).toBeNull();
});

test("placeholders and the gateway's own secrets do not go to a provider beside a real key", () => {
  const headers = new Headers({
    authorization: "Bearer tga_admin",
    "x-api-key": "real",
    "x-goog-api-key": "dummy",
  });
  stripPlaceholders(headers);
  expect([...headers]).toEqual([["x-api-key", "real"]]);
});

test("a gateway key goes to no provider, wherever it was put", () => {
  const headers = new Headers({
    "x-api-key": "sk-own, tg_a",
    "api-key": "tg_a",
    authorization: "Bearer tg_a",
  });
  stripPlaceholders(headers);
  expect([...headers]).toEqual([]);
  expect(stripQueryPlaceholder("?alt=sse&key=tg_a&key=AIza&%6bey=t%67_a&a=%20")).toBe(
    "?alt=sse&key=AIza&a=%20",
  );
  expect(stripQueryPlaceholder("?alt=%73se&key=AIza")).toBe("?alt=%73se&key=AIza");
});

test("two Set-Cookie headers stay two on their way down", () => {
  const upstream = new Headers();
  upstream.append("set-cookie", "a=1");
  upstream.append("set-cookie", "b=2");
  upstream.append("connection", "close");
  const passed = toClient(upstream);
  expect(passed.getSetCookie()).toEqual(["a=1", "b=2"]);
  expect(passed.has("connection")).toBe(false);
});

test("a provider cannot speak for the gateway", () => {
  const passed = toClient(new Headers({ "x-tollgate-blocked": "budget_exceeded", "x-request-id": "r" }));
  expect([...passed.keys()]).toEqual(["x-request-id"]);
});

describe("the caller's own key", () => {
  for (const [headers, query, key] of [
    [{ authorization: "Bearer sk-1" }, "", "sk-1"],
    [{ "x-api-key": "sk-2" }, "", "sk-2"],
    [{ "x-goog-api-key": "g" }, "", "g"],
    [{ "api-key": "azure" }, "", "azure"],
    [{ "api-key": "tg_abc" }, "?key=tg_abc", null],
    [{}, "?alt=sse&key=q", "q"],
    [{ authorization: "Bearer dummy" }, "", null],
    [{ authorization: "Bearer " }, "", null],
    [{ "x-api-key": "managed-by-tollgate" }, "", null],
    [{ authorization: "Bearer tg_abc" }, "", null],
    [{ authorization: "Bearer dummy", "x-api-key": "real" }, "", "real"],
    [{}, "", null],
  ] as const) {
    test(`is ${key} in ${JSON.stringify(headers)}${query}`, () => {
      expect(clientKey(shownKeys(new Headers(headers), query))).toBe(key);
    });
  }
});

test("a key in the query is taken out and nothing else", () => {
  expect(stripQueryKey("?key=x")).toBe("");
  expect(stripQueryKey("?alt=sse&key=x&a=%20")).toBe("?alt=sse&a=%20");
  expect(stripQueryKey("?monkey=x")).toBe("?monkey=x");
});
