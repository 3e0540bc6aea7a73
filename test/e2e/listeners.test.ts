import { describe, expect, test } from "bun:test";
import { connect, exchange } from "../support/client.ts";
import { useGateway } from "../support/fixture.ts";
import { makeHome } from "../support/gateway.ts";

const fixture = useGateway();

const get = (url: string, target: string, headers: Record<string, string> = {}) =>
  exchange(url, { method: "GET", target, headers });

describe("two listeners", () => {
  test("health and the management API answer on both", async () => {
    const { url, dashboardUrl, adminToken } = fixture.gateway;
    expect(dashboardUrl).not.toBe(url);
    for (const origin of [url, dashboardUrl]) {
      const health = await get(origin, "/health");
      expect(JSON.parse(health.body.toString())).toMatchObject({ status: "ok", agent_id: "default" });
      expect((await get(origin, "/api/status")).status).toBe(401);
      expect((await get(origin, "/api/status", { Authorization: `Bearer ${adminToken}` })).status).toBe(200);
    }
  });

  test("calls are taken on the gateway's only, the page is on the dashboard's only", async () => {
    const { url, dashboardUrl } = fixture.gateway;
    const models = "/agents/a/openai/v1/models";
    expect((await get(url, models)).status).toBe(200);
    const elsewhere = await get(dashboardUrl, models);
    expect(elsewhere.body.toString()).not.toContain("test-model");
    expect((await get(dashboardUrl, "/")).header("content-type")).toStartWith("text/html");
    expect((await get(dashboardUrl, "/", { Host: "[::" })).status).toBe(200);
    expect((await get(url, "/")).status).toBe(404);
    expect(fixture.upstream.requests).toHaveLength(1);
  });

  test("an administrator's token calls no model, an agent's key reads no management", async () => {
    const { url, adminToken } = fixture.gateway;
    await get(url, "/v1/models", { Authorization: `Bearer ${adminToken}` });
    expect(JSON.stringify(fixture.upstream.requests.map(({ fields }) => fields))).not.toContain(adminToken);
    expect((await get(url, "/api/status", { Authorization: "Bearer sk-client" })).status).toBe(401);
  });
});

test("one port for both serves everything", async () => {
  using home = await makeHome({ upstream: fixture.upstream.origin });
  const port = await freePort();
  await home.configure({ gateway: { port }, dashboard: { port } });
  await using gateway = await home.start();
  expect((await get(gateway.url, "/")).header("content-type")).toStartWith("text/html");
  expect((await get(gateway.url, "/agents/a/openai/v1/models")).status).toBe(200);
  expect((await get(gateway.url, "/health")).status).toBe(200);
  for (const Host of ["[::", "a b<", ""]) {
    expect((await get(gateway.url, "/", { Host })).header("content-type")).toStartWith("text/html");
    expect((await get(gateway.url, "/agents/a/openai/v1/models", { Host })).status).toBe(200);
    expect((await get(gateway.url, "/nosuch", { Host })).status).toBe(404);
  }
  const old = await connect(gateway.url);
  old.send("GET /nosuch HTTP/1.0\r\n\r\n");
  expect((await old.head()).status).toBe(404);
  old.close();
});

test("localhost is one address, and the gateway says which", async () => {
  using home = await makeHome({ upstream: fixture.upstream.origin });
  await home.configure({
    gateway: { host: "localhost", port: 0 },
    dashboard: { host: "localhost", port: 0 },
  });
  await using gateway = await home.start();
  for (const url of [gateway.url, gateway.dashboardUrl]) {
    expect(new URL(url).hostname).toBe("127.0.0.1");
    expect((await get(url, "/health")).status).toBe(200);
  }
});

test("a second gateway on the same folder does not start and says why", async () => {
  const result = await fixture.gateway.home.run("start", "-c", fixture.gateway.home.file);
  expect(result.code).not.toBe(0);
  expect(result.stderr + result.stdout).toContain(String(fixture.gateway.pid));
});

test("without a file it starts with every default and takes calls", async () => {
  using home = await makeHome();
  const ports = ["--port", "0", "--dashboard-port", "0", "--data-dir", home.dataDir];
  await using gateway = await home.start(...ports);
  const target = "/agents/anyone/openai/v1/chat/completions";
  const refused = await exchange(gateway.url, { target, body: "not JSON" });
  expect([refused.status, refused.header("x-tollgate-agent")]).toEqual([400, "anyone"]);
  expect((await get(gateway.url, "/health")).status).toBe(200);
});

async function freePort(): Promise<number> {
  const probe = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
  const { port } = probe;
  probe.stop(true);
  return port;
}
