/** Members that decide what a request may do and cost: of two with one name, the upstream might read the other one. */
import { type Json, objectOf } from "./json.ts";
import { eachMember } from "./json-edit.ts";

/** Decide as they stand at the top of a request. */
const DECIDING = namesOf(`
  model stream background n best_of num_generations service_tier serviceTier speed inference_geo
  max_tokens max_completion_tokens max_output_tokens max_tokens_to_sample
  thinking_budget enable_thinking reasoning_effort modalities response_modalities audio response_format
  tools tool_choice toolConfig tool_config function_call mcp_servers container connectors plugins data_sources
  messages contents input inputs requests prompt system systemInstruction system_instruction images
  previous_response_id previous_interaction_id conversation conversation_id agent agent_id
  cache_control cachedContent cached_content web_search_options search_parameters
`);

/** Hold members that all decide. */
const SETTINGS = namesOf(`
  generationConfig generation_config stream_options options thinking reasoning text output_config chat_template_kwargs extra_body
`);

/** Settings hold settings: `generationConfig.thinkingConfig.thinkingBudget`. Deeper, schemas begin. */
const MAX_DEPTH = 3;

/**
 * The first member that stands twice where it decides something, as its path; null where none does. The three are the
 * same document. Most need no more than searches by the engine. In linear time.
 */
export function findDuplicate(bytes: Uint8Array, text: string, request: Json): string | null {
  if (!mayRepeat(text, request)) return null;
  return duplicateIn(bytes, 0, (name) =>
    SETTINGS.has(name) ? MAX_DEPTH - 1 : DECIDING.has(name) ? 0 : null,
  );
}

function mayRepeat(text: string, request: Json): boolean {
  // An escaped letter may hide a name from the search.
  if (text.includes("\\u00")) return true;
  return Object.keys(request).some((name) => {
    if (SETTINGS.has(name) && objectOf(request[name]) !== null) return true;
    return (DECIDING.has(name) || SETTINGS.has(name)) && standsTwice(text, `"${name}"`);
  });
}

function standsTwice(text: string, quoted: string): boolean {
  return text.indexOf(quoted, text.indexOf(quoted) + 1) >= 0;
}

/** `depthOf`: how many levels of settings a member holds; null where it does not decide. */
function duplicateIn(
  bytes: Uint8Array,
  from: number,
  depthOf: (name: string) => number | null,
): string | null {
  const seen = new Set<string>();
  let found: string | null = null;
  eachMember(bytes, from, ({ name, valueStart }) => {
    const depth = found === null ? depthOf(name) : null;
    if (depth === null) return;
    if (seen.has(name)) found = name;
    seen.add(name);
    const inner = found === null && depth > 0 ? duplicateIn(bytes, valueStart, () => depth - 1) : null;
    if (inner !== null) found = `${name}.${inner}`;
  });
  return found;
}

function namesOf(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
