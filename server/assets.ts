import { COMPILED } from "./version.ts";

/** One file of the built page. `raw`, `br` and `gzip` are paths that `Bun.file` opens, inside the executable too. */
export interface Asset {
  readonly type: string;
  /** A hash of the raw bytes, without quotes. */
  readonly etag: string;
  /** Whether the name holds a hash of the content: such a file never changes. */
  readonly immutable: boolean;
  readonly raw: string;
  /** The same bytes compressed; null where that gains nothing. */
  readonly br: string | null;
  readonly gzip: string | null;
}

/** The built page by URL path: `/index.html`, `/assets/index-3fa9c1.js`. */
export type AssetTable = ReadonlyMap<string, Asset>;

/** The page that was built into this executable, or null when the server runs from source. */
export async function loadAssets(): Promise<AssetTable | null> {
  return COMPILED ? (await import("./assets.generated.ts")).assets : null;
}
