import { expect, test } from "bun:test";
import { startManagement } from "./support.ts";

test("where events are reported is a secret: a token may stand in the address", async () => {
  const endpoint = "https://collect.example/in?token=t0p-secret-7b1f";
  await using api = startManagement({ config: `events: { endpoint: "${endpoint}" }` });
  expect(api.context.settings().events.endpoint).toBe(endpoint);
  const answer = await (await api.asAdmin("/api/config")).text();
  expect(answer).toContain('"path":"events.endpoint"');
  expect(answer).not.toContain("t0p-secret");
  expect(answer).not.toContain("collect.example");
});
