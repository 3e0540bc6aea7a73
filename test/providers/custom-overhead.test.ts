/** What is added to the estimate of a prompt at hosts that the configuration names. */
import { expect, test } from "bun:test";
import { createCustom } from "../../server/providers/custom.ts";
import { createProviders, KNOWN_PROVIDERS } from "../../server/providers/index.ts";
import type { Speech } from "../../server/providers/provider.ts";

const providers = createProviders({});
const measured = KNOWN_PROVIDERS.map((id) => providers.find(id)).filter((one) => one !== null);

test.each<[Speech, Speech]>([
  ["openai", "openai"],
  ["openai-responses", "openai"],
  ["anthropic", "anthropic"],
  ["gemini", "gemini"],
  ["cohere", "cohere"],
])(
  "a host of one's own that speaks %s is estimated no lower than any known one that speaks %s",
  (own, theirs) => {
    const settings = { protocol: own, base_url: "https://llm.example.com", api_key: null };
    const { plain, tools } = createCustom("own", own, settings).overhead;
    const alike = measured.filter(({ speaks }) => speaks === theirs);
    expect(alike.length).toBeGreaterThan(0);
    for (const { id, overhead } of alike) {
      expect(plain, id).toBeGreaterThanOrEqual(overhead.plain);
      expect(tools, id).toBeGreaterThanOrEqual(overhead.tools);
    }
  },
);
