import { describe, expect, test } from "bun:test";
import { checkTarget, classifyAddress } from "../../server/gateway/target-url.ts";

const publicly = async (): Promise<string[]> => ["93.184.215.14"];

async function reasonFor(
  url: string,
  addresses: string[] = [],
  allow: string[] = [],
): Promise<string | null> {
  const result = await checkTarget(url, { allowed: allow, onlyAllowed: false }, async () => addresses);
  return "reason" in result ? result.reason : null;
}

describe("x-target-url", () => {
  test("a public host passes and is pinned to the address that was checked", async () => {
    const rules = { allowed: [], onlyAllowed: false };
    expect(await checkTarget("https://llm.example/base", rules, publicly)).toMatchObject({
      address: "93.184.215.14",
    });
  });

  test("where only allowed hosts may be named, no other is, nor is it looked up; private ones are allowed as ever", async () => {
    const looked: string[] = [];
    const resolve = async (host: string) => {
      looked.push(host);
      return host === "inner.lan" ? ["10.0.0.1"] : publicly();
    };
    const rules = { allowed: ["llm.example", "*.lan"], onlyAllowed: true };
    const outcomes = [];
    for (const host of ["llm.example", "inner.lan", "other.example", "8.8.8.8", "llm.example.evil.example"]) {
      const checked = await checkTarget(`https://${host}`, rules, resolve);
      outcomes.push("reason" in checked ? checked.reason : checked.address);
    }
    expect(outcomes).toEqual([
      "93.184.215.14",
      "10.0.0.1",
      "target_forbidden",
      "target_forbidden",
      "target_forbidden",
    ]);
    expect(looked).toEqual(["llm.example", "inner.lan"]);
  });

  for (const url of [
    "llm.example",
    "/v1",
    "ftp://llm.example",
    "file:///etc/passwd",
    "https://user:pw@llm.example",
  ]) {
    test(`${url} is no target`, async () => {
      expect(await reasonFor(url, ["93.184.215.14"])).toBe("invalid_target_url");
    });
  }

  test("a host without an address is no target", async () => {
    expect(await reasonFor("https://nowhere.example", [])).toBe("invalid_target_url");
  });

  for (const url of [
    "http://127.0.0.1",
    "http://2130706433",
    "http://0x7f.1",
    "http://[::1]",
    "http://[::ffff:10.0.0.1]",
  ]) {
    test(`${url} is private, however it is written`, async () => {
      expect(await reasonFor(url)).toBe("target_forbidden");
    });
  }

  test("a name that resolves to a private address is refused, also when only one of several is", async () => {
    expect(await reasonFor("https://rebind.example", ["192.168.1.5"])).toBe("target_forbidden");
    expect(await reasonFor("https://rebind.example", ["93.184.215.14", "10.0.0.1"])).toBe("target_forbidden");
  });

  test("an allowed host may be private, by name or by suffix; another one may not", async () => {
    expect(await reasonFor("http://ollama.lan:11434", ["192.168.1.5"], ["ollama.lan"])).toBeNull();
    expect(await reasonFor("http://ollama.lan", ["192.168.1.5"], ["*.lan"])).toBeNull();
    expect(await reasonFor("http://127.0.0.1:9", [], ["127.0.0.1"])).toBeNull();
    expect(await reasonFor("http://evil-ollama.lan.example", ["192.168.1.5"], ["*.lan"])).toBe(
      "target_forbidden",
    );
  });

  test("metadata and link-local addresses are never reached, allowed or not", async () => {
    expect(await reasonFor("http://169.254.169.254/latest", [], ["169.254.169.254"])).toBe(
      "target_forbidden",
    );
    expect(await reasonFor("http://meta.lan", ["fe80::1"], ["meta.lan"])).toBe("target_forbidden");
  });
});

test("addresses fall into their ranges", () => {
  const kinds = ["8.8.8.8", "2606:4700::1111", "172.32.0.1"].map(classifyAddress);
  expect(kinds).toEqual(["public", "public", "public"]);
  const inner = ["10.1.2.3", "172.31.255.255", "100.64.0.1", "fd12::1", "::1"].map(classifyAddress);
  expect(inner).toEqual(["private", "private", "private", "private", "private"]);
  const outside = [
    "0.0.0.0",
    "::ffff:169.254.169.254",
    "64:ff9b::a00:1",
    "224.0.0.1",
    "fd00:ec2::254",
    "2002:a00:1::",
    "168.63.129.16",
    "fec0::1",
    "64:ff9b:1::1",
    "::ffff:0:8.8.8.8",
    "2001::1",
    "fd20:ce::254",
    "::10.0.0.1",
  ];
  expect(outside.map(classifyAddress)).toEqual(outside.map(() => "never"));
});
