import { expect, test } from "bun:test";
import fc from "fast-check";
import { createQueue } from "../../server/gateway/queue.ts";

test("a queue keeps its order, whoever leaves it from wherever, however often they say so", () => {
  const step = fc.oneof(
    fc.constant({ type: "add" as const }),
    fc.constant({ type: "shift" as const }),
    fc.record({ type: fc.constant("leave" as const), who: fc.nat(60) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = createQueue<number>();
      const leave: (() => void)[] = [];
      let model: number[] = [];
      for (const each of steps) {
        if (each.type === "add") {
          model.push(leave.length);
          leave.push(queue.add(leave.length));
        } else if (each.type === "shift") {
          expect(queue.shift()).toBe(model.shift() ?? null);
        } else {
          leave[each.who]?.();
          model = model.filter((who) => who !== each.who);
        }
        expect(queue.size).toBe(model.length);
      }
      while (model.length > 0) expect(queue.shift()).toBe(model.shift() ?? null);
      expect(queue.shift()).toBeNull();
    }),
  );
});
