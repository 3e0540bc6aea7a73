/** A whole answer as the stream that it would have been: for a client that asked for one and a provider that gave none. */
import type { AnswerPart, NeutralAnswer, NeutralEvent } from "./form.ts";
import { headOf } from "./parts.ts";

/** Every event of the stream, each part in one piece. */
export function tellAtOnce({ id, model, created, parts, finish, usage }: NeutralAnswer): NeutralEvent[] {
  return [
    { kind: "start", id, model, created },
    ...parts.flatMap(tellPart),
    ...(usage ? [{ kind: "usage", usage } as const] : []),
    { kind: "finish", finish },
    { kind: "end" },
  ];
}

function tellPart(part: AnswerPart, index: number): NeutralEvent[] {
  const text = part.kind === "tool-call" ? part.arguments : part.text;
  const { signature } = "signature" in part ? part : { signature: null };
  return [
    { kind: "part-start", index, part: headOf(part) },
    ...(text === "" ? [] : [{ kind: "piece", index, text } as const]),
    ...(signature ? [{ kind: "signature", index, signature } as const] : []),
    { kind: "part-end", index },
  ];
}
