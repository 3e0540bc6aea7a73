import { describe, expect, test } from "bun:test";
import { runCli } from "../../server/cli/main.ts";
import { type Harness, NOON, startManagement } from "../management/support.ts";
import { fakeTerminal } from "./fake-terminal.ts";

const CONFIG = 'policies: [{ name: filed, condition: "cost_today > 5", action: deny }]\n';

async function run(api: Harness, ...words: string[]) {
  const terminal = fakeTerminal({ now: () => NOON });
  const code = await runCli(["policy", ...words, "--url", api.url, "--token", api.token], terminal);
  return { code, printed: terminal.printed, complained: terminal.complained };
}

const names = (api: Harness) => api.context.setup().policies.map(({ settings }) => settings.name);

describe("tollgate policy", () => {
  test("alone lists the rules in force with their source; as JSON the API's answer", async () => {
    await using api = startManagement({ config: CONFIG });
    await run(api, "add", "runaway", "cost_this_hour > 5", "--shadow");
    expect((await run(api)).printed).toEqual([
      "POLICY   ACTION  MODE     SOURCE   CONDITION",
      "filed    deny    enforce  file     cost_today > 5",
      "runaway  deny    shadow   runtime  cost_this_hour > 5",
    ]);
    const json = (await run(api, "list", "--json")).printed.join("\n");
    expect(JSON.parse(json)).toEqual(await (await api.asAdmin("/api/policies")).json());
  });

  test("teaches the next step while there is none", async () => {
    await using api = startManagement();
    const { code, printed, complained } = await run(api);
    expect([code, printed]).toEqual([0, []]);
    expect(complained[0]).toStartWith("No policy yet.");
  });
});

describe("tollgate policy add", () => {
  test("makes a rule with its parameters, in force at once", async () => {
    await using api = startManagement({ config: CONFIG });
    const how = ["--action", "pause", "--for", "10m", "--min-calls", "20"];
    expect(await run(api, "add", "shaky", "error_rate > 0.5", ...how)).toEqual({
      code: 0,
      printed: ["shaky is in force: pause where error_rate > 0.5."],
      complained: ["`tollgate policy test shaky` shows whom it would have hit."],
    });
    expect(names(api)).toEqual(["filed", "shaky"]);
    const shaky = api.context.setup().policies.find(({ settings }) => settings.name === "shaky");
    expect(shaky).toMatchObject({ minCalls: 20, settings: { params: { duration: 600_000 } } });
  });

  test("takes another's place only when told to", async () => {
    await using api = startManagement({ config: CONFIG });
    expect(await run(api, "add", "filed", "cost_today > 1")).toEqual({
      code: 1,
      printed: [],
      complained: ["tollgate: There is a policy filed already.", "--replace takes its place."],
    });
    const { printed } = await run(api, "add", "filed", "cost_today > 1", "--replace", "--shadow");
    expect(printed).toEqual(["filed records where it would deny: cost_today > 1."]);
    expect(names(api)).toEqual(["filed"]);
  });

  test("tells what is wrong with a condition, and makes nothing", async () => {
    await using api = startManagement({ config: CONFIG });
    const { code, complained } = await run(api, "add", "x", "cst_today > 1");
    expect(code).toBe(1);
    expect(complained[0]).toContain('there is no field "cst_today"');
    expect(names(api)).toEqual(["filed"]);
  });

  test.each([
    [[], "The policy's name is missing."],
    [["x"], "The condition is missing."],
    [["x", "true", "--min-calls", "few"], '--min-calls is "few"; expected a whole number.'],
  ])("with the words %j ends with 2", async (words, says) => {
    await using api = startManagement();
    const { code, complained } = await run(api, "add", ...words);
    expect(code).toBe(2);
    expect(complained[0]).toContain(says);
  });
});

describe("tollgate policy remove", () => {
  test("takes a rule out of force, the file's too, and brings back what lay underneath", async () => {
    await using api = startManagement({ config: CONFIG });
    await run(api, "add", "filed", "cost_today > 1", "--replace");
    expect((await run(api, "remove", "filed")).printed).toEqual(["filed is the file's again."]);
    expect((await run(api, "remove", "filed")).printed).toEqual(["filed is out of force."]);
    expect(names(api)).toEqual([]);
    expect((await run(api)).printed).toEqual(["Removed of the file's: filed."]);
  });

  test("of one that is not there names the one that was probably meant", async () => {
    await using api = startManagement({ config: CONFIG });
    const { code, complained } = await run(api, "remove", "file");
    expect(code).toBe(1);
    expect(complained[0]).toBe('tollgate: There is no policy "file"; did you mean filed?');
    expect(names(api)).toEqual(["filed"]);
  });
});
