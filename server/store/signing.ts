/** The key that signs checkpoints: Ed25519, made at first start, kept outside the folder of the journal's files. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "./whole-file.ts";

/** Length of a signature in base64. */
export const SIGNATURE_LENGTH = 88;

export interface Signer {
  /** Signature of the text's UTF-8 bytes, base64. */
  sign(text: string): string;
  verify(bytes: Uint8Array, signature: string): boolean;
}

/**
 * Reads `<dataDir>/keys/journal.pem`, or makes it (0600) with `journal.pub.pem` beside it, which is all that verifying
 * needs. Throws what the file system throws.
 */
export function openSigner(dataDir: string): Signer {
  const file = join(dataDir, "keys", "journal.pem");
  if (!existsSync(file)) {
    mkdirSync(join(dataDir, "keys"), { recursive: true, mode: 0o700 });
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    writeWhole(publicFile(dataDir), publicKey.export({ type: "spki", format: "pem" }));
    writeWhole(file, privateKey.export({ type: "pkcs8", format: "pem" }));
  }
  const key = createPrivateKey(readFileSync(file));
  return {
    sign: (text) => sign(null, Buffer.from(text), key).toString("base64"),
    verify: verifyWith(createPublicKey(key)),
  };
}

/** What checks signatures without making anything; null when there is no key to check them with. */
export function readVerifier(dataDir: string): Signer["verify"] | null {
  const file = publicFile(dataDir);
  return existsSync(file) ? verifyWith(createPublicKey(readFileSync(file))) : null;
}

function verifyWith(key: KeyObject): Signer["verify"] {
  return (bytes, signature) => verify(null, bytes, key, Buffer.from(signature, "base64"));
}

function publicFile(dataDir: string): string {
  return join(dataDir, "keys", "journal.pub.pem");
}
