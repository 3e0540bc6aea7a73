/** Who calls: a gateway key first, then a header, then the path, else the default agent (SPEC 4.1, 4.2, 4.4). */
import { type AgentName, type Identity, isAgentName } from "../core/agent.ts";
import type { Instant } from "../core/duration.ts";
import { type Refusal, refusal } from "../core/refusal.ts";
import type { Settings } from "../core/settings.ts";
import type { Keyring } from "./keys.ts";
import { readProof } from "./proof.ts";

const MAX_IDENTITY_BYTES = 1024;
const MAX_LABEL = 128;
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u;
const TAG_KEY = /^[a-z0-9._-]{1,64}$/;

/**
 * The identity that a call proves or declares. Precedence: a gateway key, `x-agent-id`, the name in `X-Agent-Identity`,
 * the path, the default. Owner, purpose and tags come from `X-Agent-Identity` whoever wins the name. A malformed header
 * is a refusal even when another source would have won: a typo must not be charged to somebody else unnoticed. So is a
 * key that proves nothing or another agent than the one named; in mode `keys`, so is a call without one. `shown` are the keys
 * that the caller shows where SDKs put one.
 */
export function identify(
  headers: Headers,
  shown: readonly string[],
  pathAgent: string | null,
  defaultAgent: AgentName,
  mode: Settings["identity"]["mode"],
  keyring: Pick<Keyring, "find">,
  now: Instant,
): Identity | Refusal {
  const header = headers.get("x-agent-identity");
  const declared = header === null ? null : parseAgentIdentity(header);
  if (declared && "reason" in declared) return declared;

  const id = headers.get("x-agent-id");
  if (id !== null && !isAgentName(id)) return badName("the header x-agent-id");
  if (pathAgent !== null && !isAgentName(pathAgent)) return badName("the path");

  const proof = readProof(headers, shown, keyring, now);
  if (proof && "reason" in proof) return proof;
  if (!proof && mode === "keys") return missingKey();
  if (proof) {
    if (id !== null && id !== proof.agent) return mismatch("the header x-agent-id");
    if (declared && declared.name !== proof.agent) return mismatch("the header X-Agent-Identity");
    if (pathAgent !== null && pathAgent !== proof.agent) return mismatch("the path");
  }

  const name = proof?.agent ?? id ?? declared?.name ?? pathAgent ?? defaultAgent;
  const key = proof?.id ?? null;
  if (!declared) return { name, owner: null, purpose: null, tags: [], key };
  return { ...declared, name, key };
}

/** Parses `name=prod-bot; owner=team-ml; purpose=production; team=x`, or says which part is wrong. */
export function parseAgentIdentity(header: string): Identity | Refusal {
  if (header.length > MAX_IDENTITY_BYTES) return invalid(`it is longer than ${MAX_IDENTITY_BYTES} bytes`);
  const members = new Map<string, string>();
  for (const part of splitMembers(header)) {
    if (part.trim() === "") continue;
    const equals = part.indexOf("=");
    if (equals < 0) return invalid("every part must be key=value, separated by `;`");
    const key = part.slice(0, equals).trim().toLowerCase();
    const value = unquote(part.slice(equals + 1).trim());
    if (!TAG_KEY.test(key)) return invalid("a key may hold letters, digits, `.`, `_` and `-` (1 to 64)");
    if (members.has(key)) return invalid(`the key \`${key}\` stands twice`);
    if (key !== "name" && (value.length > MAX_LABEL || !PRINTABLE.test(value))) {
      return invalid(`\`${key}\` must be up to ${MAX_LABEL} printable characters`);
    }
    members.set(key, value);
  }
  const name = members.get("name");
  if (name === undefined) return invalid("`name` is missing");
  if (!isAgentName(name)) return invalid("`name` must be 1 to 128 of A-Z a-z 0-9 . _ -");

  const tags = [...members].filter(([key]) => key !== "name" && key !== "owner" && key !== "purpose");
  return {
    name,
    owner: members.get("owner") || null,
    purpose: members.get("purpose") || null,
    tags: tags.map(([key, value]) => `${key}=${value}`),
    key: null,
  };
}

/** Splits at `;` outside of double quotes. */
function splitMembers(header: string): string[] {
  return header.match(/(?:"(?:[^"\\]|\\.)*"|[^;"]|")+/g) ?? [];
}

function unquote(value: string): string {
  const quoted = value.length >= 2 && value.startsWith('"') && value.endsWith('"');
  return quoted ? value.slice(1, -1).replace(/\\(.)/g, "$1") : value;
}

function invalid(what: string): Refusal {
  return refusal(
    "invalid_agent_identity",
    `The header X-Agent-Identity cannot be read: ${what}. ` +
      "Send for example: X-Agent-Identity: name=my-bot; owner=team-ml; purpose=production",
  );
}

function badName(where: string): Refusal {
  return refusal(
    "invalid_agent_name",
    `The agent's name in ${where} is not valid: use 1 to 128 of A-Z a-z 0-9 . _ - (but not \`.\` or \`..\`).`,
  );
}

function missingKey(): Refusal {
  return refusal(
    "missing_gateway_key",
    "This gateway serves calls that show a gateway key. Create one with `tollgate keys create <agent>`, and send it " +
      "as the header x-tollgate-key or as the SDK's API key.",
  );
}

function mismatch(where: string): Refusal {
  return refusal(
    "identity_mismatch",
    `The gateway key belongs to another agent than ${where} names. Leave that name out, or use a key of that agent.`,
  );
}
