/** What gateway.yaml says of the models of a provider. */
import { expect, test } from "bun:test";
import { readEdits } from "../../server/config/edits.ts";
import { parseConfig } from "../../server/config/load.ts";
import { renderProblem } from "../../server/config/problem.ts";
import { applyEdits } from "../../server/config/run-time.ts";
import { CONTEXT } from "./context.ts";

function parse(models: string) {
  return parseConfig(`providers: { openai: { models: ${models} } }`, CONTEXT);
}

test("windows and ceilings stand by model, and either may be left out", () => {
  const parsed = parse('{ "llama3*": { context: 8192 }, "*": { context: 4096, max_output: 1024 } }');
  if ("problems" in parsed) throw new Error("the file is refused");
  expect(parsed.settings.providers.openai?.models).toEqual({
    "llama3*": { context: 8_192, max_output: null },
    "*": { context: 4_096, max_output: 1_024 },
  });
});

test("they can be set while the gateway runs, over the file's", () => {
  const given = { providers: { openai: { models: { "llama3*": { context: 16_384 } } } } };
  const runTime = applyEdits(new Map(), readEdits([], given));
  const file = 'providers: { openai: { models: { "llama3*": { context: 8192, max_output: 9 } } } }';
  const parsed = parseConfig(file, { ...CONTEXT, runTime });
  if ("problems" in parsed) throw new Error("the change is refused");
  expect(parsed.settings.providers.openai?.models).toEqual({
    "llama3*": { context: 16_384, max_output: 9 },
  });
});

test("a ceiling of nothing, of text and a misspelt name are refused", () => {
  for (const wrong of ["{ max_output: 0 }", "{ context: many }", "{ max_outputs: 9 }"]) {
    const parsed = parse(`{ "*": ${wrong} }`);
    const problems = "problems" in parsed ? parsed.problems.map(renderProblem) : [];
    expect(problems, wrong).toHaveLength(1);
    expect(problems[0]).toContain("providers.openai.models");
  }
});
