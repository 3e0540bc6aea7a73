/** What a function gave back. https://ai.google.dev/api/caching#FunctionResponse */
import { objectOf } from "../../json.ts";
import { noteUncarried, noteWrong } from "../findings.ts";
import type { TextPart, ToolResultPart } from "../form.ts";
import type { CallBook } from "./call-book.ts";
import { type Members, nameRest, passOver, readMembers, take, takeList, takeText } from "./members.ts";
import { readMedia } from "./read-media.ts";

/** A `functionResponse`. */
export function readResult(answer: Members, calls: CallBook): ToolResultPart {
  const name = takeText(answer, "name");
  if (!name) noteWrong(answer.findings, `${answer.path}.name`, "the name of the function that was called");
  const call = calls.answer(takeText(answer, "id") || null, name ?? "");
  const { text, isError } = readOutput(answer);
  const media = takeList(answer, "parts").flatMap((written) => {
    const part = readMembers(written, answer.findings);
    const medium = part && readMedia(part);
    if (part) nameRest(part);
    if (medium?.kind !== "audio") return medium ? [medium] : [];
    noteUncarried(answer.findings, written.path);
    return [];
  });
  // When the result is to be told matters in live sessions alone.
  passOver(answer, "scheduling");
  nameRest(answer);
  const said: readonly TextPart[] = text === "" ? [] : [{ kind: "text", text }];
  return { kind: "tool-result", ...call, content: [...said, ...media], isError };
}

/** Google's own words for the one member of a response; under any other name it is data. */
const NAMES = new Set(["output", "result", "error"]);

function readOutput(answer: Members): { readonly text: string; readonly isError: boolean } {
  const written = take(answer, "response");
  if (!written) return { text: "", isError: false };
  const response = objectOf(written.value);
  if (!response) noteWrong(answer.findings, written.path, "an object");
  const names = Object.keys(response ?? {});
  const [only] = names;
  if (only === undefined) return { text: "", isError: false };
  const isNamed = names.length === 1 && NAMES.has(only);
  const value = isNamed ? response?.[only] : response;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return { text, isError: isNamed && only === "error" };
}
