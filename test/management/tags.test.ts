import { expect, test } from "bun:test";
import type { AgentStatus } from "../../server/management/wire/status.ts";
import { startManagement } from "./support.ts";

test("an agent's configured tags are told beside those that its calls declare, each once", async () => {
  await using api = startManagement({ config: "agents: { researcher: { tags: [eu, prod] } }\n" });
  const tagsOf = async () =>
    ((await (await api.asAdmin("/api/agents/researcher")).json()) as AgentStatus).tags;
  expect(await tagsOf()).toEqual(["eu", "prod"]);
  api.setAgent("researcher", { tags: [] });
  expect(await tagsOf()).toEqual(["eu", "prod"]);
  api.setAgent("researcher", { tags: ["version=2", "eu"] });
  expect(await tagsOf()).toEqual(["eu", "prod", "version=2"]);
});
