import { describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { launch } from "../server/launch.ts";
import { makeTempFolder } from "./support/temp.ts";

const FIRST = "the-first-token-of-the-operator";
const SECOND = "the-second-token-of-the-operator";

/** A folder with a gateway.yaml from which gateways are launched in this process. */
function openHome(text = "") {
  const folder = makeTempFolder("launch");
  const dataDir = join(folder.path, "data");
  const file = join(folder.path, "gateway.yaml");
  const configure = (content: string) => writeFileSync(file, content);
  mkdirSync(dataDir);
  configure(text);
  return {
    dataDir,
    configure,
    start: ({ isTerminal = false, ports = { port: "0", "dashboard-port": "0" } } = {}) =>
      launch({ file, overrides: { "data-dir": dataDir, ...ports }, isTerminal, log: () => undefined }),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

/** A gateway that came up, ended with the test. */
async function up(started: ReturnType<ReturnType<typeof openHome>["start"]>) {
  const running = await started;
  if ("problem" in running) throw new Error(running.problem);
  const call = (method: string, path: string, headers: Record<string, string>) =>
    fetch(running.gatewayUrl + path, { method, headers });
  return {
    running,
    as: (token: string, method: string, path: string) =>
      call(method, path, { authorization: `Bearer ${token}` }),
    withCookie: (cookie: string, path: string) => call("GET", path, { cookie }),
    login: (token: string) =>
      fetch(`${running.gatewayUrl}/api/session`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ token }),
      }),
    [Symbol.asyncDispose]: () => running.stop(),
  };
}

describe("an admin token that is changed while the gateway runs", () => {
  test("is valid at once, and the old one and its sessions are not", async () => {
    using home = openHome(`admin: { token: ${FIRST} }`);
    await using gateway = await up(home.start());
    const login = await gateway.login(FIRST);
    const cookie = login.headers.get("set-cookie")?.split(";")[0] ?? "";
    expect((await gateway.withCookie(cookie, "/api/status")).status).toBe(200);

    home.configure(`admin: { token: ${SECOND} }`);
    expect((await gateway.as(FIRST, "POST", "/api/config/reload")).status).toBe(200);
    expect((await gateway.as(FIRST, "GET", "/api/status")).status).toBe(401);
    expect((await gateway.withCookie(cookie, "/api/status")).status).toBe(401);
    expect((await gateway.as(SECOND, "GET", "/api/status")).status).toBe(200);
    expect(readFileSync(join(home.dataDir, "admin.token"), "utf8")).toBe(`${SECOND}\n`);
  });

  test("is refused with the whole file when its copy cannot be written", async () => {
    using home = openHome(`admin: { token: ${FIRST}, token_file: false }`);
    await using gateway = await up(home.start());
    mkdirSync(join(home.dataDir, "admin.token"));
    home.configure(`admin: { token: ${SECOND} }\nagents: { a: { owner: x } }`);
    const refused = await gateway.as(FIRST, "POST", "/api/config/reload");
    expect([refused.status, await refused.text()]).toEqual([422, expect.stringContaining("admin token")]);
    expect((await gateway.as(SECOND, "GET", "/api/status")).status).toBe(401);
    expect((await gateway.as(FIRST, "GET", "/api/status")).status).toBe(200);
  });
});

describe("a start that fails", () => {
  test.each(["run.json", "admin.token"])(
    "because %s is a folder says so and leaves nothing open",
    async (name) => {
      using home = openHome();
      using port = reservePort();
      const ports = { port: port.free(), "dashboard-port": "0" };
      mkdirSync(join(home.dataDir, name));
      expect(await home.start({ ports })).toEqual({ problem: expect.stringContaining("EISDIR") });

      rmdirSync(join(home.dataDir, name));
      await using gateway = await up(home.start({ ports }));
      expect((await fetch(`${gateway.running.gatewayUrl}/health`)).status).toBe(200);
    },
  );

  test("because the dashboard's port is taken gives the gateway's port and the folder back", async () => {
    using home = openHome();
    using taken = reservePort();
    using port = reservePort();
    const own = port.free();
    const failed = await home.start({ ports: { port: own, "dashboard-port": taken.number } });
    expect(failed).toEqual({ problem: expect.stringContaining(taken.number) });
    expect(readdirSync(home.dataDir)).not.toContain("run.json");
    await using _ = await up(home.start({ ports: { port: own, "dashboard-port": "0" } }));
  });

  test("uses up no token: the next start shows the one that was made", async () => {
    using home = openHome("admin: { token_file: false }");
    using taken = reservePort();
    const ports = { port: "0", "dashboard-port": taken.number };
    expect(await home.start({ ports, isTerminal: true })).toHaveProperty("problem");
    await using gateway = await up(home.start({ isTerminal: true }));
    expect(gateway.running.notices.join()).toContain("tga_");
  });

  test("because the data folder cannot be made says which", async () => {
    using home = openHome();
    const file = join(home.dataDir, "file");
    writeFileSync(file, "");
    const overrides = { "data-dir": join(file, "below"), port: "0", "dashboard-port": "0" };
    const failed = await launch({ file: null, overrides, isTerminal: false, log: () => undefined });
    expect(failed).toEqual({ problem: expect.stringContaining(join(file, "below")) });
  });
});

/** A port that something listens on until it is freed. */
function reservePort() {
  const probe = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
  const number = String(probe.port);
  return {
    number,
    free() {
      probe.stop(true);
      return number;
    },
    [Symbol.dispose]: () => probe.stop(true),
  };
}
