/** What changes in a body that goes on without translation: somebody else answered earlier, or another host takes it. */
import type { Dialect } from "../../core/call.ts";
import { editDocument } from "../../protocols/json-cut.ts";
import { fitHost } from "../../protocols/translation/chat/fit-host.ts";
import { leaveOffThinking } from "../../protocols/translation/messages/leave-off-thinking.ts";
import { stripSeals } from "../../protocols/translation/strip-seals.ts";
import type { HostTakes } from "../../protocols/translation/takes.ts";
import type { Prepared } from "../prepare.ts";

export interface FittedBody {
  /** All of its bytes but those that had to change (SPEC 12.4). */
  readonly plain: Uint8Array<ArrayBuffer>;
  /** What this one request does without, as the client calls it. */
  readonly dropped: readonly string[];
}

/**
 * The body for a provider that speaks as the client does: without what providers of other formats have thought, which
 * nobody else understands, and without asking to think where that cannot be. `takes`: what its host takes otherwise, where
 * that is not the one that it was written for. Null: it goes as it came.
 */
export function fitBody(
  { plain, document }: Pick<Prepared, "plain" | "document">,
  dialect: Dialect,
  model: string | null,
  takes: HostTakes | undefined,
): FittedBody | null {
  if (!plain || !document) return null;
  const seals = stripSeals(plain, document, dialect);
  const thinking = dialect === "anthropic-messages" ? leaveOffThinking(document, model ?? "") : null;
  const isChat = dialect === "openai-chat" && Array.isArray(document.messages);
  const fitted = takes && isChat ? fitHost(plain, document, takes) : plain;
  if (!seals && !thinking && fitted === plain) return null;
  return {
    plain: editDocument(fitted, new Map([...(seals ?? []), ...(thinking ?? [])])),
    dropped: [...(thinking?.keys() ?? [])].map(String),
  };
}
