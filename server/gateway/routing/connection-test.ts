/** The connection test: a model's name that asks for nothing but a sign of life (SPEC 12.2). */
import type { Instant } from "../../core/duration.ts";
import { protocols } from "../../protocols/index.ts";
import type { Operation } from "../../providers/provider.ts";
import type { Prepared } from "../prepare.ts";
import type { Visit } from "../refuse.ts";
import type { AgentTerms } from "../terms.ts";

const TEST_MODELS: ReadonlySet<string> = new Set(["tollgate-proxy", "agentgazer-proxy"]);

/** Whether a call to nobody in particular is one. */
export function isConnectionTest(model: string | null): boolean {
  return model !== null && TEST_MODELS.has(model);
}

/** An answer of the model, whole or as a stream, that says that it works and what comes next. */
export function answerConnectionTest(
  { id }: Visit,
  agent: string,
  { dialect, name, streamFraming }: Operation,
  { model, stream, demand }: Prepared,
  terms: Pick<AgentTerms, "provider" | "model">,
  now: Instant,
): Response {
  const { contentType, body } = protocols.get(dialect).renderReply(describeConnection(agent, terms), {
    requestId: id,
    id,
    model,
    operation: name,
    stream,
    framing: streamFraming,
    usageChunk: demand.usageChunk,
    now,
  });
  const headers = { "content-type": contentType, "x-tollgate-request-id": id, "x-tollgate-agent": agent };
  return new Response(body, { headers });
}

function describeConnection(
  agent: string,
  { provider, model }: Pick<AgentTerms, "provider" | "model">,
): string {
  const served = [provider, model].filter((part) => part !== null).join("/");
  const next =
    served === ""
      ? `Next: name a model, or set agents.${agent}.provider and agents.${agent}.model.`
      : `Next: send a request with any model; ${served} serves it.`;
  return `Tollgate connected successfully for agent '${agent}'. ${next}`;
}
