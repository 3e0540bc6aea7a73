/** The gateway key that a call shows, in a header of its own or where an SDK puts its API key (SPEC 4.4). */
import type { Instant } from "../core/duration.ts";
import { type Refusal, refusal } from "../core/refusal.ts";
import { KEY_PREFIX } from "../core/secret-form.ts";
import { keysIn, OWN_KEY } from "./headers.ts";
import type { Keyring, Proof } from "./keys.ts";

/**
 * Which agent the call proves to come from; null when it shows no gateway key. `shown` are the keys in the
 * places of SDKs. A key that proves nothing is a refusal, and so are two different ones: whoever shows a key means to be
 * taken for its agent and no other.
 */
export function readProof(
  headers: Headers,
  shown: readonly string[],
  keyring: Pick<Keyring, "find">,
  now: Instant,
): Proof | Refusal | null {
  const keys = readGatewayKeys(headers, shown);
  if (keys.length === 0) return null;
  const [secret, ...others] = new Set(keys);
  if (secret === undefined) return null;
  if (others.length > 0) return invalid("The call carries several different gateway keys. Send one.");
  return keyring.find(secret, now) ?? invalid(UNKNOWN);
}

/** Whatever the header of its own holds; elsewhere only what begins like a gateway key. */
function readGatewayKeys(headers: Headers, shown: readonly string[]): string[] {
  const elsewhere = shown.filter((key) => key.startsWith(KEY_PREFIX));
  return [...keysIn(headers.get(OWN_KEY)), ...elsewhere];
}

const UNKNOWN =
  "The gateway key is unknown, revoked or expired. `tollgate keys list` shows those there are, " +
  "`tollgate keys create <agent>` makes a new one.";

function invalid(message: string): Refusal {
  return refusal("invalid_gateway_key", message);
}
