import { describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findGateway, findTarget, type TargetOptions } from "../../server/cli/target.ts";
import type { Terminal } from "../../server/cli/terminal.ts";
import { findNetwork } from "../../server/network.ts";
import { type Lock, takeLock } from "../../server/store/lock.ts";
import { makeTempFolder } from "../support/temp.ts";
import { fakeTerminal } from "./fake-terminal.ts";

/** A home in which gateways run, and what a command there finds. */
function home() {
  const folder = makeTempFolder("target");
  const locks: Lock[] = [];
  /** A gateway that runs on the folder, with its page on the port after its own. */
  const put = (dataDir: string, port: number, token: string, over: object = {}) => {
    const at = join(folder.path, dataDir);
    mkdirSync(at, { recursive: true });
    const [gateway_url, dashboard_url] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${port + 1}`];
    const run = { pid: process.pid, gateway_url, dashboard_url, network: findNetwork(), ...over };
    writeFileSync(join(at, "run.json"), JSON.stringify(run));
    writeFileSync(join(at, "admin.token"), `${token}\n`);
    const lock = takeLock(at);
    if (typeof lock === "string") throw new Error(lock);
    locks.push(lock);
  };
  /** Every gateway is gone and could not take its files along. */
  const kill = () => {
    for (const lock of locks.splice(0)) lock.release();
  };
  const find = (options: TargetOptions = {}, over: Partial<Terminal> = {}) =>
    findTarget(options, fakeTerminal({ home: folder.path, cwd: folder.path, ...over }));
  return {
    path: folder.path,
    put,
    kill,
    find,
    findGateway: (options: TargetOptions) =>
      findGateway(options, fakeTerminal({ home: folder.path, cwd: folder.path })),
    [Symbol.dispose]() {
      kill();
      folder[Symbol.dispose]();
    },
  };
}

describe("the gateway is found", () => {
  test("by what the running one left in the data folder", () => {
    using place = home();
    place.put(".tollgate", 1111, "tga_default");
    expect(place.find()).toEqual({
      url: "http://127.0.0.1:1111",
      urlSource: join(place.path, ".tollgate/run.json"),
      token: "tga_default",
      tokenSource: join(place.path, ".tollgate/admin.token"),
    });
  });

  test("by --data-dir, or by the configuration file that names the folder", () => {
    using place = home();
    place.put(".tollgate", 1111, "tga_default");
    place.put("other", 2222, "tga_other");
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference of the configuration file
    const text = 'gateway: { data_dir: ./other }\nproviders: { openai: { api_key: "${NOT_SET}" } }\n';
    writeFileSync(join(place.path, "gateway.yaml"), text);
    for (const options of [{ "data-dir": "other" }, { config: "gateway.yaml" }]) {
      expect(place.find(options)).toMatchObject({ url: "http://127.0.0.1:2222", token: "tga_other" });
    }
  });

  test("by the environment before the folder, and by options before both", () => {
    using place = home();
    place.put(".tollgate", 1111, "tga_default");
    const env = { TOLLGATE_URL: "http://from-env:1/", TOLLGATE_ADMIN_TOKEN: "tga_env" };
    expect(place.find({}, { env })).toMatchObject({ url: "http://from-env:1", token: "tga_env" });
    expect(place.find({ url: "https://asked", token: "tga_asked" }, { env })).toMatchObject({
      url: "https://asked",
      urlSource: "--url",
      token: "tga_asked",
      tokenSource: "--token",
    });
  });
});

describe("the folder's token", () => {
  test("is for nobody once the gateway was killed, whoever has its port now", () => {
    using place = home();
    place.put(".tollgate", 1111, "tga_default");
    place.kill();
    const killed = place.find();
    expect(killed).toMatchObject({
      kind: "failure",
      message: `No gateway runs on ${place.path}/.tollgate: ${place.path}/.tollgate/run.json was left behind by one that was killed.`,
    });
    const named = place.find({ url: "http://127.0.0.1:1111" });
    expect(named).toMatchObject({
      kind: "failure",
      message: `http://127.0.0.1:1111 (from --url) is not known to be the gateway that runs on ${place.path}/.tollgate: it is not shown the token in ${place.path}/.tollgate/admin.token.`,
      hint: "Give that gateway's token with --token or TOLLGATE_ADMIN_TOKEN.",
    });
    expect(JSON.stringify([killed, named])).not.toContain("tga_default");
    expect(place.find({ url: "http://127.0.0.1:1111", token: "tga_given" })).toMatchObject({
      token: "tga_given",
    });
  });

  test("is for nobody while another process holds the folder than the one that run.json names", () => {
    using place = home();
    place.put(".tollgate", 1111, "tga_default", { pid: process.pid + 1 });
    expect(place.find()).toMatchObject({ kind: "failure" });
  });

  test.each([
    ["of a container", "net:[1] another-boot"],
    ["that is not told", undefined],
  ])("is for nobody here while the gateway is in a network %s", (_, network) => {
    using place = home();
    place.put(".tollgate", 1111, "tga_default", { network });
    const found = place.find();
    expect(found).toMatchObject({
      message: `The gateway that runs on ${place.path}/.tollgate is in another network than this command, as one in a container is: ${place.path}/.tollgate/run.json says where it is there, not here.`,
      hint: "Name its address with --url, and give its token with --token or TOLLGATE_ADMIN_TOKEN.",
    });
    const named = ["http://127.0.0.1:1111", "http://localhost:1111"].map((url) => place.find({ url }));
    expect(named).toMatchObject([{ kind: "failure" }, { kind: "failure" }]);
    expect(JSON.stringify([found, named])).not.toContain("tga_default");
    const url = "http://127.0.0.1:1111";
    expect(place.find({ url, token: "tga_given" })).toMatchObject({ url, token: "tga_given" });
  });

  test.each([
    ["http://127.0.0.1:1111", "http://127.0.0.1:1111"],
    ["http://localhost:1111/", "http://127.0.0.1:1111"],
    ["http://127.1:1111/any/path", "http://127.0.0.1:1111"],
    ["http://127.0.0.1:1112", "http://127.0.0.1:1112"],
    ["http://LOCALHOST:1112", "http://127.0.0.1:1112"],
  ])("is for the folder's gateway at %s, which is asked where it listens: %s", (given, url) => {
    using place = home();
    place.put(".tollgate", 1111, "tga_default");
    expect(place.find({}, { env: { TOLLGATE_URL: given } })).toMatchObject({ url, token: "tga_default" });
    expect(place.findGateway({ url: given })).toEqual({ url, urlSource: "--url" });
  });

  test("is for the folder's gateway by the name localhost also on the other loopback address", () => {
    using place = home();
    place.put(".tollgate", 1111, "tga_default", { gateway_url: "http://[::1]:1111" });
    expect(place.find({ url: "http://localhost:1111" })).toMatchObject({
      url: "http://[::1]:1111",
      token: "tga_default",
    });
    expect(place.find({ url: "http://127.0.0.1:1111" })).toMatchObject({ kind: "failure" });
  });

  test("a token that is given goes where the address leads, also by the name localhost", () => {
    using place = home();
    place.put(".tollgate", 1111, "tga_default");
    const url = "http://localhost:1111";
    const given = { url, token: "tga_given" };
    expect([place.find({ url, token: "tga_given" }), place.findGateway(given)]).toMatchObject([
      given,
      { url },
    ]);
    const env = { TOLLGATE_URL: url, TOLLGATE_ADMIN_TOKEN: "tga_given" };
    expect(place.find({}, { env })).toMatchObject(given);
  });

  test.each([
    "http://[::1]:1111",
    "http://127.0.0.2:1111",
    "http://0.0.0.0:1111",
    "http://a.localhost:1111",
    "http://127.0.0.1:2222",
    "https://127.0.0.1:1111",
    "http://example.com:1111",
    "http://127.0.0.1.example.com:1111",
    "http://127.0.0.1@example.com:1111",
  ])("is not for %s", (url) => {
    using place = home();
    place.put(".tollgate", 1111, "tga_default");
    expect(place.find({}, { env: { TOLLGATE_URL: url } })).toMatchObject({ kind: "failure" });
  });
});

describe("what is missing is named, with what to do", () => {
  test("no gateway has run", () => {
    using place = home();
    expect(place.find()).toMatchObject({
      kind: "failure",
      message: `No gateway runs on ${place.path}/.tollgate: ${place.path}/.tollgate/run.json is missing.`,
      hint: "Start one with `tollgate start`, or name one with --url, --data-dir or -c FILE.",
      code: 1,
    });
  });

  test("run.json is torn", () => {
    using place = home();
    place.put(".tollgate", 1, "t");
    writeFileSync(join(place.path, ".tollgate/run.json"), '{"gateway_u');
    expect(place.find()).toMatchObject({ message: `${place.path}/.tollgate/run.json names no gateway.` });
  });

  test("what is there and cannot be read is not called missing", () => {
    using place = home();
    mkdirSync(join(place.path, ".tollgate/run.json"), { recursive: true });
    expect(place.find()).toMatchObject({
      message: `${place.path}/.tollgate/run.json cannot be read: it is a folder.`,
      code: 1,
    });
    writeFileSync(join(place.path, "afile"), "");
    expect(place.find({ "data-dir": "afile" })).toMatchObject({
      message: `${place.path}/afile/run.json cannot be read: what should be its folder is a file.`,
      hint: "Check --data-dir or -c.",
    });
    expect(place.find({ config: ".tollgate" })).toMatchObject({
      message: `${place.path}/.tollgate cannot be read: it is a folder.`,
    });
  });

  test("the token is nowhere", () => {
    using place = home();
    expect(place.find({ url: "http://h" })).toMatchObject({
      message: `The admin token is needed, and ${place.path}/.tollgate/admin.token does not hold it.`,
    });
  });

  test("the address is none, the file is not there, or it is broken", () => {
    using place = home();
    writeFileSync(join(place.path, "broken.yaml"), "gateway: [");
    expect(place.find({ url: "localhost:8080" })).toMatchObject({
      message: "--url is not an address such as http://127.0.0.1:8080.",
    });
    expect(place.find({ config: "none.yaml" })).toMatchObject({
      message: `There is no file ${place.path}/none.yaml.`,
    });
    expect(place.find({ config: "broken.yaml" })).toMatchObject({
      message: expect.stringContaining(`${place.path}/broken.yaml:1:11: `),
    });
  });
});
