/** Whom the typed client shows its token where the environment names a proxy, as a process of its own that begins with it. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";

const CLIENT = join(import.meta.dir, "../server/client.ts");

/** A proxy and a gateway that write down what they are asked and shown; the proxy answers itself. */
function open() {
  const seen = { gateway: [] as string[], proxy: [] as string[] };
  const listen = (heard: string[]) =>
    Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch(request) {
        heard.push(request.headers.get("authorization") ?? "");
        return Response.json({ agents: [] });
      },
    });
  const [gateway, proxy] = [listen(seen.gateway), listen(seen.proxy)];
  return {
    seen,
    port: gateway.port,
    /** Asks for the status at `url`, by way of the proxy if the client lets itself be led there. */
    async ask(url: string) {
      const asking = `import { createClient } from ${JSON.stringify(CLIENT)};
        await createClient(${JSON.stringify(url)}, "tga_secret").api.status.get();`;
      const at = proxy.url.origin;
      const env = {
        PATH: process.env.PATH,
        HTTP_PROXY: at,
        http_proxy: at,
        HTTPS_PROXY: at,
        https_proxy: at,
      };
      const child = Bun.spawn([process.execPath, "-e", asking], {
        env,
        stdout: "inherit",
        stderr: "inherit",
      });
      expect(await child.exited).toBe(0);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([gateway.stop(true), proxy.stop(true)]);
    },
  };
}

describe("behind a proxy", () => {
  test.each(["http://127.0.0.1", "127.0.0.1", "http://localhost", "http://127.1", "http://0.0.0.0"])(
    "the gateway at %s of this machine is asked without it",
    async (host) => {
      await using place = open();
      await place.ask(`${host}:${place.port}`);
      expect(place.seen).toEqual({ gateway: ["Bearer tga_secret"], proxy: [] });
    },
  );

  test.each(["http://gateway.test", "http://127.0.0.1.test", "http://localhost@gateway.test"])(
    "one at %s is asked by way of it",
    async (host) => {
      await using place = open();
      await place.ask(`${host}:${place.port}`);
      expect(place.seen.gateway).toEqual([]);
      expect(place.seen.proxy).toHaveLength(1);
    },
  );

  test("what only looks like an address of this machine is none", async () => {
    await using place = open();
    await place.ask("http://[::ffff:10.0.0.1]:1");
    expect(place.seen.proxy).toEqual(["Bearer tga_secret"]);
  });
});
