/** Which result answers which call: by id, or where there is none by name and order. */

/** The call that a result answers; `name` is null where there is none. */
export interface AnsweredCall {
  readonly id: string;
  readonly name: string | null;
}

/** The calls of one conversation, as they are read. */
export interface CallBook {
  /** Notes a call and gives its id: its own, or one that no call before has. The same conversation gives the same. */
  call(id: string | null, name: string): string;
  /** The call that a result answers: the one with its id, else the first of its name that is not answered. */
  answer(id: string | null, name: string): AnsweredCall;
}

/** The calls of one function in their order; those before `next` are answered. */
interface Queue {
  readonly ids: string[];
  next: number;
}

/** No call yet. */
export function createCallBook(): CallBook {
  const names = new Map<string, string>();
  const answered = new Set<string>();
  const queues = new Map<string, Queue>();
  let made = 0;

  return {
    call(given, name) {
      const id = given ?? freshId();
      names.set(id, name);
      const queue = queues.get(name);
      if (queue) queue.ids.push(id);
      else queues.set(name, { ids: [id], next: 0 });
      return id;
    },
    answer(given, name) {
      const called = given === null ? undefined : names.get(given);
      if (given !== null && called !== undefined) {
        answered.add(given);
        return { id: given, name: called };
      }
      const waiting = firstWaiting(queues.get(name));
      if (waiting === null) return { id: given ?? freshId(), name: null };
      answered.add(waiting);
      return { id: waiting, name };
    },
  };

  function firstWaiting(queue: Queue | undefined): string | null {
    if (!queue) return null;
    while (answered.has(queue.ids[queue.next] ?? "")) queue.next++;
    return queue.ids[queue.next] ?? null;
  }

  function freshId(): string {
    while (names.has(`call_${made}`)) made++;
    return `call_${made++}`;
  }
}
