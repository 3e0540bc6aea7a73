import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { embedAssets } from "../../scripts/assets.ts";
import type { AssetTable } from "../../server/assets.ts";
import { createDevelopmentPage, createPage } from "../../server/management/page.ts";
import { makeTempFolder, type TempFolder } from "../support/temp.ts";

const HTML = `<!doctype html><title>Page</title>${"<p>again</p>".repeat(50)}`;
const SCRIPT = "/assets/index-Ab3_9-xZ.js";
const CODE = `console.log("page");${"// padding\n".repeat(50)}`;

describe("createPage", () => {
  test("serves the page in the best encoding the client takes", async () => {
    await using page = await embed();
    const brotli = page.get("/", { "accept-encoding": "gzip, deflate, br" });
    expect(brotli.headers.get("content-encoding")).toBe("br");
    expect(brotli.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(brotliDecompressSync(await brotli.bytes()).toString()).toBe(HTML);

    const gzip = page.get("/", { "accept-encoding": "gzip, br;q=0" });
    expect(gzip.headers.get("content-encoding")).toBe("gzip");
    expect(gunzipSync(await gzip.bytes()).toString()).toBe(HTML);

    const plain = page.get("/", {});
    expect(plain.headers.get("content-encoding")).toBeNull();
    expect(await plain.text()).toBe(HTML);
    expect(plain.headers.get("vary")).toBe("accept-encoding");
  });

  test("answers 304 to a client that has these bytes, in this encoding", async () => {
    await using page = await embed();
    const etag = page.get("/", { "accept-encoding": "br" }).headers.get("etag") ?? "";
    const known = page.get("/", { "accept-encoding": "br", "if-none-match": `"other", W/${etag}` });
    expect(known.status).toBe(304);
    expect(await known.text()).toBe("");
    expect(known.headers.get("etag")).toBe(etag);
    expect(page.get("/", { "if-none-match": etag }).status).toBe(200);
  });

  test("lets only files whose name holds their hash be kept for ever", async () => {
    await using page = await embed();
    expect(page.get(SCRIPT, {}).headers.get("cache-control")).toContain("immutable");
    expect(page.get("/", {}).headers.get("cache-control")).toBe("no-cache");
    expect(page.get("/robots.txt", {}).headers.get("cache-control")).toBe("no-cache");
  });

  test("HEAD says what GET would, without a body", async () => {
    await using page = await embed();
    const head = page.ask(new Request(`http://localhost${SCRIPT}`, { method: "HEAD" }));
    expect(head?.headers.get("content-length")).toBe(String(CODE.length));
    expect(await head?.text()).toBe("");
  });

  test("a path without an extension is a place in the page; a missing file and other methods are not its business", async () => {
    await using page = await embed();
    expect(await page.get("/agents/v1.2/researcher", {}).text()).toBe(HTML);
    expect(page.ask(new Request("http://localhost/assets/gone.js"))).toBeNull();
    expect(page.ask(new Request("http://localhost/__proto__.x"))).toBeNull();
    expect(page.ask(new Request("http://localhost/", { method: "POST" }))).toBeNull();
  });

  test("allows nothing inline, nothing foreign and no frame around it", async () => {
    await using page = await embed();
    const { headers } = page.get("/", {});
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
  });
});

describe("embedAssets", () => {
  test("refuses a file whose type it does not know", async () => {
    using folder = makeTempFolder("assets");
    await Bun.write(join(folder.path, "dist/page.wasm"), "x");
    expect(packInto(folder)).rejects.toThrow("page.wasm: add the type of .wasm files");
  });

  test("keeps a file raw where compressing gains nothing", async () => {
    await using page = await embed();
    const tiny = page.get("/robots.txt", { "accept-encoding": "br, gzip" });
    expect(tiny.headers.get("content-encoding")).toBeNull();
    expect(await tiny.text()).toBe("x");
  });
});

describe("createDevelopmentPage", () => {
  test("serves what was built last, and says what to do when nothing was", async () => {
    using folder = makeTempFolder("development");
    const missing = createDevelopmentPage(join(folder.path, "dist"));
    expect(await (await missing.handle(new Request("http://localhost/"))).text()).toContain("vite build");

    await Bun.write(join(folder.path, "dist/index.html"), HTML);
    const built = createDevelopmentPage(join(folder.path, "dist"));
    await built.modules;
    expect(await (await built.handle(new Request("http://localhost/"))).text()).toBe(HTML);
  });
});

/** A small page, built the way the real one is, ready to be asked. */
async function embed() {
  const folder = makeTempFolder("page");
  await Bun.write(join(folder.path, "dist/index.html"), HTML);
  await Bun.write(join(folder.path, `dist${SCRIPT}`), CODE);
  await Bun.write(join(folder.path, "dist/robots.txt"), "x");
  const ask = createPage(await packInto(folder));
  return {
    ask,
    get(path: string, headers: Record<string, string>): Response {
      const response = ask(new Request(`http://localhost${path}`, { headers }));
      if (!response) throw new Error(`${path} is not served`);
      return response;
    },
    [Symbol.asyncDispose]: async () => folder[Symbol.dispose](),
  };
}

async function packInto(folder: TempFolder): Promise<AssetTable> {
  const module = join(folder.path, "assets.generated.ts");
  await embedAssets(join(folder.path, "dist"), join(folder.path, "packed"), module);
  return (await import(module)).assets;
}
