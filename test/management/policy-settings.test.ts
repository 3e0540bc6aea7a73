import { describe, expect, test } from "bun:test";
import type { PoliciesAnswer } from "../../server/management/wire/governance.ts";
import { type Harness, post, readError, startManagement } from "./support.ts";

const CONFIG = `policies:
  - { name: first, condition: "error_rate > 0.5", action: pause, mode: shadow }
  - { name: second, condition: "cost_today > 5", action: deny }
`;
const RULE = { condition: "cost_today > 9", action: "alert" };

async function list(api: Harness): Promise<(readonly [name: string, action: string, source: string])[]> {
  const { policies } = (await (await api.asAdmin("/api/policies")).json()) as PoliciesAnswer;
  return policies.map(({ name, action, source }) => [name, action, source] as const);
}

const put = (api: Harness, name: string, policy: object) =>
  api.asAdmin(`/api/policies/${name}`, { ...post(policy), method: "PUT" });
const remove = (api: Harness, name: string) => api.asAdmin(`/api/policies/${name}`, { method: "DELETE" });

describe("a policy", () => {
  test("is made under a new name, asked after the others, and gone again", async () => {
    await using api = startManagement({ config: CONFIG });
    const made = await api.asAdmin("/api/policies", post({ name: "third", ...RULE }));
    expect(await made.json()).toMatchObject({ name: "third", mode: "enforce", source: "runtime" });
    expect((await list(api)).map(([name]) => name)).toEqual(["first", "second", "third"]);
    expect(api.context.setup().policies).toHaveLength(3);
    expect((await remove(api, "third")).status).toBe(200);
    expect((await list(api)).map(([name]) => name)).toEqual(["first", "second"]);
    expect((await remove(api, "third")).status).toBe(404);
  });

  test("of the file is replaced in its place, and comes back", async () => {
    await using api = startManagement({ config: CONFIG });
    expect((await put(api, "first", RULE)).status).toBe(200);
    expect(await list(api)).toEqual([["first", "alert", "runtime"], ["second", "deny", "file"]]); // biome-ignore format: two
    const { policies } = (await (await remove(api, "first")).json()) as PoliciesAnswer;
    expect(policies[0]).toMatchObject({ name: "first", action: "pause", mode: "shadow", source: "file" });
  });

  test("of the file is removed for good, and may be made anew", async () => {
    await using api = startManagement({ config: CONFIG });
    const answer = await remove(api, "second");
    expect(await answer.json()).toMatchObject({ policies: [{ name: "first" }], removed: ["second"] });
    await api.context.reload();
    expect((await list(api)).map(([name]) => name)).toEqual(["first"]);
    expect((await remove(api, "second")).status).toBe(404);
    await put(api, "second", RULE);
    expect(await list(api)).toEqual([["first", "pause", "file"], ["second", "alert", "runtime"]]); // biome-ignore format: two
  });

  test("that was removed comes back when its run-time value is cleared", async () => {
    await using api = startManagement({ config: CONFIG });
    await remove(api, "first");
    await api.asAdmin("/api/config", { ...post({ policies: { first: null } }), method: "PATCH" });
    expect(await list(api)).toEqual([["first", "pause", "file"], ["second", "deny", "file"]]); // biome-ignore format: two
  });

  test("shadows one of the same name that the file brings later", async () => {
    await using api = startManagement({ config: CONFIG });
    await put(api, "late", RULE);
    api.configure(`${CONFIG}  - { name: late, condition: "true", action: pause }\n`);
    expect((await list(api)).at(-1)).toEqual(["late", "alert", "runtime"]);
    expect(await api.context.reload()).toMatchObject({ shadowed: ["policies.late"] });
  });
});

describe("a policy that cannot be", () => {
  test("for its name is refused", async () => {
    await using api = startManagement({ config: CONFIG });
    const taken = await api.asAdmin("/api/policies", post({ name: "first", ...RULE }));
    expect([taken.status, (await readError(taken)).code]).toEqual([409, "policy_exists"]);
    expect((await api.asAdmin("/api/policies", post(RULE))).status).toBe(400);
    expect((await api.asAdmin("/api/policies", post({ name: "a b", ...RULE }))).status).toBe(400);
    expect((await put(api, "third", { name: "other", ...RULE })).status).toBe(400);
    expect(await list(api)).toHaveLength(2);
  });

  test.each([
    [{ condition: "cost > 5", action: "deny" }, "there is no field"],
    [{ condition: "cost_today > 5" }, "action is missing"],
    [{ ...RULE, params: { duration: "1h" } }, "belongs to the action pause"],
    [{ ...RULE, colour: "red" }, "is not a setting"],
  ])("for what it says is refused: %j", async (policy, why) => {
    await using api = startManagement({ config: CONFIG });
    const answer = await put(api, "third", policy);
    expect(answer.status).toBe(400);
    expect((await readError(answer)).message).toContain(why);
    expect(await list(api)).toHaveLength(2);
  });
});
