import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** An empty folder of its own, removed with all it holds at the end of the `using` scope. */
export interface TempFolder extends Disposable {
  readonly path: string;
}

export function makeTempFolder(name: string): TempFolder {
  const path = mkdtempSync(join(tmpdir(), `tollgate-${name}-`));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
