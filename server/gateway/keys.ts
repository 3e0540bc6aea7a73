/** Gateway keys: secrets that prove which agent calls (SPEC 4.4). Neither memory nor disk holds more of one than its hash. */
import { createHash } from "node:crypto";
import type { AgentName } from "../core/agent.ts";
import type { Instant } from "../core/duration.ts";
import { KEY_PREFIX, SECRET_REST } from "../core/secret-form.ts";
import type { GatewayKey, State } from "../store/store.ts";

const SECRET = new RegExp(`^${KEY_PREFIX}${SECRET_REST}$`);
const SECRET_BYTES = 32;
const ID_BYTES = 6;

/** What a key proves: the agent, by the key of this id. */
export interface Proof {
  readonly id: string;
  readonly agent: AgentName;
}

export interface NewKey {
  readonly agent: AgentName;
  /** What a person calls it. */
  readonly name: string | null;
  /** From this instant on it proves nothing; null: never. */
  readonly expires: Instant | null;
}

export interface Keyring {
  /** What this secret proves now; null when it is unknown, revoked or expired. */
  find(secret: string, now: Instant): Proof | null;
  /** Makes a key that works at once. This is the only time that anybody sees its secret. Throws when it cannot be stored. */
  create(wanted: NewKey, now: Instant): { readonly key: GatewayKey; readonly secret: string };
  /** Every key there ever was, the oldest first. */
  list(): readonly GatewayKey[];
  /**
   * The key as it is once revoked, from the next call on; null when there is none of this id, or it was revoked before. In
   * force even where it throws, because it cannot be kept: then it may be tried again.
   */
  revoke(id: string, now: Instant): GatewayKey | null;
}

/** The keys of `state`, kept in memory so that no call waits for the disk. Nothing else may change them. */
export function createKeyring(
  state: Pick<State, "readKeys" | "addKey" | "revokeKey">,
  random: (bytes: number) => Uint8Array,
): Keyring {
  const byHash = new Map(state.readKeys().map(({ hash, ...key }): [string, GatewayKey] => [hash, key]));

  return {
    find(secret, now) {
      const key = SECRET.test(secret) ? byHash.get(hashKey(secret)) : undefined;
      if (!key || key.revoked !== null || (key.expires !== null && key.expires <= now)) return null;
      return { id: key.id, agent: key.agent };
    },
    create({ agent, name, expires }, now) {
      const secret = KEY_PREFIX + Buffer.from(random(SECRET_BYTES)).toString("base64url");
      const id = `key_${Buffer.from(random(ID_BYTES)).toString("hex")}`;
      const key: GatewayKey = { id, agent, name, created: now, expires, revoked: null };
      const hash = hashKey(secret);
      state.addKey(key, hash);
      byHash.set(hash, key);
      return { key, secret };
    },
    list: () => [...byHash.values()],
    revoke(id, now) {
      const held = [...byHash].find(([, key]) => key.id === id);
      if (!held) return null;
      const [hash, key] = held;
      const at = key.revoked ?? now;
      const revoked = { ...key, revoked: at };
      byHash.set(hash, revoked);
      return state.revokeKey(id, at) ? revoked : null;
    },
  };
}

/** SHA-256, hex. Enough for 256 random bits; and a lookup by it tells a guesser nothing by how long it takes. */
function hashKey(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
