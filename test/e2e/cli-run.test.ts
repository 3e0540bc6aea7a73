/** Programs that are started by `tollgate run`, on the executable. */
import { describe, expect, test } from "bun:test";
import { findBinary } from "../support/binary.ts";
import { useGateway } from "../support/fixture.ts";
import { isCall } from "../support/gateway.ts";
import { until, within } from "../support/signals.ts";

const fixture = useGateway((origin) => ({
  file: { providers: { openai: { base_url: origin, api_key: "sk-stored" } } },
}));

async function start(...words: string[]) {
  const { home } = fixture.gateway;
  const env = {
    PATH: process.env.PATH ?? "",
    HOME: home.folder,
    TOLLGATE_ADMIN_TOKEN: fixture.gateway.adminToken,
  };
  return Bun.spawn([await findBinary(), "run", "-c", home.file, ...words], {
    env,
    stdout: "pipe",
    stderr: "pipe",
  });
}

async function run(...words: string[]) {
  const child = await start(...words);
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code: await child.exited, stdout, stderr };
}

/** An agent that knows nothing of the gateway but what an SDK would read. */
const AGENT = `
const answer = await fetch(process.env.OPENAI_BASE_URL + "/chat/completions", {
  method: "POST",
  headers: { Authorization: "Bearer " + process.env.OPENAI_API_KEY },
  body: JSON.stringify({ model: "gpt-4o-mini", messages: [] }),
});
console.log(answer.status, process.env.TOLLGATE_ADMIN_TOKEN ?? "no token");
`;

describe("tollgate run", () => {
  test("makes a program's calls the agent's, with the stored key and without the admin token", async () => {
    const { gateway, upstream } = fixture;
    const ran = await run("--agent", "nightly", process.execPath, "-e", AGENT);
    expect(ran).toEqual({ code: 0, stdout: "200 no token\n", stderr: "" });
    expect(upstream.requests.at(-1)?.header("authorization")).toBe("Bearer sk-stored");
    const line = await gateway.line((one) => isCall(one) && one.agent === "nightly", "of the program's call");
    expect(line).toMatchObject({ provider: "openai", status: 200 });
  });

  test("gives the program its own options and standard streams, and ends with its code", async () => {
    const script = 'echo "$1"; echo "$2" >&2; exit 5';
    expect(await run("sh", "-c", script, "name", "--agent", "--help")).toEqual({
      code: 5,
      stdout: "--agent\n",
      stderr: "--help\n",
    });
    const ended = await run("sh", "-c", "kill -KILL $$");
    expect(ended.code).toBe(137);
    const missing = await run("there-is-no-such-program");
    expect([missing.code, missing.stdout]).toEqual([127, ""]);
    expect(missing.stderr).toStartWith('tollgate: There is no program "there-is-no-such-program".');
  });

  test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "passes %s on and waits for the program's end",
    async (signal) => {
      const trap = `trap 'echo caught; exit 42' ${signal.slice(3)}; echo ready; while :; do sleep 0.02; done`;
      const child = await start("sh", "-c", trap);
      let output = "";
      const reading = (async () => {
        for await (const bytes of child.stdout) output += new TextDecoder().decode(bytes);
      })();
      await until(() => (output.includes("ready") ? true : null), "the program is ready");
      child.kill(signal);
      expect(await within(child.exited, "the end")).toBe(42);
      await reading;
      expect(output).toBe("ready\ncaught\n");
    },
  );
});
