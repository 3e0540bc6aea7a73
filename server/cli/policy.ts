import { defineCommand } from "citty";
import { addPolicyCommand, removePolicyCommand } from "./policy-change.ts";
import { listPoliciesCommand } from "./policy-list.ts";
import { testPolicyCommand } from "./policy-test.ts";
import type { Terminal } from "./terminal.ts";

/** Everything about the rules over what agents do (SPEC 10). */
export function policyCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "policy", description: "List policies, change them, or try them out on what has happened" },
    subCommands: {
      list: listPoliciesCommand(terminal),
      add: addPolicyCommand(terminal),
      remove: removePolicyCommand(terminal),
      test: testPolicyCommand(terminal),
    },
  });
}
