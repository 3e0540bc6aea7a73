/** Counting tokens by `auto`: where the provider that would answer can count, else a word about who can (SPEC 12.2). */
import { expect, test } from "bun:test";
import { type DataPlane, openDataPlane } from "../../support/data-plane.ts";
import { notesOf } from "../../support/governed.ts";
import { outcome, PROVIDERS } from "./routing-support.ts";

const PATH = "/agents/bot/auto/v1/messages/count_tokens";
const ASKED = { model: "claude-haiku-4-5", messages: [{ role: "user", content: "Hi" }] };

function count(plane: DataPlane, body: string, path = PATH): Promise<Response> {
  return plane.send(path, { method: "POST", headers: { "content-type": "application/json" }, body });
}

function open(agent = "{}"): DataPlane {
  const config = `${PROVIDERS}agents: { bot: ${agent} }`;
  return openDataPlane({ config, upstream: () => Response.json({ input_tokens: 3 }) });
}

test("it is asked of the model's provider, as it came", async () => {
  using plane = open();
  const body = JSON.stringify(ASKED, null, 1);
  const answer = await count(plane, body, `${PATH}?beta=true`);
  expect(await answer.json()).toEqual({ input_tokens: 3 });
  const [sent] = plane.sent;
  expect(sent?.url).toBe("https://api.anthropic.com/v1/messages/count_tokens?beta=true");
  expect(new TextDecoder().decode(sent?.body)).toBe(body);
  expect(sent?.headers.get("x-api-key")).toBe("sk-ant");
  expect(plane.calls()).toMatchObject([{ model: "claude-haiku-4-5", cost: 0 }]);
});

test("it is asked for the model that would answer in the place of the named one", async () => {
  using plane = open("{ provider: anthropic, model: claude-sonnet-4-5, fallback: [openai/gpt-4o] }");
  expect((await count(plane, JSON.stringify({ ...ASKED, model: "claude-x" }))).status).toBe(200);
  const sent = JSON.parse(new TextDecoder().decode(plane.sent[0]?.body));
  expect(sent).toEqual({ ...ASKED, model: "claude-sonnet-4-5" });
});

test("where that one cannot count, it says who can be asked by name", async () => {
  using plane = open("{ provider: openai, model: gpt-4o }");
  const answer = await count(plane, JSON.stringify(ASKED));
  expect([answer.status, outcome(answer)]).toEqual([400, "unsupported_translation"]);
  expect(await answer.text()).toContain("/agents/<name>/anthropic/…");
  expect(plane.sent).toHaveLength(0);
});

test.each([
  ["no model", JSON.stringify({ messages: [] }), "unserved_model"],
  ["no JSON", "model=claude", "invalid_json"],
  ["nothing", "", "invalid_json"],
])("it is refused in words where the body has %s", async (_name, body, reason) => {
  using plane = open();
  const answer = await count(plane, body);
  expect([answer.status, outcome(answer)]).toEqual([400, reason]);
  expect(await answer.json()).toMatchObject({ type: "error", error: { message: expect.any(String) } });
  expect(plane.sent).toHaveLength(0);
});

test("counting the same again and again is no loop of the agent", async () => {
  using plane = open("{ loops: { window: 4, threshold: 2, action: pause } }");
  for (let at = 0; at < 6; at++) expect((await count(plane, JSON.stringify(ASKED))).status).toBe(200);
  expect(notesOf(plane, "agent").map(({ event }) => event)).toEqual(["agent.created"]);
});

test("sent to the provider itself, it passes as it came, whatever it is", async () => {
  using plane = open();
  const answer = await count(plane, "not json", "/agents/bot/anthropic/v1/messages/count_tokens");
  expect(answer.status).toBe(200);
  expect(new TextDecoder().decode(plane.sent[0]?.body)).toBe("not json");
});
