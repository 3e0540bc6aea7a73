import type { ConfigContext } from "../../server/config/load.ts";
import { checkCondition } from "../../server/gateway/condition.ts";
import { ownerOfModel } from "../../server/providers/index.ts";

/** A machine that no test runs on, so that nothing of the real one can leak in. */
export const CONTEXT: ConfigContext = {
  file: "/etc/tollgate/gateway.yaml",
  env: {},
  home: "/home/ada",
  cwd: "/srv",
  zone: "Europe/Berlin",
  providers: ["openai", "anthropic", "google"],
  checkCondition,
  isKnownModel: (model) => ownerOfModel(model) !== null,
};
