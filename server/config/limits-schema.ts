/** What may be limited, for whomever it is: money, requests, rates. */
import { integer, limitOrNone, moneyOrNone, neededInteger, rate } from "./leaves.ts";
import { oneOrMore, section, sectionOrNone } from "./shapes.ts";

/** Every request in a window is remembered, so this bounds memory. */
const MOST_IN_WINDOW = { minimum: 1, maximum: 100_000 };
const MONTH_OF_SECONDS = { minimum: 1, maximum: 31 * 86_400 };

const slidingLimit = {
  max_requests: neededInteger(MOST_IN_WINDOW, "How many calls may begin within the window."),
  window_seconds: neededInteger(MONTH_OF_SECONDS, "How long the window is that slides along."),
};

/** At most so many calls within any window. */
export const slidingWindow = section(slidingLimit);

/** The same, or none. */
export function slidingWindowOrNone(description: string) {
  return sectionOrNone(slidingLimit, description);
}

/** Token buckets and sliding windows, one or a list. */
export function rateLimits(description: string) {
  return oneOrMore(rate("A token bucket: so many at once, refilled evenly."), slidingWindow, description);
}

/** Caps on what may be spent by `whom`: one agent, its owner, everyone. */
export function moneyCaps(whom: string) {
  return {
    max_cost_per_hour: moneyOrNone(`USD that ${whom} may spend in an hour of gateway.timezone.`),
    max_cost_per_day: moneyOrNone(`USD that ${whom} may spend in a day of gateway.timezone.`),
    max_cost_total: moneyOrNone(`USD that ${whom} may ever spend.`),
  };
}

const COUNT = { minimum: 0, maximum: Number.MAX_SAFE_INTEGER };

/** Quotas of one agent, and caps on each of its requests. */
export const quota = section({
  requests_per_hour: limitOrNone(COUNT, "Calls that may begin in an hour."),
  requests_per_day: limitOrNone(COUNT, "Calls that may begin in a day."),
  tokens_per_hour: limitOrNone(COUNT, "Tokens, input and output, in an hour."),
  tokens_per_day: limitOrNone(COUNT, "Tokens, input and output, in a day."),
  max_input_tokens: limitOrNone({ ...COUNT, minimum: 1 }, "Input tokens of one request, at most."),
  max_output_tokens: limitOrNone({ ...COUNT, minimum: 1 }, "Output tokens of one request, at most."),
});

/** How many of an agent's last requests are compared, and how many must be alike. */
export const LOOP_RANGE = { minimum: 2, maximum: 1000 };

export const loopWindow = integer(20, LOOP_RANGE, "How many of an agent's last requests are compared.");
export const loopThreshold = integer(10, LOOP_RANGE, "How many of them must be alike to be a loop.");
