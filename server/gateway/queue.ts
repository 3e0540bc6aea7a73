/** A queue that anybody may leave from its middle, in constant time. Of who has left, nothing is kept. */

export interface Queue<Value> {
  readonly size: number;
  /** Puts a value at the end. The returned function takes it out, if it is still in. */
  add(value: Value): () => void;
  /** Takes out the first one; null when nobody is in. */
  shift(): Value | null;
}

interface Place<Value> {
  readonly value: Value;
  isIn: boolean;
  before: Place<Value> | null;
  after: Place<Value> | null;
}

/** An empty one. */
export function createQueue<Value>(): Queue<Value> {
  let first: Place<Value> | null = null;
  let last: Place<Value> | null = null;
  let size = 0;

  function remove(place: Place<Value>): void {
    if (!place.isIn) return;
    const { before, after } = place;
    if (before) before.after = after;
    else first = after;
    if (after) after.before = before;
    else last = before;
    // Who keeps the way out of a place must not keep its neighbours alive.
    place.before = null;
    place.after = null;
    place.isIn = false;
    size -= 1;
  }

  return {
    get size() {
      return size;
    },
    add(value) {
      const place: Place<Value> = { value, isIn: true, before: last, after: null };
      if (last) last.after = place;
      else first = place;
      last = place;
      size += 1;
      return () => remove(place);
    },
    shift() {
      if (!first) return null;
      const { value } = first;
      remove(first);
      return value;
    },
  };
}
