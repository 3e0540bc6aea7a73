/** What a policy consists of. Its condition's fields are listed where they are evaluated. */
import {
  choice,
  duration,
  durationOrNone,
  integer,
  integerOrNone,
  neededChoice,
  neededText,
  rateOrNone,
} from "./leaves.ts";
import { list, section } from "./shapes.ts";

const DAY = 86_400_000;
const YEAR = 365 * DAY;

export const policy = section({
  name: neededText("tollgate-policy-name", "The rule's name; refusals, events and reports carry it."),
  condition: neededText("tollgate-condition", "A CEL expression over the agent's state."),
  action: neededChoice(["pause", "deny", "alert", "throttle"], "What happens when the condition is true."),
  mode: choice(["enforce", "shadow"], "enforce", "shadow only records what the rule would have done."),
  params: section({
    min_calls: integerOrNone(
      { minimum: 0, maximum: 1_000_000 },
      "Calls before the condition counts; left out, 10 where it reads error_rate, else none.",
    ),
    duration: durationOrNone(
      { minimum: 1_000, maximum: YEAR },
      "pause: for how long; left out, until a person resumes the agent.",
    ),
    cooldown: duration("15m", { minimum: 0, maximum: YEAR }, "alert: the least time between two of them."),
    channels: list(
      "tollgate-policy-name",
      "alert: the channels of alerts that are told; none, the logs alone.",
    ),
    rate: rateOrNone("throttle: what may still pass, such as 10/min."),
    delay_ms: durationOrNone(
      { minimum: 1, maximum: 60_000 },
      "throttle: how long each call is held back, in place of rate.",
    ),
    hold_seconds: integer(
      60,
      { minimum: 0, maximum: DAY / 1_000 },
      "throttle: how long it holds after the condition has ended.",
    ),
  }),
});
