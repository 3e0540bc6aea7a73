/**
 * A request of chat completions that goes to another host than it was written for, without translation: its bytes as they
 * came (SPEC 12.4), but for members that this host calls otherwise and for ids of calls that it would not take.
 */
import { isGiven } from "../../demand.ts";
import { type Json, listOf, objectOf } from "../../json.ts";
import { CUT, type Edit, editDocument, editInside } from "../../json-cut.ts";
import { fitId, type IdForm } from "../ids.ts";
import type { HostTakes } from "../takes.ts";

/** The body as the host takes it; the same one where nothing has to change. `document` is what it says. */
export function fitHost(
  body: Uint8Array<ArrayBuffer>,
  document: Json,
  takes: HostTakes,
): Uint8Array<ArrayBuffer> {
  const edits = editInside([
    ["messages", takes.callIds === undefined ? null : fitMessages(document, takes.callIds)],
    ...rename(document, "seed", takes.seed),
    ...rename(document, "user", takes.user),
    ...rename(document, "max_completion_tokens", takes.ceiling),
  ]);
  return edits?.kind === "inside" ? editDocument(body, edits.edits) : body;
}

type MemberEdit = readonly [string, Edit | null];

/** The member under the host's own name; null: it has none. A host of its own names may refuse all others. */
function rename(document: Json, name: string, own: string | null | undefined): readonly MemberEdit[] {
  if (own === undefined || document[name] === undefined) return [];
  if (own === null || isGiven(document[own])) return [[name, CUT]];
  // What is null there says nothing, and would stand twice.
  return [
    [own, CUT],
    [name, { kind: "rename", name: own }],
  ];
}

function fitMessages({ messages }: Json, form: IdForm): Edit | null {
  const edits = listOf(messages).map((message) => fitMessage(objectOf(message) ?? {}, form));
  return editInside(edits.entries());
}

function fitMessage(message: Json, form: IdForm): Edit | null {
  const calls = listOf(message.tool_calls).map((call) => editInside([fit(objectOf(call)?.id, "id", form)]));
  return editInside([
    fit(message.tool_call_id, "tool_call_id", form),
    ["tool_calls", editInside(calls.entries())],
  ]);
}

function fit(id: unknown, name: string, form: IdForm): MemberEdit {
  const fitted = typeof id === "string" ? fitId(id, form) : id;
  return [name, fitted === id ? null : { kind: "set", text: JSON.stringify(fitted) }];
}
