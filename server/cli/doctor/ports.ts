/** Whether the gateway and its dashboard could listen where the configuration says. */
import { createServer } from "node:net";
import type { Settings } from "../../core/settings.ts";
import { sayWhy } from "../files.ts";
import { readHealth } from "../health.ts";
import { type Finding, good, wrong } from "./finding.ts";
import { findHolder } from "./port-holder.ts";

interface Listener {
  readonly name: string;
  readonly option: string;
  readonly host: string;
  readonly port: number;
}

/** Tries both addresses. Only for a gateway that does not run: its own listeners would be found. */
export async function checkPorts({ gateway, dashboard }: Settings): Promise<Finding[]> {
  const front = { name: "The gateway", option: "--port", ...pick(gateway) };
  const back = { name: "The dashboard", option: "--dashboard-port", ...pick(dashboard) };
  const both = gateway.port === dashboard.port ? [front] : [front, back];
  return Promise.all(both.filter(({ port }) => port !== 0).map(checkPort));
}

function pick({ host, port }: { readonly host: string; readonly port: number }) {
  return { host, port };
}

async function checkPort({ name, option, host, port }: Listener): Promise<Finding> {
  const error = await tryListening(host, port);
  if (error === null) return good(`${name} can listen on ${host}:${port}.`);
  const code = "code" in error ? error.code : null;
  if (code === "EADDRINUSE") {
    const health = await readHealth(`http://127.0.0.1:${port}`);
    const who = describeHolder(findHolder(port), health?.version ?? null);
    return wrong(
      `${name} cannot listen on ${host}:${port}: ${who} does.`,
      `Stop that one, or choose a port with ${option}.`,
    );
  }
  const cannot = `${name} cannot listen on ${host}:${port}`;
  if (code === "EACCES")
    return wrong(`${cannot}: this user may not.`, `Choose a port from 1024 with ${option}.`);
  if (code === "EADDRNOTAVAIL")
    return wrong(`${cannot}: this machine has no such address.`, "Correct the host.");
  return wrong(`${cannot}: ${sayWhy(error)}.`, `Choose another address with --host or ${option}.`);
}

function describeHolder(holder: string | null, version: string | null): string {
  if (version === null) return holder ?? "another program";
  return holder === null ? `another Tollgate, ${version},` : `${holder}, which is Tollgate ${version},`;
}

/** Null when one can; it is given up again at once. */
function tryListening(host: string, port: number): Promise<Error | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", resolve);
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)));
  });
}
