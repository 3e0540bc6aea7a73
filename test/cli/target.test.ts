import { describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findTarget, type TargetOptions } from "../../server/cli/target.ts";
import type { Terminal } from "../../server/cli/terminal.ts";
import { makeTempFolder } from "../support/temp.ts";
import { fakeTerminal } from "./fake-terminal.ts";

/** A home in which a gateway has run, and what a command there finds. */
function home() {
  const folder = makeTempFolder("target");
  const put = (dataDir: string, port: number, token: string) => {
    const at = join(folder.path, dataDir);
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, "run.json"), JSON.stringify({ pid: 1, gateway_url: `http://127.0.0.1:${port}` }));
    writeFileSync(join(at, "admin.token"), `${token}\n`);
  };
  const find = (options: TargetOptions = {}, over: Partial<Terminal> = {}) =>
    findTarget(options, fakeTerminal({ home: folder.path, cwd: folder.path, ...over }));
  return { path: folder.path, put, find, [Symbol.dispose]: () => folder[Symbol.dispose]() };
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
