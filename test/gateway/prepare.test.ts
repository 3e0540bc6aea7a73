import { describe, expect, test } from "bun:test";
import { isFree } from "../../server/gateway/metered.ts";
import { type Prepared, prepareRequest } from "../../server/gateway/prepare.ts";
import { createProviders } from "../../server/providers/index.ts";

const openai = createProviders({}).find("openai");

/** What is read of a post to OpenAI. */
async function prepare(rest: string, body: BodyInit, headers: HeadersInit = {}) {
  if (!openai) throw new Error("openai is not known");
  const request = new Request("http://host", { method: "POST", body, headers });
  const { operation } = openai.locate({ method: "POST", rest, query: "", headers: request.headers });
  const bytes = new Uint8Array(await request.arrayBuffer());
  const memory = { limit: 1e9, used: 0 };
  const prepared = await prepareRequest(openai, operation, bytes, request.headers, 1e7, memory);
  return { operation, prepared, bytes };
}

/** Of a request that is not refused. */
async function prepared(rest: string, body: BodyInit): Promise<Prepared> {
  const { prepared } = await prepare(rest, body);
  if ("reason" in prepared) throw new Error(prepared.message);
  return prepared;
}

function upload(): FormData {
  const form = new FormData();
  form.set("file", new Blob([new Uint8Array(30_000)]), "a.mp3");
  form.set("model", "gpt-4o-transcribe");
  return form;
}

describe("an upload", () => {
  test("of sound says which model it is for, and goes as it came", async () => {
    const { prepared, bytes } = await prepare("v1/audio/transcriptions", upload());
    expect(prepared).toMatchObject({ model: "gpt-4o-transcribe", isJson: false, lower: null });
    expect("body" in prepared && prepared.body).toBe(bytes);
  });

  test("counts as sound at its slowest", async () => {
    const { input } = await prepared("v1/audio/translations", upload());
    expect(input.textBytes).toBe(0);
    expect(input.mediaTokens).toBeGreaterThan(10_000);
  });

  test("of images says its model and how many are made; each image that it brings counts as one", async () => {
    const form = upload();
    form.set("n", "3");
    form.set("prompt", "x".repeat(300));
    const { model, demand, input } = await prepared("v1/images/edits", form);
    expect({ model, choices: demand.choices }).toEqual({ model: "gpt-4o-transcribe", choices: 3 });
    expect(input).toEqual({ textBytes: 318, mediaTokens: 5_000 });
  });

  test("of images that cannot be read may ask for as many as there are", async () => {
    const form = upload();
    form.append("n", "1");
    form.append("n", "2");
    const { model, demand, input } = await prepared("v1/images/variations", form);
    expect({ model, choices: demand.choices }).toEqual({ model: null, choices: 10 });
    expect(input.mediaTokens).toBeGreaterThan(10_000);
  });

  test("that is compressed is not looked into", async () => {
    const { prepared } = await prepare("v1/audio/transcriptions", new Uint8Array(9), {
      "content-type": "multipart/form-data; boundary=x",
      "content-encoding": "gzip",
    });
    expect("model" in prepared && prepared.model).toBeNull();
  });
});

describe("a body in which something stands twice", () => {
  test("is refused where that decides, at the top and in settings, and says where", async () => {
    const body = (text: string) => prepare("v1/responses", `{"model":"gpt-5","input":"x",${text}}`);
    const { prepared: twice } = await body('"reasoning":{"effort":"none","effort":"high"}');
    expect(twice).toMatchObject({ reason: "invalid_request" });
    expect("message" in twice && twice.message).toContain("`reasoning.effort`");
    expect((await body('"previous_response_id":null,"previous_response_id":"r"')).prepared).toMatchObject({
      reason: "invalid_request",
    });
    expect((await body('"metadata":{"a":1,"a":2}')).prepared).toMatchObject({ model: "gpt-5" });
  });
});

describe("what costs nothing", () => {
  test("is counting the input of a response and stopping its making", async () => {
    for (const path of [
      "v1/responses/input_tokens",
      "v1/responses/resp_1/cancel",
      "v1/responses/resp_1/cancel/",
    ]) {
      const { operation, prepared } = await prepare(path, '{"model":"gpt-5"}');
      expect(isFree("POST", operation), path).toBe(true);
      expect(prepared, path).toMatchObject({ isJson: false, model: null });
    }
  });

  test("is not every post that ends alike", async () => {
    for (const path of [
      "v1/batches/b/cancel",
      "v1/responses/r/cancel/x",
      "v1/responses",
      "v1/input_tokens",
    ]) {
      expect(isFree("POST", (await prepare(path, '{"model":"m"}')).operation), path).toBe(false);
    }
  });
});
