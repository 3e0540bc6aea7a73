/** Tokens, session ids and link codes: made here, and kept only as hashes. */
import { createHash, timingSafeEqual } from "node:crypto";
import { ADMIN_PREFIX } from "../core/secret-form.ts";

const SECRET_BYTES = 32;

/** A secret of 32 random bytes, base64url. */
export function createSecret(random: (bytes: number) => Uint8Array): string {
  return Buffer.from(random(SECRET_BYTES)).toString("base64url");
}

/** A new token of the management API: `tga_` and 32 random bytes. */
export function createAdminToken(random: (bytes: number) => Uint8Array): string {
  return ADMIN_PREFIX + createSecret(random);
}

/** SHA-256, hex: how a secret is stored. Enough for 256 random bits, which nobody can search. */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** Compares two hashes of the same length in constant time. */
export function isSameHash(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
