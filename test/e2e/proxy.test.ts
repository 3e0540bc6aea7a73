/** `tollgate proxy` as a process, between an SDK's calls and the gateway that takes its reports. */
import { expect, test } from "bun:test";
import { findBinary } from "../support/binary.ts";
import { startGateway } from "../support/gateway.ts";
import { until } from "../support/signals.ts";
import { startUpstream } from "../support/upstream.ts";

test("reports its calls to a gateway, which has them as external entries and in no sum", async () => {
  await using upstream = startUpstream();
  await using gateway = await startGateway({ upstream: upstream.origin });
  const made = await gateway.api("/api/tokens", { method: "POST", body: JSON.stringify({ role: "ingest" }) });
  const { token } = (await made.json()) as { token: string };

  const options = {
    port: "0",
    "api-key": token,
    "agent-id": "standalone",
    endpoint: `${gateway.url}/api/events`,
    "flush-interval": "60000",
    "provider-keys": '{"openai":"sk-stored"}',
    providers: JSON.stringify({ openai: { base_url: upstream.origin } }),
  };
  const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const child = Bun.spawn([await findBinary(), "proxy", ...words], {
    env: { PATH: process.env.PATH ?? "", HOME: gateway.home.folder },
    stdout: "pipe",
    stderr: "pipe",
  });
  let output = "";
  const reading = (async () => {
    for await (const bytes of child.stdout) output += new TextDecoder().decode(bytes);
  })();
  const url = await until(() => /http:\S+?(?=,)/.exec(output)?.[0] ?? null, "the proxy's address");

  const call = (headers: Record<string, string>) =>
    fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers,
      body: JSON.stringify({ model: "gpt-4o-mini", messages: [{ role: "user", content: "hello" }] }),
    }).then((answer) => answer.text());
  await call({});
  await call({ authorization: "Bearer sk-own" });
  const keys = upstream.requests.map((request) => request.header("authorization"));
  expect(keys).toEqual(["Bearer sk-stored", "Bearer sk-own"]);

  // What waits is reported when it is told to stop.
  child.kill("SIGTERM");
  expect(await child.exited).toBe(0);
  await reading;
  const lines = gateway.home.journal().filter(({ type }) => type === "external");
  expect(lines).toMatchObject([
    { agent: "standalone", event: "llm_call", provider: "openai", status: 200 },
    { agent: "standalone", event: "llm_call" },
  ]);
  const status = await (await gateway.api("/api/status")).json();
  expect(status).toMatchObject({ agents: [], totals: { total: { calls: 0 } } });
  expect(output + (await new Response(child.stderr).text())).not.toContain(token);
});
