/** With which ceiling a call is let in, and when the provider has to be told it. */
import { expect, test } from "bun:test";
import { afford } from "../../server/gateway/afford.ts";
import { createStakes, NO_CAPS } from "../../server/gateway/stakes.ts";
import { account, PLAN } from "./hold-support.ts";

function affordWith(total: number | null, plan = PLAN, canLower = true) {
  const caps = () => ({ ...NO_CAPS, total });
  const charged = [{ scope: "agent", name: "a", account: account(), caps }] as const;
  return afford(createStakes(charged, plan), plan, canLower);
}

const GUESS = { ...PLAN, isUnkept: true };

test("a guessed ceiling is told where a money cap would not hold without it, and nowhere else", () => {
  expect(affordWith(1_000_000, GUESS)).toMatchObject({ grant: { ceiling: 8_000, told: 8_000 } });
  expect(affordWith(null, GUESS)).toMatchObject({ grant: { ceiling: 8_000, told: null } });
  expect(affordWith(1_000_000)).toMatchObject({ grant: { ceiling: 8_000, told: null } });
  expect(affordWith(1_000_000, GUESS, false)).toMatchObject({ grant: { told: null } });
});

test("a ceiling that the cap does not afford is lowered and told; each choice has its part", () => {
  const plan = { ...PLAN, choices: 2 };
  expect(affordWith(50_010, plan)).toMatchObject({ grant: { ceiling: 4_000, told: 2_000 } });
  expect(affordWith(50_010, plan, false)).toMatchObject({ kind: "exceeded" });
});
