import { expect, test } from 'vitest';
import { jainIndex, totalsOf, withSlowdowns } from '../../../lab/compare/index.ts';
import type { TaskResult } from '../../../lab/results.ts';

const times = {
  program: 1,
  translation: 0,
  trap: 2,
  message: 0,
  scan: 0,
  zero: 0,
  ioWait: 7,
  cpuWait: 0,
  rest: 0,
};

function result(given: Partial<TaskResult>): TaskResult {
  const none = { references: 10, faults: 0, compulsoryFaults: 0, hardFaults: 0, softFaults: 0 };
  const more = { lostFaults: 0, pageIns: 0, pageOuts: 0, revocationsMet: 0 };
  const missed = { revocationsMissed: 0, revocationsPartly: 0 };
  const time = {
    regeneratedFaults: 0,
    messages: 0,
    virtualNs: 10,
    timeNs: times,
    stallNs: 9,
    faultNsMean: 0,
    faultNsP99: 0,
  };
  return {
    name: 't',
    ...none,
    ...more,
    ...missed,
    ...time,
    framesMean: 4,
    framesMax: 5,
    slowdown: null,
    ...given,
  };
}

test('Jain: 1 when all are alike, 1/n when one has all', () => {
  expect(jainIndex([3, 3, 3])).toBe(1);
  expect(jainIndex([1, 0, 0, 0])).toBe(0.25);
  expect(jainIndex([])).toBeNull();
});

test('slowdown is completion over completion alone; none for a task that was cut short', () => {
  const alone = [result({ virtualNs: 4 }), result({ references: 20 })];
  const slowed = withSlowdowns([result({}), result({})], alone);
  expect(slowed.map((task) => task.slowdown)).toEqual([2.5, null]);
});

test('totals: sums, weighted means, worst cases; hostile tasks count for no slowdown', () => {
  const tasks = [
    result({ faults: 3, faultNsMean: 10, faultNsP99: 12, slowdown: 2, framesMax: 9 }),
    result({ faults: 1, faultNsMean: 50, faultNsP99: 99, slowdown: 4 }),
    result({ faults: 4, slowdown: 100 }),
  ];
  const totals = totalsOf(tasks, [true, true, false], 7.5);
  expect(totals).toMatchObject({ faults: 8, faultNsMean: 10, faultNsP99: 99, slowdown: 3 });
  expect(totals).toMatchObject({ framesMean: 7.5, framesMax: 9, virtualNs: 30, jain: 0.9 });
  expect(totals.timeNs).toMatchObject({ program: 3, trap: 6, ioWait: 21 });
});

test('a bound without times has totals without times', () => {
  const blank = {
    virtualNs: null,
    timeNs: null,
    stallNs: null,
    faultNsMean: null,
    faultNsP99: null,
  };
  const totals = totalsOf([result(blank), result(blank)], [true, true], 0);
  expect(totals).toMatchObject({ ...blank, slowdown: null, jain: null });
});
