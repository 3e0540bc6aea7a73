/** What a user or a tool shows to the model: texts, images, files. */
import type { Json } from "../../json.ts";
import { writeDataUrl } from "../data-url.ts";
import type { DocumentPart, Part } from "../form.ts";

/** The part of a content; null for what stands elsewhere. */
export function writeShown(part: Part): Json | null {
  switch (part.kind) {
    case "text":
      return { type: "input_text", text: part.text };
    case "image": {
      const { source, detail = "auto" } = part;
      if (source.kind === "text") return null;
      const image_url = source.kind === "url" ? source.url : writeDataUrl(source);
      return { type: "input_image", image_url, detail };
    }
    case "document":
      return writeFile(part);
    default:
      return null;
  }
}

/** Files are known by the ending of their name; one that is fetched has its own. */
function writeFile({ source, name }: DocumentPart): Json {
  switch (source.kind) {
    case "url":
      return { type: "input_file", file_url: source.url };
    case "base64":
      return {
        type: "input_file",
        filename: fileName(name, source.mediaType === "application/pdf" ? "pdf" : null),
        file_data: writeDataUrl(source),
      };
    case "text": {
      const data = Buffer.from(source.text).toString("base64");
      const file_data = writeDataUrl({ mediaType: "text/plain", data });
      return { type: "input_file", filename: fileName(name, "txt"), file_data };
    }
  }
}

function fileName(name: string | null, ending: string | null): string {
  const base = name ?? "document";
  return ending === null || /\.\w{1,8}$/.test(base) ? base : `${base}.${ending}`;
}
