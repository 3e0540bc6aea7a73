import { expect, test } from "bun:test";
import { renderDashboardCommand } from "../../server/cli/start.ts";

test.each([
  [{}, "tollgate dashboard"],
  [{ config: "gateway.yaml" }, "tollgate dashboard -c gateway.yaml"],
  [{ "data-dir": "./data" }, "tollgate dashboard --data-dir ./data"],
  [{ config: "a.yaml", "data-dir": "/my data" }, "tollgate dashboard -c a.yaml --data-dir '/my data'"],
  [{ config: "it's.yaml" }, "tollgate dashboard -c 'it'\\''s.yaml'"],
])("the banner's hint finds the gateway that was started with %p", (options, command) => {
  expect(renderDashboardCommand(options)).toBe(command);
});
