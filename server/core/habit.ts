/**
 * What is usual for one agent: exponentially weighted mean and variance of a figure, and how far above it is unusual
 * (SPEC 11). Pure. Figures are compared by their logarithm, because costs and rates spread by factors: a few long
 * prompts among many short ones are nothing unusual.
 */

/** Plain JSON. `mean` and `variance` are those of ln(1 + figure). */
export interface Habit {
  /** Figures learnt from, up to LEARNING. */
  readonly learnt: number;
  readonly mean: number;
  readonly variance: number;
}

export const NO_HABIT: Habit = { learnt: 0, mean: 0, variance: 0 };

/** Figures that make a habit. Before that nothing is unusual. */
export const LEARNING = 20;

/** Standard deviations above the mean from which a figure is unusual. */
export const SIGMAS = 4;

/** Weight of the newest figure, once there is a habit. */
const WEIGHT = 0.05;

/** Least standard deviation, so that who always does the same may still do 2.7 times as much (e^(4 x 0.25)). */
const LEAST_SIGMA = 0.25;

/** Whether a figure (not negative) lies beyond the habit. Lower ones never do: less is no harm. */
export function isUnusual(habit: Habit, figure: number): boolean {
  return habit.learnt >= LEARNING && Math.log1p(figure) > habit.mean + reach(habit);
}

/** The habit with one figure (not negative) more. */
export function learn(habit: Habit, figure: number): Habit {
  // The first figures weigh alike, so that the very first does not linger.
  const weight = Math.max(WEIGHT, 1 / (habit.learnt + 1));
  const difference = bounded(habit, Math.log1p(figure) - habit.mean);
  const step = weight * difference;
  return {
    learnt: Math.min(habit.learnt + 1, LEARNING),
    mean: habit.mean + step,
    variance: (1 - weight) * (habit.variance + difference * step),
  };
}

/** One outlier must not make the next one look ordinary: none teaches more than the edge of what is usual. */
function bounded(habit: Habit, difference: number): number {
  if (habit.learnt < LEARNING) return difference;
  const most = reach(habit);
  return Math.min(Math.max(difference, -most), most);
}

function reach(habit: Habit): number {
  return SIGMAS * Math.max(LEAST_SIGMA, Math.sqrt(habit.variance));
}
