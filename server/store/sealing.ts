/**
 * Seals the secrets that state.db keeps: AES-256-GCM (NIST SP 800-38D) with a random nonce, bound to what each is for. The key
 * comes from the environment or from a file beside the journal's own.
 */
import { createCipheriv, createDecipheriv, scryptSync } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "./whole-file.ts";

export interface Sealer {
  /** The text, sealed for `about`. Throws when the key's file can neither be read nor made. */
  seal(text: string, about: string): string;
  /** The sealed text, or null when no key at hand opens it or it was sealed for something else. */
  open(sealed: string, about: string): string | null;
}

export interface SealerParts {
  readonly dataDir: string;
  /** TOLLGATE_SECRET_KEY: 32 bytes as hex or base64, or a passphrase. Null: the file's key. */
  readonly secretKey: string | null;
  random(bytes: number): Uint8Array;
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SALT_BYTES = 16;
/** About 100 ms and 64 MiB, once for each salt: what guessing a passphrase costs each time. */
const SCRYPT = { N: 2 ** 16, r: 8, p: 1, maxmem: 128 * 1024 * 1024 };
const CIPHER = "aes-256-gcm";

/** Makes nothing until something is sealed. What the file's key has sealed is opened also where the environment gives one. */
export function createSealer({ dataDir, secretKey, random }: SealerParts): Sealer {
  const file = join(dataDir, "keys", "secrets.key");
  const given = secretKey === null ? null : parseKey(secretKey);
  const derived = new Map<string, Buffer>();
  let fileKey: Buffer | null = null;

  /** The passphrase's key with this salt; remembered, since it is meant to be slow. */
  function derive(passphrase: string, salt: string): Buffer {
    const known = derived.get(salt);
    if (known) return known;
    const key = scryptSync(passphrase, Buffer.from(salt, "base64"), KEY_BYTES, SCRYPT);
    derived.set(salt, key);
    return key;
  }

  /** Null when there is none, or it is not ours to read: what it sealed is then told as lost, and the gateway starts. */
  function readFileKey(): Buffer | null {
    if (fileKey !== null) return fileKey;
    try {
      fileKey = parseHex(readFileSync(file, "utf8").trim());
    } catch {
      return null;
    }
    return fileKey;
  }

  function makeFileKey(): Buffer {
    // An empty one is what a disk left that was full, or lost its power.
    if (existsSync(file) && statSync(file).size > 0) {
      throw new Error(`${file} holds no key; put the right one back, or move it away so that one is made`);
    }
    mkdirSync(join(dataDir, "keys"), { recursive: true, mode: 0o700 });
    const key = Buffer.from(random(KEY_BYTES));
    writeWhole(file, `${key.toString("hex")}\n`);
    return key;
  }

  /** The key to seal with, and the salt that it came from; a passphrase keeps to one salt as far as it can. */
  function chooseKey(): { readonly key: Buffer; readonly salt: string } {
    if (given === null) {
      fileKey = readFileKey() ?? makeFileKey();
      return { key: fileKey, salt: "" };
    }
    if (typeof given !== "string") return { key: given, salt: "" };
    const [salt = Buffer.from(random(SALT_BYTES)).toString("base64")] = derived.keys();
    return { key: derive(given, salt), salt };
  }

  /** The environment's key for what was sealed with this salt. */
  function givenKey(salt: string): Buffer | null {
    if (typeof given === "string") return salt === "" ? null : derive(given, salt);
    return given;
  }

  return {
    seal(text, about) {
      const { key, salt } = chooseKey();
      const nonce = random(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(about));
      const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return `${salt}:${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString("base64")}`;
    },
    open(sealed, about) {
      const [salt = "", packed = ""] = sealed.split(":", 2);
      const keys = [givenKey(salt), readFileKey()].filter((key) => key !== null);
      const opened = keys.map((key) => decipher(Buffer.from(packed, "base64"), key, about));
      return opened.find((text) => text !== null) ?? null;
    },
  };
}

/** Null when the key is another, the text was changed, or it was sealed for something else: GCM cannot tell which. */
function decipher(packed: Buffer, key: Buffer, about: string): string | null {
  if (packed.length < NONCE_BYTES + TAG_BYTES) return null;
  const decipherer = createDecipheriv(CIPHER, key, packed.subarray(0, NONCE_BYTES));
  decipherer.setAAD(Buffer.from(about)).setAuthTag(packed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  try {
    const start = decipherer.update(packed.subarray(NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([start, decipherer.final()]).toString("utf8");
  } catch {
    return null;
  }
}

/** The 32 bytes that are written out, or the passphrase as it is. */
function parseKey(text: string): Buffer | string {
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return Buffer.from(text, "base64");
  return parseHex(text) ?? text;
}

function parseHex(text: string): Buffer | null {
  return /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, "hex") : null;
}
