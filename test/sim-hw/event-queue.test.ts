import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEventQueue, peekTime, popEvent, pushEvent } from '../../sim-hw/event-queue.ts';

type Row = [time: number, kind: number, a: number, b: number];

test('an empty queue has no time and pops nothing', () => {
  const q = createEventQueue(1);
  expect(peekTime(q)).toBe(Infinity);
  expect(popEvent(q)).toBe(false);
});

test('events of one moment come out in the order pushed', () => {
  const q = createEventQueue(2);
  for (let a = 0; a < 100; a++) pushEvent(q, 7, 1, a, ~a);
  for (let a = 0; a < 100; a++) {
    expect(popEvent(q)).toBe(true);
    expect([q.time, q.kind, q.a, q.b]).toEqual([7, 1, a, ~a]);
  }
});

test('a time that is not an integer is refused', () => {
  const q = createEventQueue(2);
  expect(() => pushEvent(q, 1.5, 0, 0, 0)).toThrow('event-queue');
  expect(() => pushEvent(q, Number.NaN, 0, 0, 0)).toThrow('event-queue');
});

test('agrees with a stable sort under any mix of pushes and pops, and when cloned midway', () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.nat(20) },
    { weight: 2, arbitrary: fc.constant(-1) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.nat(199), (steps, cloneAt) => {
      let q = createEventQueue(3);
      const model: Row[] = [];
      steps.forEach((time, at) => {
        if (at === cloneAt) q = structuredClone(q);
        if (time >= 0) {
          pushEvent(q, time * 2 ** 40, at, ~at, 1 << 30);
          model.push([time * 2 ** 40, at, ~at, 1 << 30]);
          return;
        }
        model.sort((x, y) => x[0] - y[0]);
        expect(peekTime(q)).toBe(model[0]?.[0] ?? Infinity);
        const expected = model.shift();
        expect(popEvent(q)).toBe(expected !== undefined);
        if (expected) expect([q.time, q.kind, q.a, q.b]).toEqual(expected);
        expect(q.size).toBe(model.length);
      });
    }),
    { seed: 1, numRuns: 300 },
  );
});
