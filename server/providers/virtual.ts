/** The virtual provider: `auto`, which takes any dialect and is no host (SPEC 12.2). */
import { createCustom } from "./custom.ts";
import type { Located, Operation, RequestLine, Speech } from "./provider.ts";

/** Its names in a path. `tollgate` and `agentgazer` are the older ones. */
export const VIRTUAL_NAMES: ReadonlySet<string> = new Set(["auto", "tollgate", "agentgazer"]);

/** By which a path tells which SDK made it; what fits none is OpenAI's. */
const SIGNS: readonly (readonly [Speech, RegExp])[] = [
  [
    "gemini",
    /(?::|%3a)(?:[a-z]*(?:content|contents|tokens)|predict[a-z]*)$|^v1(?:beta|alpha)(?:\/(?!openai)|$)/i,
  ],
  ["anthropic", /(?:^|\/)messages(?:\/|$)|^v1\/complete$/],
];

/** Nothing is ever sent there: RFC 2606 §2 keeps the name from being one. */
const NOWHERE = "https://auto.invalid";

const BASES: Readonly<Record<Speech, string>> = {
  openai: `${NOWHERE}/v1`,
  "openai-responses": `${NOWHERE}/v1`,
  anthropic: `${NOWHERE}/v1`,
  gemini: NOWHERE,
  cohere: NOWHERE,
};

/** What a call to `auto` asks for, in the format that its path betrays. */
export function locateVirtual(line: RequestLine): Located {
  const speech = SIGNS.find(([, path]) => path.test(line.rest))?.[0] ?? "openai";
  const located = spoken(speech).locate(line);
  const { operation } = located;
  return isForModel(operation) ? { ...located, operation: { ...operation, requestBody: "json" } } : located;
}

/** Whether the body, which is passed on unread elsewhere, has to say which model is meant: by that, its provider is found. */
function isForModel({ name, model }: Operation): boolean {
  return name === "count_tokens" && model === null;
}

function spoken(speech: Speech): ReturnType<typeof createCustom> {
  return createCustom("auto", speech, { protocol: speech, base_url: BASES[speech], api_key: null });
}
