/** A list in the form of genai-prices (https://github.com/pydantic/genai-prices): the bundled one or a file. */
import { findProvider, type Provider as ListedProvider } from "@pydantic/genai-prices";
import { findPrice, type Price } from "./listed-price.ts";

/** Who serves the model, as the list may know it. */
export interface Seller {
  /** Its base URL: the list has patterns for them. */
  readonly base: string;
  /** Its id in the list, for a provider that is known by name. */
  readonly id: string | null;
}

export interface PriceList {
  /** The model's price at its seller, or null when the list does not have it. */
  find(seller: Seller, model: string): Price | null;
}

/** What is wrong with the text of a price list, as a sentence; null when it can be used. */
export function checkPriceList(text: string): string | null {
  return parseList(text)
    ? null
    : "it must be a JSON list of providers with `id` and `models`, as genai-prices has it";
}

/** The list in a file's text, else (null) the bundled one. A text that `checkPriceList` objects to is a defect. */
export function createPriceList(text: string | null): PriceList {
  const list = text === null ? null : parseList(text);
  if (text !== null && list === null) throw new Error(`pricing.file: ${checkPriceList(text)}`);
  return {
    find(seller, model) {
      for (const provider of sellers(list, seller)) {
        for (const name of namesOf(model)) {
          const price = findPrice(provider, name);
          if (price) return price;
        }
      }
      return null;
    },
  };
}

function sellers(list: readonly ListedProvider[] | null, { base, id }: Seller): ListedProvider[] {
  const byBase = list
    ? list.find((one) => new RegExp(`^(?:${one.api_pattern})`).test(base))
    : findProvider({ providerApiUrl: base });
  const byId =
    id === null ? undefined : list ? list.find((one) => one.id === id) : findProvider({ providerId: id });
  return [byBase, byId].filter((one) => one !== undefined);
}

/** A model's name, and without what some clients put before it: `models/gemini-x`, `openai/gpt-x`. */
function namesOf(model: string): string[] {
  const slash = model.lastIndexOf("/");
  return slash < 0 ? [model] : [model, model.slice(slash + 1)];
}

function parseList(text: string): ListedProvider[] | null {
  const list = parse(text);
  return Array.isArray(list) && list.every(isProvider) ? list : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON, so no list: the owner is told.
    return null;
  }
}

function isProvider(value: unknown): value is ListedProvider {
  if (typeof value !== "object" || value === null) return false;
  const { id, models, api_pattern } = value as Partial<ListedProvider>;
  return typeof id === "string" && Array.isArray(models) && isPattern(api_pattern);
}

function isPattern(value: unknown): boolean {
  if (typeof value !== "string") return false;
  try {
    return new RegExp(value) instanceof RegExp;
  } catch {
    // Not a regular expression of this language.
    return false;
  }
}
