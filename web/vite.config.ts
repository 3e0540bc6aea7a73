import { defineConfig } from "vite";
import solid from "vite-plugin-solid";

/** While developing, `bunx vite` serves the page and a running gateway answers its API. */
const GATEWAY = "http://127.0.0.1:4040";

export default defineConfig({
  plugins: [solid()],
  // Nothing as a data: URL and nothing inline: the page's CSP allows its own files only.
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { "/api": { target: GATEWAY, ws: true } } },
});
