/** Waiting for what happens instead of for time to pass. */

/** Things that arrive one by one: `next` resolves with the oldest not yet taken, waiting when there is none. */
export interface Arrivals<T> {
  push(item: T): void;
  next(): Promise<T>;
  /** How many have arrived and nobody has taken. */
  readonly waiting: number;
}

export function createArrivals<T>(): Arrivals<T> {
  const items: T[] = [];
  const takers: ((item: T) => void)[] = [];
  return {
    push(item) {
      const taker = takers.shift();
      if (taker) taker(item);
      else items.push(item);
    },
    next() {
      const item = items.shift();
      if (item !== undefined) return Promise.resolve(item);
      return new Promise((resolve) => takers.push(resolve));
    },
    get waiting() {
      return items.length;
    },
  };
}

/** The promise's value, or an error that names `what` did not happen: a hang becomes a sentence. */
export async function within<T>(promise: Promise<T>, what: string, limit = 15_000): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`did not happen within ${limit} ms: ${what}`)), limit);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Looks again until `look` gives something other than null: for what another process writes and cannot signal. The
 * limit is a bound on failure, not a wait.
 */
export async function until<T>(
  look: () => T | null | Promise<T | null>,
  what: string,
  limit = 15_000,
): Promise<T> {
  const deadline = performance.now() + limit;
  while (performance.now() < deadline) {
    const found = await look();
    if (found !== null) return found;
    await Bun.sleep(5);
  }
  throw new Error(`did not happen within ${limit} ms: ${what}`);
}
