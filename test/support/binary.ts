import { BINARY, build, isFresh } from "../../scripts/binary.ts";

let building: Promise<void> | null = null;

/**
 * The path of the compiled gateway, built once per run when it is missing or older than a source. `TOLLGATE_BINARY`
 * names another one, which is tested as it is.
 */
export async function findBinary(): Promise<string> {
  const given = process.env.TOLLGATE_BINARY;
  if (given) return given;
  building ??= isFresh() ? Promise.resolve() : build();
  await building;
  return BINARY;
}
