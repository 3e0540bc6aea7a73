/** The forms of text that settings take: what is asked for in messages, and how a text is read as it. */
import { isIP } from "node:net";
import { isAgentName } from "../core/agent.ts";
import type { LeafFormat } from "./leaves.ts";

export interface TextForm {
  /** Completes the sentence "expected …". */
  readonly expected: string;
  /** The text as the settings hold it, or undefined when it does not have the form. */
  read(text: string): string | undefined;
}

/** Names in the place of a provider that mean something else in a path (SPEC of the routes: 3.5). */
const RESERVED_PROVIDERS = [
  "api",
  "health",
  "agents",
  "auto",
  "tollgate",
  "agentgazer",
  "v1",
  "v1beta",
  "v2",
];

export const TEXT_FORMS: ReadonlyMap<LeafFormat, TextForm> = new Map([
  ["tollgate-zone", form("an IANA time zone such as Europe/Berlin, or local", isZone)],
  ["tollgate-host", form("an IP address or a host name, without port", isHost)],
  [
    "tollgate-target-host",
    form("a host name, an IP address or *.suffix, without port or path", (text) =>
      isHost(text.replace(/^\*\./, "")),
    ),
  ],
  ["tollgate-agent-name", form("an agent's name: 1 to 128 of A-Z a-z 0-9 . _ -", isAgentName)],
  [
    "tollgate-agent-name-or-all",
    form("1 to 128 of A-Z a-z 0-9 . _ -, or * for the template", (text) => text === "*" || isAgentName(text)),
  ],
  [
    "tollgate-provider-name",
    form(`1 to 64 of a-z 0-9 . _ -, and none of ${RESERVED_PROVIDERS.join(", ")}`, isProviderName),
  ],
  [
    "tollgate-provider-name-or-all",
    form("a provider's name, or * for any", (text) => text === "*" || isProviderName(text)),
  ],
  ["tollgate-target", form("a model, or provider/model", (text) => /^[^\p{C}\s*]{1,256}$/u.test(text))],
  ["tollgate-glob", form("a model's name, in which * stands for any characters", isGlob)],
  ["tollgate-policy-name", form("1 to 64 of A-Z a-z 0-9 . _ -", (text) => /^[\w.-]{1,64}$/.test(text))],
  ["tollgate-condition", form("a condition", (text) => text.trim() !== "")],
  ["tollgate-route", form("a path such as /v1/files*, in which * stands for any characters", isRoute)],
  ["tollgate-base-url", form("an http or https URL without credentials or fragment", isBaseUrl)],
  ["tollgate-path", form("a path", (text) => text.trim().length > 0 && !text.includes("\0"))],
  ["tollgate-label", form("1 to 128 printable characters", isLabel)],
  ["tollgate-secret", form("printable ASCII characters without spaces", isSecret)],
  ["tollgate-secret-url", form("an http or https URL without credentials or fragment", isSecretUrl)],
  ["tollgate-password", form("1 to 1024 printable characters", (text) => /^[^\p{C}]{1,1024}$/u.test(text))],
  ["tollgate-email", form("an e-mail address such as oncall@example.com", isAddress)],
  [
    "tollgate-watched-agent",
    form("an agent's name, or * for every agent", (text) => text === "*" || isAgentName(text)),
  ],
  ["tollgate-key-header", form("a header's name such as api-key", isKeyHeader)],
  [
    "tollgate-header-name",
    form("a header's name, and none that carries keys or belongs to the connection", isFreeHeader),
  ],
  ["tollgate-header-value", form("1 to 4096 printable ASCII characters", isHeaderValue)],
]);

function form(expected: string, fits: (text: string) => boolean): TextForm {
  return { expected, read: (text) => (fits(text) ? text : undefined) };
}

function isZone(text: string): boolean {
  if (text === "local") return true;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: text }).resolvedOptions().timeZone !== "";
  } catch {
    return false; // Intl tells an unknown zone by throwing
  }
}

/** RFC 1123 labels; with digits alone in the last one it would be a mistyped IPv4 address. */
function isHost(text: string): boolean {
  if (isIP(text)) return true;
  const label = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i;
  const labels = text.split(".");
  return text.length <= 253 && labels.every((part) => label.test(part)) && !/^\d+$/.test(labels.at(-1) ?? "");
}

function isProviderName(text: string): boolean {
  return /^[a-z0-9][a-z0-9._-]{0,63}$/.test(text) && !RESERVED_PROVIDERS.includes(text);
}

function isGlob(text: string): boolean {
  return /^[^\p{C}\s]{1,256}$/u.test(text);
}

function isRoute(text: string): boolean {
  return /^\/[^\p{C}\s?#]{0,255}$/u.test(text);
}

function isBaseUrl(text: string): boolean {
  const url = URL.parse(text);
  if (!url || (url.protocol !== "http:" && url.protocol !== "https:")) return false;
  return !url.username && !url.password && !/[#\s]/.test(text) && !namesKey(url.searchParams);
}

/** The whole of it is kept secret, so a key may stand in it. */
function isSecretUrl(text: string): boolean {
  const url = URL.parse(text);
  if (!url || (url.protocol !== "http:" && url.protocol !== "https:")) return false;
  return !url.username && !url.password && /^[\x21-\x7e]{1,2048}$/.test(text) && !text.includes("#");
}

/** Nothing that could be read as a second address or a header. */
function isAddress(text: string): boolean {
  return text.length <= 254 && /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i.test(text);
}

/** URLs are written down and shown: a key has its own place. */
function namesKey(query: URLSearchParams): boolean {
  return [...query.keys()].some((name) =>
    /(?:^|[-_])(?:key|token|secret|sig|signature|password)$/i.test(name),
  );
}

function isLabel(text: string): boolean {
  return /^[^\p{C}]{1,128}$/u.test(text) && text.trim().length > 0;
}

function isSecret(text: string): boolean {
  return /^[\x21-\x7e]{1,4096}$/.test(text);
}

/** Headers that say how a request is sent and what its body is, and the gateway's own. */
const NOT_FREE =
  /^(?:connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|host|content-.*|accept-encoding|x-tollgate-.*|x-agent-.*|x-target-url)$/i;
const KEY_HEADERS = /^(?:authorization|proxy-.*|cookie|api-key|x-api-key|x-goog-api-key)$/i;

/** A name by RFC 9110 §5.6.2. */
function isKeyHeader(text: string): boolean {
  return /^[!#$%&'*+.^_`|~\w-]{1,128}$/.test(text) && !NOT_FREE.test(text);
}

function isFreeHeader(text: string): boolean {
  return isKeyHeader(text) && !KEY_HEADERS.test(text);
}

function isHeaderValue(text: string): boolean {
  return /^[\x20-\x7e]{1,4096}$/.test(text) && text.trim() === text;
}
