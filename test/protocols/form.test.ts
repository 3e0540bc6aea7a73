import { expect, test } from "bun:test";
import fc from "fast-check";
import { readForm } from "../../server/protocols/form.ts";

const TYPE = "multipart/form-data; boundary=abc";

const readFormModel = (body: Uint8Array, type: string | null) => readForm(body, type)?.model ?? null;

/** A form of parts, each a head and a content. */
function form(...parts: [head: string, content: string | Buffer][]): Buffer {
  const written = parts.flatMap(([head, content]) => [`--abc\r\n${head}\r\n\r\n`, content, "\r\n"]);
  return Buffer.concat([...written, "--abc--\r\n"].map((piece) => Buffer.from(piece as string)));
}

const field = (name: string): string => `Content-Disposition: form-data; name="${name}"`;
const file = 'Content-Disposition: form-data; name="file"; filename="a.mp3"\r\nContent-Type: audio/mpeg';
const SOUND = Buffer.alloc(200_000, 13);

test("the model is found before and after the file", () => {
  expect(readFormModel(form([field("model"), "whisper-1"], [file, SOUND]), TYPE)).toBe("whisper-1");
  expect(readFormModel(form([file, SOUND], [field("model"), "whisper-1"]), TYPE)).toBe("whisper-1");
  expect(readFormModel(form(["content-disposition: form-data; name=model", "whisper-1"]), TYPE)).toBe(
    "whisper-1",
  );
});

test("the form that fetch writes is read", async () => {
  const data = new FormData();
  data.set("file", new Blob([SOUND]), "a sound.mp3");
  data.set("model", "gpt-4o-transcribe");
  const request = new Request("http://host", { method: "POST", body: data });
  const type = request.headers.get("content-type");
  expect(readFormModel(new Uint8Array(await request.arrayBuffer()), type)).toBe("gpt-4o-transcribe");
});

test("what readers could disagree about names no model", () => {
  const model: [string, string] = [field("model"), "cheap"];
  const other = (head: string) => form(model, [head, "dear"]);
  const doubtful = [
    other(field("model")),
    other('CONTENT-DISPOSITION: form-data; NAME="model"'),
    other("Content-Disposition: form-data; name*=UTF-8''model"),
    other('Content-Disposition: form-data; name="a"; name="model"'),
    other("Content-Disposition: form-data; name=model"),
    other('Content-Disposition: form-data; name="file"; filename="a; name=\\"model\\""'),
    other(`${field("a")}\r\n${field("model")}`),
    other("X-None: 1"),
    form(model, [file, SOUND], [field("model"), "dear"]),
    form([field("model"), "x".repeat(300)]),
    form([field("model"), ""]),
    form(model).subarray(0, -8),
    form([file, "x"]),
    Buffer.from(form(model).toString().replace("--abc", "--abcd")),
    form(...Array.from({ length: 100 }, (_, at): [string, string] => [field(`f${at}`), "x"]), model),
  ];
  for (const body of doubtful) expect(readFormModel(body, TYPE), body.toString("latin1", 0, 300)).toBeNull();
  const plain = form(model);
  for (const type of [
    null,
    "application/json",
    "multipart/form-data",
    `${TYPE}; boundary=x`,
    "multipart/mixed; boundary=abc",
  ]) {
    expect(readFormModel(plain, type), String(type)).toBeNull();
  }
});

test("whatever the bytes, nothing throws and time stays linear", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("--abc", "\r\n", "\r\n\r\n", field("model"), "x", "--")),
      (pieces) => {
        const found = readFormModel(Buffer.from(pieces.join("")), TYPE);
        expect(found === null || found.length > 0).toBe(true);
      },
    ),
  );
  const started = performance.now();
  readFormModel(Buffer.from("\r\n--abc".repeat(2_000_000)), TYPE);
  readFormModel(Buffer.from(`--abc\r\n${"content-disposition: form-data;".repeat(500_000)}`), TYPE);
  expect(performance.now() - started).toBeLessThan(1_000);
});
