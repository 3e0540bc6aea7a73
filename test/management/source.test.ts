import { describe, expect, test } from "bun:test";
import { isOwnHost, isOwnOrigin } from "../../server/management/source.ts";

describe("a Host header", () => {
  test.each([
    "localhost:4040",
    "LOCALHOST",
    "localhost.:4040",
    "tollgate.localhost:4040",
    "127.0.0.1",
    "127.8.8.8:80",
    "192.168.1.20:4040",
    "[::1]:4040",
    "[fe80::1]",
    "gate.example:443",
  ])("%s names this gateway", (host) => expect(isOwnHost(host, ["0.0.0.0", "Gate.Example"])).toBe(true));

  test.each([
    "evil.example",
    "evil.example:4040",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "evillocalhost",
    "999.1.1.1",
    "2130706433",
    "[evil]",
    "::1",
    "",
    "localhost:4040/evil",
    "localhost@evil.example",
    "a b",
  ])("%j does not", (host) => expect(isOwnHost(host, ["0.0.0.0", "gate.example"])).toBe(false));
});

describe("an Origin header", () => {
  test("must be the same host and port, whatever the scheme in front", () => {
    expect(isOwnOrigin("http://localhost:4040", "localhost:4040", true)).toBe(true);
    expect(isOwnOrigin("https://gate.example", "gate.example", true)).toBe(true);
    expect(isOwnOrigin("https://gate.example", "gate.example:443", true)).toBe(true);
    expect(isOwnOrigin("http://localhost:3000", "localhost:4040", true)).toBe(false);
    expect(isOwnOrigin("http://127.0.0.1:4040", "localhost:4040", true)).toBe(false);
    expect(isOwnOrigin("http://localhost:4040.evil.example", "localhost:4040", true)).toBe(false);
  });

  test("that is opaque or not an address is foreign", () => {
    expect(isOwnOrigin("null", "localhost:4040", false)).toBe(false);
    expect(isOwnOrigin("", "localhost:4040", false)).toBe(false);
    expect(isOwnOrigin("file://", "localhost:4040", false)).toBe(false);
  });

  test("may be missing only from a caller that shows a token", () => {
    expect(isOwnOrigin(null, "localhost:4040", false)).toBe(true);
    expect(isOwnOrigin(null, "localhost:4040", true)).toBe(false);
  });
});
