/**
 * A request of chat completions that goes to another host than it was written for, without translation: its bytes as they
 * came (SPEC 12.4), but for members that this host calls otherwise and for ids of calls that it would not take.
 */
import { isGiven } from "../../demand.ts";
import { type Json, listOf, objectOf } from "../../json.ts";
import { CUT, type Edit, editDocument, editInside } from "../../json-cut.ts";
import { findMember, splice } from "../../json-edit.ts";
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
    ["user", takes.user === null && document.user !== undefined ? CUT : null],
  ]);
  const edited = edits?.kind === "inside" ? editDocument(body, edits.edits) : body;
  const renamed = [
    ["seed", takes.seed],
    ["user", takes.user],
    ["max_completion_tokens", takes.ceiling],
  ] as const;
  return renamed.reduce((bytes, [name, own]) => rename(bytes, document, name, own ?? name), edited);
}

/** What stands under the host's own name already is left to the host. */
function rename(
  bytes: Uint8Array<ArrayBuffer>,
  document: Json,
  name: string,
  own: string,
): Uint8Array<ArrayBuffer> {
  if (own === name || document[name] === undefined || isGiven(document[own])) return bytes;
  const member = findMember(bytes, name);
  return member ? splice(bytes, member.keyStart, member.valueStart, `${JSON.stringify(own)}:`) : bytes;
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

function fit(id: unknown, name: string, form: IdForm): readonly [string, Edit | null] {
  const fitted = typeof id === "string" ? fitId(id, form) : id;
  return [name, fitted === id ? null : { kind: "set", text: JSON.stringify(fitted) }];
}
