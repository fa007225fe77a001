import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { DeadlineQueue, NOT_WAITING, type Waiting } from "../../src/machine/deadline-queue.ts";

const changes = fc.array(fc.tuple(fc.nat({ max: 14 }), fc.option(fc.nat({ max: 20 }), { nil: undefined })), {
  maxLength: 200,
});

test.prop([changes])(
  "however deadlines change, the first is the earliest, and of one time the lowest in order",
  (steps) => {
    const queue = new DeadlineQueue<Waiting>();
    const all: Waiting[] = Array.from({ length: 15 }, (_, order) => ({ ...NOT_WAITING, order: (order * 7) % 15 }));
    for (const [index, due] of steps) {
      queue.set(all[index]!, due);
      const waiting = all.filter((one) => one.due !== Number.POSITIVE_INFINITY);
      const [earliest] = waiting.sort((a, b) => a.due - b.due || a.order - b.order);
      expect(queue.first).toBe(earliest);
    }
    const left: number[] = [];
    for (let first = queue.first; first !== undefined; first = queue.first) {
      left.push(first.due * 100 + first.order);
      queue.set(first, undefined);
    }
    expect(left).toEqual(left.toSorted((a, b) => a - b));
    expect(all.every((one) => one.place === -1)).toBe(true);
  },
);

test("a cleared queue lets everyone go", () => {
  const queue = new DeadlineQueue<Waiting>();
  const waiting: Waiting = { ...NOT_WAITING, order: 0 };
  queue.set(waiting, 5);
  queue.clear();
  expect([queue.first, waiting.due]).toEqual([undefined, Number.POSITIVE_INFINITY]);
  queue.set(waiting, 5);
  expect(queue.first).toBe(waiting);
});
