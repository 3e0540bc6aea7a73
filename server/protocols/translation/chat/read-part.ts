/** What the parts of a message's content mean. */
import { isGiven } from "../../demand.ts";
import { type Json, objectOf, textOf } from "../../json.ts";
import { parseDataUrl } from "../data-url.ts";
import { type Findings, noteOthers, noteUncarried, noteWrong } from "../findings.ts";
import type {
  AudioPart,
  DocumentPart,
  ImagePart,
  RefusalPart,
  Source,
  TextPart,
  ThinkingPart,
} from "../form.ts";
import { type Located, readObject, readObjects, readText } from "../read-members.ts";
import { CACHE_MARKS, readCacheMark } from "./read-cache.ts";
import { readThinkingPart } from "./thinking.ts";

/** Reads one kind of part; it gives none where that says nothing. */
export type PartReader<Part> = (findings: Findings, part: Json, path: string) => readonly Part[];

/** The kinds of parts that a role's content may hold, by their `type`. */
export type PartReaders<Part> = ReadonlyMap<string, PartReader<Part>>;

/** The parts of a content: a text, or a list of the kinds that `readers` know. Text that is empty says nothing. */
export function readContent<Part>(
  findings: Findings,
  message: Json,
  path: string,
  readers: PartReaders<Part>,
): readonly (Part | TextPart)[] {
  const { content } = message;
  if (typeof content === "string") return textParts(content, message);
  return readObjects(findings, message, path, "content").flatMap((one) => readPart(findings, one, readers));
}

function readPart<Part>(
  findings: Findings,
  { object: part, path }: Located,
  readers: PartReaders<Part>,
): readonly Part[] {
  const type = readText(findings, part, path, "type");
  const read = readers.get(type ?? "");
  if (type === null) noteWrong(findings, `${path}.type`, "the kind of the part");
  else if (!read) noteUncarried(findings, `${path}.type`, type);
  else noteOthers(findings, part, path, new Set(["type", type, ...CACHE_MARKS]));
  return read?.(findings, part, path) ?? [];
}

function textParts(text: string, marked: Json): readonly TextPart[] {
  return text === "" ? [] : [{ kind: "text", text, ...readCacheMark(marked) }];
}

function readTextPart(findings: Findings, part: Json, path: string): readonly TextPart[] {
  return textParts(readText(findings, part, path, "text") ?? "", part);
}

/** Compatible hosts write the URL with and without an object around it. */
function readImage(findings: Findings, part: Json, path: string): readonly ImagePart[] {
  const image = typeof part.image_url === "string" ? { url: part.image_url } : objectOf(part.image_url);
  const url = textOf(image?.url);
  if (!image || url === null) {
    noteWrong(findings, `${path}.image_url.url`, "the URL of an image");
    return [];
  }
  noteOthers(findings, image, `${path}.image_url`, new Set(["url", "detail"]));
  const source = readUrl(url);
  if (!source) {
    noteUncarried(findings, `${path}.image_url.url`);
    return [];
  }
  const detail = textOf(image.detail);
  const looked = detail === null || detail === "auto" ? {} : { detail };
  return [{ kind: "image", source, ...looked, ...readCacheMark(part) }];
}

function readAudio(findings: Findings, part: Json, path: string): readonly AudioPart[] {
  const audio = readObject(findings, part, path, "input_audio");
  const data = textOf(audio?.data);
  const format = textOf(audio?.format);
  if (!audio || data === null || format === null) {
    noteWrong(findings, `${path}.input_audio`, "an object with data and format");
    return [];
  }
  noteOthers(findings, audio, `${path}.input_audio`, new Set(["data", "format"]));
  const mediaType = format === "mp3" ? "audio/mpeg" : `audio/${format}`;
  return [{ kind: "audio", source: { kind: "base64", mediaType, data } }];
}

function readFile(findings: Findings, part: Json, path: string): readonly DocumentPart[] {
  const file = readObject(findings, part, path, "file");
  if (!file) {
    noteWrong(findings, `${path}.file`, "an object");
    return [];
  }
  // Files that were uploaded lie with one provider alone.
  noteOthers(findings, file, `${path}.file`, new Set(["file_data", "filename"]));
  if (!isGiven(file.file_data)) return [];
  const source = readDocument(textOf(file.file_data) ?? "");
  if (!source) {
    noteUncarried(findings, `${path}.file.file_data`);
    return [];
  }
  return [
    {
      kind: "document",
      source,
      name: readText(findings, file, `${path}.file`, "filename"),
      ...readCacheMark(part),
    },
  ];
}

function readDocument(url: string): Source | null {
  const data = parseDataUrl(url);
  if (data?.mediaType.startsWith("text/")) {
    return { kind: "text", text: Buffer.from(data.data, "base64").toString() };
  }
  return data?.mediaType === "application/pdf" ? { kind: "base64", ...data } : null;
}

function readRefusal(findings: Findings, part: Json, path: string): readonly RefusalPart[] {
  const text = readText(findings, part, path, "refusal");
  return text ? [{ kind: "refusal", text }] : [];
}

/** Null for a data URL that is not base64. */
function readUrl(url: string): Source | null {
  if (!/^data:/i.test(url)) return { kind: "url", url, mediaType: null };
  const data = parseDataUrl(url);
  return data && { kind: "base64", ...data };
}

/** Instructions. */
export const INSTRUCTION_PARTS: PartReaders<TextPart> = new Map([["text", readTextPart]]);

/** Results of tools: OpenAI takes text alone, some hosts also what is seen. */
export const RESULT_PARTS: PartReaders<TextPart | ImagePart | DocumentPart> = new Map<
  string,
  PartReader<TextPart | ImagePart | DocumentPart>
>([
  ["text", readTextPart],
  ["image_url", readImage],
  ["file", readFile],
]);

/** What a user says. */
export const USER_PARTS: PartReaders<TextPart | ImagePart | DocumentPart | AudioPart> = new Map<
  string,
  PartReader<TextPart | ImagePart | DocumentPart | AudioPart>
>([...RESULT_PARTS, ["input_audio", readAudio]]);

/** What an assistant said. Thinking stands here at Mistral's alone. */
export const ASSISTANT_PARTS: PartReaders<TextPart | RefusalPart | ThinkingPart> = new Map<
  string,
  PartReader<TextPart | RefusalPart | ThinkingPart>
>([
  ["text", readTextPart],
  ["refusal", readRefusal],
  ["thinking", (_findings, part) => [readThinkingPart(part)]],
]);
