/** Which network a process sees. Two that see the same one find the same listener at `127.0.0.1:8080`. */
import { readFileSync, readlinkSync } from "node:fs";

/**
 * A text that is equal for the processes of one network: a container has one of its own, and so has every other machine
 * that shares a folder. null on systems without such names: there a machine is one network.
 */
export function findNetwork(): string | null {
  // Of namespaces(7). Numbered anew by each kernel, so the boot belongs to the name.
  const namespace = read(() => readlinkSync("/proc/self/ns/net"));
  const boot = read(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
  return namespace === null ? null : `${namespace} ${boot}`;
}

function read(look: () => string): string | null {
  try {
    return look();
  } catch {
    return null;
  }
}
