/** Small files that are there whole or not at all: secrets, of which half is worse than none. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";

/**
 * Puts a file with this text in the place of what stood at the path: readable by its owner alone, and on disk when this
 * returns. Throws what the file system throws, as for a full disk; then what stood there still does.
 */
export function writeWhole(path: string, text: string): void {
  const fresh = `${path}.new`;
  rmSync(fresh, { force: true });
  try {
    const descriptor = openSync(fresh, "wx", 0o600);
    try {
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}
