/** Usage for a client, as `usageMetadata`. https://ai.google.dev/api/generate-content#UsageMetadata */
import type { Usage } from "../../../core/usage.ts";
import type { Json } from "../../json.ts";

/** The candidates leave thoughts out. What is not known is not told; negative figures are told as none. */
export function writeUsage(usage: Usage): Json {
  const input = told(usage.inputTokens);
  const output = told(usage.outputTokens);
  const thoughts = told(usage.reasoningTokens);
  return {
    ...given("promptTokenCount", input),
    ...given("cachedContentTokenCount", told(usage.cachedTokens)),
    ...given("candidatesTokenCount", output === null ? null : Math.max(0, output - (thoughts ?? 0))),
    ...given("thoughtsTokenCount", thoughts),
    totalTokenCount: (input ?? 0) + (output ?? 0),
  };
}

function told(count: number | null): number | null {
  return count === null ? null : Math.max(0, count);
}

function given(name: string, count: number | null): Json {
  return count === null ? {} : { [name]: count };
}
