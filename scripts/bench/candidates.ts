/** What is compared: each candidate is a process of its own that forwards to the same upstream. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Sections, startGateway } from "../../test/support/gateway.ts";
import { until } from "../../test/support/signals.ts";
import { makeTempFolder } from "../../test/support/temp.ts";
import { governed } from "./governed.ts";

export interface Candidate extends AsyncDisposable {
  readonly name: string;
  /** Where a chat completion is asked of it. */
  readonly url: string;
  /** The process whose time and memory count; null for the upstream without anything between. */
  readonly pid: number | null;
}

const NGINX = "/usr/sbin/nginx";
const CHAT = "/v1/chat/completions";

const STARTERS = new Map<string, (upstream: string) => Promise<Candidate>>([
  ["direct", startDirect],
  ["nginx", startNginx],
  ["minimal proxy", startMinimal],
  ["tollgate", (upstream) => startTollgate("tollgate", upstream, "bench")],
  ["governed", (upstream) => startTollgate("governed", upstream, "agent-{n}", governed(upstream))],
]);

/** Starts the candidates of these names, or every one that this machine has; direct first. `running` ends them. */
export async function startCandidates(
  upstream: string,
  running: AsyncDisposableStack,
  names?: readonly string[],
): Promise<Candidate[]> {
  const started: Candidate[] = [];
  for (const [name, start] of STARTERS) {
    const isWanted = names ? names.includes(name) : name !== "nginx" || existsSync(NGINX);
    if (isWanted) started.push(running.use(await start(upstream)));
  }
  return started;
}

/**
 * Starts a script of this folder that prints its port. Bun's fetch allows 256 requests at once unless told otherwise
 * when the process starts; more streams than that are to be carried.
 */
export async function startScript(name: string, ...args: string[]) {
  const child = Bun.spawn([process.execPath, "run", join(import.meta.dir, name), ...args], {
    stdout: "pipe",
    env: { ...process.env, BUN_CONFIG_MAX_HTTP_REQUESTS: "65535" },
  });
  const { value } = await child.stdout.getReader().read();
  const port = Number(new TextDecoder().decode(value));
  if (!port) throw new Error(`${name} did not start`);
  const end = async () => {
    child.kill();
    await child.exited;
  };
  return { origin: `http://127.0.0.1:${port}`, pid: child.pid, [Symbol.asyncDispose]: end };
}

async function startDirect(upstream: string): Promise<Candidate> {
  return { name: "direct", url: upstream + CHAT, pid: null, [Symbol.asyncDispose]: async () => undefined };
}

async function startMinimal(upstream: string): Promise<Candidate> {
  const { origin, ...rest } = await startScript("minimal-proxy.ts", upstream);
  return { name: "minimal proxy", url: origin + CHAT, ...rest };
}

/** `agent` may hold `{n}`: then the load comes from 500 agents in turn. */
async function startTollgate(
  name: string,
  upstream: string,
  agent: string,
  file: Sections = {},
): Promise<Candidate> {
  const gateway = await startGateway({ upstream, file });
  return {
    name,
    url: `${gateway.url}/agents/${agent}/openai${CHAT}`,
    pid: gateway.pid,
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

/** One worker without a master and without an access log: what forwarding costs at the least. */
async function startNginx(upstream: string): Promise<Candidate> {
  const temp = makeTempFolder("nginx");
  const port = freePort();
  await Bun.write(join(temp.path, "nginx.conf"), nginxConfig(upstream, port));
  const child = Bun.spawn([NGINX, "-p", temp.path, "-e", "stderr", "-c", "nginx.conf"], { stderr: "ignore" });
  const url = `http://127.0.0.1:${port}${CHAT}`;
  const isUp = () =>
    fetch(url, { method: "POST", body: "{}" }).then(
      ({ ok }) => ok || null,
      () => null,
    );
  await until(isUp, "an answer through nginx");
  const end = async () => {
    child.kill();
    await child.exited;
    temp[Symbol.dispose]();
  };
  return { name: "nginx", url, pid: child.pid, [Symbol.asyncDispose]: end };
}

function nginxConfig(upstream: string, port: number): string {
  return `
    daemon off; master_process off; pid nginx.pid;
    events { worker_connections 4096; }
    http {
      access_log off;
      client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
      upstream provider { server ${new URL(upstream).host}; keepalive 600; }
      server {
        listen 127.0.0.1:${port}; keepalive_requests 100000000;
        location / {
          proxy_pass http://provider; proxy_http_version 1.1; proxy_set_header Connection "";
          proxy_buffering off; proxy_read_timeout 600s;
        }
      }
    }`;
}

function freePort(): number {
  const probe = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
  const { port } = probe;
  probe.stop(true);
  return port;
}
