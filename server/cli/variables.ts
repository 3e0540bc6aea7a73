/** Environment variables by the names that people give them. Pure. */

/** The variable in which people keep a provider's key: `NAME_API_KEY`. */
export function apiKeyVariable(provider: string): string {
  return `${provider.toUpperCase().replace(/[^A-Z0-9]/g, "_")}_API_KEY`;
}
