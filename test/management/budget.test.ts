import { expect, test } from "bun:test";
import { createClient } from "../../server/client.ts";
import { makeTally, post, readError, startManagement } from "./support.ts";

const CONFIG = `agents: { "*": { budget: { max_cost_per_day: 20 } }, researcher: { budget: { max_cost_per_hour: 5 } } }\n`;
const DOLLAR = 1_000_000_000;

function open() {
  const api = startManagement({ config: CONFIG });
  return Object.assign(api, { budget: createClient(api.url, api.token).api.budget });
}

test("a budget is told with what is spent, held and left of it, and who set each cap", async () => {
  await using api = open();
  const spent = makeTally({ costNano: 2 * DOLLAR });
  api.setAgent("researcher", { hour: spent, day: spent, total: spent });
  const agent = api.context.fleet.agents.get("researcher");
  if (agent) agent.money.held = DOLLAR / 2;
  expect((await api.budget({ id: "researcher" }).get()).data).toEqual({
    agent: "researcher",
    budget: { max_cost_per_hour: 5, max_cost_per_day: 20, max_cost_total: null, max_cost_per_request: null },
    sources: {
      max_cost_per_hour: "file",
      max_cost_per_day: "file",
      max_cost_total: "default",
      max_cost_per_request: "default",
    },
    spent: { hour: 2, day: 2, total: 2 },
    held: 0.5,
    left: { hour: 2.5, day: 17.5, total: null },
  });
});

test("caps are set by the short names and by the file's; null clears one and leaves the others", async () => {
  await using api = open();
  const budget = api.budget({ id: "researcher" });
  const set = await budget.put({ hourly: 1, max_cost_total: 100, daily: "unlimited" });
  expect(set.data).toMatchObject({
    budget: { max_cost_per_hour: 1, max_cost_per_day: null, max_cost_total: 100 },
    sources: { max_cost_per_hour: "runtime", max_cost_per_day: "runtime" },
    left: { hour: 1, day: null },
  });
  const cleared = await budget.put({ hourly: null });
  expect(cleared.data).toMatchObject({ budget: { max_cost_per_hour: 5, max_cost_total: 100 } });
});

test("a cap of nothing leaves nothing, and less than nothing is never left", async () => {
  await using api = open();
  const spent = makeTally({ costNano: 3 * DOLLAR });
  api.setAgent("researcher", { hour: spent, day: spent, total: spent });
  const answer = await api.budget({ id: "researcher" }).put({ hourly: 0, daily: 1 });
  expect(answer.data).toMatchObject({ left: { hour: 0, day: 0 } });
});

test("an agent that has never called may be given a budget; nobody's is not found", async () => {
  await using api = open();
  expect((await api.budget({ id: "nobody" }).get()).status).toBe(404);
  expect((await api.budget({ id: "nobody" }).put({ daily: null })).status).toBe(404);
  expect((await api.budget({ id: "fresh" }).put({ daily: 1 })).data).toMatchObject({ agent: "fresh" });
});

test.each([
  [{ hourly: -1 }, "expected USD from 0 to 9000000, or unlimited"],
  [{ hourly: "plenty" }, "agents.researcher.budget.max_cost_per_hour"],
  [{ hurly: 1 }, "is not a setting"],
  [{ hourly: 1, max_cost_per_hour: 2 }, "is given by two names"],
])("%j is refused", async (given, why) => {
  await using api = open();
  const answer = await api.asAdmin("/api/budget/researcher", { ...post(given), method: "PUT" });
  expect(answer.status).toBe(400);
  expect((await readError(answer)).message).toContain(why);
  expect(api.store.state.readSettings()).toEqual([]);
});
