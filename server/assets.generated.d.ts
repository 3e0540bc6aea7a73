import type { AssetTable } from "./assets.ts";

/** Written by `scripts/assets.ts` from `web/dist`; exists only while building. */
export declare const assets: AssetTable;
