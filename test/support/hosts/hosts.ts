/** Providers that speak one format each and take nothing else: what of a request such a host would refuse. */
import type { TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import type { Dialect } from "../../../server/core/call.ts";
import type { RecordedRequest } from "../upstream.ts";
import { CHAT } from "./bodies/chat.ts";
import { GEMINI } from "./bodies/gemini.ts";
import { MESSAGES } from "./bodies/messages.ts";
import { RESPONSES } from "./bodies/responses.ts";

/** The formats that a client of `auto` may speak, and a provider be spoken to in. */
export type Spoken = Exclude<Dialect, "cohere-chat">;

/** One host: how the configuration names it, and what it takes. */
export interface Host {
  /** As a provider; the first part of it as an agent whose calls go there. */
  readonly provider: string;
  readonly protocol: string | null;
  readonly model: string;
  readonly key: string;
  readonly path: RegExp;
  /** The one header in which it takes its key. */
  readonly keyHeader: string;
  readonly body: TSchema;
}

export const HOSTS: Readonly<Record<Spoken, Host>> = {
  "openai-chat": {
    provider: "chatty",
    protocol: "openai",
    model: "chatty-1",
    key: "sk-of-chatty",
    path: /^\/v1\/chat\/completions$/,
    keyHeader: "authorization",
    body: CHAT,
  },
  "openai-responses": {
    provider: "responsive",
    protocol: "openai-responses",
    model: "responsive-1",
    key: "sk-of-responsive",
    path: /^\/v1\/responses$/,
    keyHeader: "authorization",
    body: RESPONSES,
  },
  "anthropic-messages": {
    provider: "anthropic",
    protocol: null,
    model: "claude-sonnet-4-5",
    key: "sk-of-anthropic",
    path: /^\/v1\/messages$/,
    keyHeader: "x-api-key",
    body: MESSAGES,
  },
  gemini: {
    provider: "google",
    protocol: null,
    model: "gemini-2.5-flash",
    key: "sk-of-google",
    path: /^\/v1(?:beta)?\/models\/gemini-2\.5-flash:(?:generateContent|streamGenerateContent\?alt=sse)$/,
    keyHeader: "x-goog-api-key",
    body: GEMINI,
  },
};

export const SPOKEN = Object.keys(HOSTS) as Spoken[];

/** What clients of the tests are given as their key: no host may ever see it. */
export const CLIENT_KEY = "sk-of-the-client";

/** The section `providers` of a gateway whose hosts are there. */
export function providersAt(origins: Readonly<Record<Spoken, string>>) {
  return Object.fromEntries(
    SPOKEN.map((spoken) => {
      const { provider, protocol, key } = HOSTS[spoken];
      const base_url = protocol === null ? origins[spoken] : `${origins[spoken]}/v1`;
      return [provider, { ...(protocol && { protocol }), base_url, api_key: key }];
    }),
  );
}

const KEY_HEADERS = ["authorization", "x-api-key", "x-goog-api-key", "api-key"];
const OURS = /^(?:x-tollgate-.*|x-agent-id|x-target-url)$/i;

/** Why the host would not take this request; nothing when it would. */
export function complaintsOf(spoken: Spoken, request: RecordedRequest): string[] {
  return [...complaintsOfHead(spoken, request), ...complaintsOfBody(spoken, request)];
}

/** The same, but for the body: what passes untouched is the client's own business. */
export function complaintsOfHead(spoken: Spoken, request: RecordedRequest): string[] {
  const { path, key, keyHeader } = HOSTS[spoken];
  const said = request.header(keyHeader)?.replace(/^Bearer /, "");
  const others = KEY_HEADERS.filter((name) => name !== keyHeader && request.header(name) !== null);
  const ours = request.fields.map(([name]) => name).filter((name) => OURS.test(name));
  const leaked = JSON.stringify([request.target, request.fields]) + new TextDecoder().decode(request.body);
  return [
    ...(path.test(request.target) ? [] : [`it was called at ${request.target}`]),
    ...(said === key ? [] : [`its key was ${said}`]),
    ...[...others, ...ours].map((name) => `it was sent ${name}`),
    ...(leaked.includes(CLIENT_KEY) ? ["it was sent the client's key"] : []),
  ];
}

function complaintsOfBody(spoken: Spoken, request: RecordedRequest): string[] {
  const { body } = HOSTS[spoken];
  return [...Value.Errors(body, request.json())].map(({ path, message }) => `${path}: ${message}`);
}
