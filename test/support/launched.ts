/** A whole gateway in this process, on a folder that outlives it: launched, asked, stopped and launched again. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Client, createClient } from "../../server/client.ts";
import { launch, type Running } from "../../server/launch.ts";
import { makeTempFolder } from "./temp.ts";

const TOKEN = "the-token-of-the-operator";

export interface LaunchHome extends Disposable {
  readonly dataDir: string;
  /** All that was told the operator. */
  readonly told: string[];
  /** Writes gateway.yaml; the admin token and the ports are given. */
  configure(text: string): void;
  start(): Promise<Launched>;
}

export interface Launched extends AsyncDisposable {
  readonly running: Running;
  readonly url: string;
  readonly api: Client["api"];
}

export function openHome(text = ""): LaunchHome {
  const folder = makeTempFolder("launched");
  const dataDir = join(folder.path, "data");
  const file = join(folder.path, "gateway.yaml");
  const told: string[] = [];
  const configure = (content: string) => writeFileSync(file, `admin: { token: ${TOKEN} }\n${content}`);
  mkdirSync(dataDir);
  configure(text);
  return {
    dataDir,
    told,
    configure,
    async start() {
      const overrides = { "data-dir": dataDir, port: "0", "dashboard-port": "0" };
      const log = (message: string) => void told.push(message);
      const running = await launch({ file, overrides, isTerminal: false, log });
      if ("problem" in running) throw new Error(running.problem);
      const url = running.gatewayUrl;
      const { api } = createClient(url, TOKEN);
      return { running, url, api, [Symbol.asyncDispose]: () => running.stop() };
    },
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}
