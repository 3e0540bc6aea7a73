/** The dashboard's page: from the executable when compiled, from `web/dist` when run from source. */
import { existsSync } from "node:fs";
import { staticPlugin } from "@elysiajs/static";
import { Elysia } from "elysia";
import type { Asset, AssetTable } from "../assets.ts";

/** Everything comes from the page's own origin; nothing is inline, nothing may frame it. */
const SECURITY = {
  "content-security-policy":
    "default-src 'self'; style-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
};

/**
 * Serves the built page from its table: the best encoding the client takes, 304, HEAD, and `index.html` for every path
 * without an extension, since the page routes itself. Null when the request is not for the page.
 */
export function createPage(assets: AssetTable): (request: Request) => Response | null {
  return (request) => {
    if (request.method !== "GET" && request.method !== "HEAD") return null;
    const { pathname } = new URL(request.url);
    const asset = assets.get(pathname) ?? (isPagePath(pathname) ? assets.get("/index.html") : undefined);
    return asset ? answer(asset, request) : null;
  };
}

/**
 * The page while developing: whatever `vite build` last put into `folder`, without caching, compression or the headers
 * above. When nothing was built yet, the root says what to do.
 */
export function createDevelopmentPage(folder: string) {
  const page = new Elysia({ name: "development-page" });
  if (!existsSync(folder))
    return page.get("/", "No page here yet: run `bunx vite build` in web/, then start again.\n");
  return page.use(staticPlugin({ assets: folder, prefix: "/", indexHTML: true, etag: false, silent: true }));
}

/** A last segment without a dot is a place in the page, not a file. */
function isPagePath(pathname: string): boolean {
  return !pathname.slice(pathname.lastIndexOf("/")).includes(".");
}

function answer(asset: Asset, request: Request): Response {
  const form = chooseForm(asset, request.headers.get("accept-encoding") ?? "");
  const headers = new Headers({
    ...SECURITY,
    "cache-control": asset.immutable ? "public, max-age=31536000, immutable" : "no-cache",
    etag: form.etag,
    vary: "accept-encoding",
  });
  if (matches(request.headers.get("if-none-match"), form.etag))
    return new Response(null, { status: 304, headers });
  headers.set("content-type", asset.type);
  if (form.encoding) headers.set("content-encoding", form.encoding);
  const file = Bun.file(form.path);
  if (request.method === "HEAD") {
    headers.set("content-length", String(file.size));
    return new Response(null, { headers });
  }
  return new Response(file, { headers });
}

interface Form {
  readonly path: string;
  readonly encoding: "br" | "gzip" | null;
  readonly etag: string;
}

/** Each encoding has its own tag: a strong tag names the bytes that were sent (RFC 9110 §8.8.3). */
function chooseForm(asset: Asset, accepted: string): Form {
  if (asset.br && accepts(accepted, "br"))
    return { path: asset.br, encoding: "br", etag: `"${asset.etag}-br"` };
  if (asset.gzip && accepts(accepted, "gzip"))
    return { path: asset.gzip, encoding: "gzip", etag: `"${asset.etag}-gzip"` };
  return { path: asset.raw, encoding: null, etag: `"${asset.etag}"` };
}

/** Whether the header names this coding, or `*`, and not with `q=0` (RFC 9110 §12.5.3). */
function accepts(header: string, coding: string): boolean {
  const weights = new Map(
    header.split(",").map((part) => {
      const [name = "", ...parameters] = part
        .trim()
        .toLowerCase()
        .split(/\s*;\s*/);
      const weight = parameters.find((parameter) => parameter.startsWith("q="));
      return [name, weight ? Number(weight.slice(2)) : 1];
    }),
  );
  return (weights.get(coding) ?? weights.get("*") ?? 0) > 0;
}

/** If-None-Match compares weakly: a proxy may have marked our tag with `W/` (RFC 9110 §13.1.2). */
function matches(header: string | null, etag: string): boolean {
  if (!header) return false;
  return header.split(",").some((tag) => tag.trim() === "*" || tag.trim().replace(/^W\//, "") === etag);
}
