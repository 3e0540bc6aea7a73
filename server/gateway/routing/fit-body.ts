/** What changes in a body that goes on without translation: somebody else answered earlier, or another host takes it. */
import type { Dialect } from "../../core/call.ts";
import type { Refusal } from "../../core/refusal.ts";
import { editDocument } from "../../protocols/json-cut.ts";
import { hasManyValues } from "../../protocols/json-values.ts";
import { fitHost } from "../../protocols/translation/chat/fit-host.ts";
import {
  leaveOffThinking,
  mayLackThinking,
} from "../../protocols/translation/messages/leave-off-thinking.ts";
import { mayBeSealed, stripSeals } from "../../protocols/translation/strip-seals.ts";
import type { HostTakes } from "../../protocols/translation/takes.ts";
import type { Prepared } from "../prepare.ts";
import { tooManyValues } from "./too-many-values.ts";

export interface FittedBody {
  /** All of its bytes but those that had to change (SPEC 12.4). */
  readonly plain: Uint8Array<ArrayBuffer>;
  /** What this one request does without, as the client calls it. */
  readonly dropped: readonly string[];
}

/**
 * The body for a provider that speaks as the client does: without what providers of other formats have thought, which
 * nobody else understands, and without asking to think where that cannot be. `takes`: what its host takes otherwise; null
 * where that is the one that it was written for. Null: it goes as it came. A conversation of too many values is not looked
 * into: it goes as it came to whom it was written for, and to nobody else.
 */
export function fitBody(
  { plain, document }: Pick<Prepared, "plain" | "document">,
  dialect: Dialect,
  model: string | null,
  takes: HostTakes | null,
): FittedBody | Refusal | null {
  if (!plain || !document) return null;
  const host = dialect === "openai-chat" && Array.isArray(document.messages) ? takes : null;
  const isSealed = mayBeSealed(plain, dialect);
  const isThinking = dialect === "anthropic-messages" && mayLackThinking(document, model ?? "");
  const isLookedInto = isSealed || isThinking || host?.callIds !== undefined;
  if (isLookedInto && hasManyValues([decoder.decode(plain)])) return takes && tooManyValues();
  const seals = isSealed ? stripSeals(document, dialect) : null;
  const thinking = isThinking ? leaveOffThinking(document, model ?? "") : null;
  const fitted = host ? fitHost(plain, document, host) : plain;
  if (!seals && !thinking && fitted === plain) return null;
  const edits = new Map([...(seals ?? []), ...(thinking ?? [])]);
  return {
    plain: edits.size === 0 ? fitted : editDocument(fitted, edits),
    dropped: [...(thinking?.keys() ?? [])].map(String),
  };
}

const decoder = new TextDecoder();
