import { expect, test } from 'vitest';
import type { ContractEvent } from '../../../contracts/events.ts';
import { OP } from '../../../contracts/messages.ts';
import { boot } from '../../../lab/run/boot.ts';
import { runCell } from '../../../lab/run/cell.ts';
import type { CellOptions } from '../../../lab/run/cell-options.ts';
import { termNow } from '../../../nucleus/clock.ts';
import type { Receiver } from '../../../nucleus/kernel.ts';
import { createMessage } from '../../../nucleus/messages.ts';
import { stepKernel } from '../../../nucleus/scheduler.ts';
import { PLAIN_PAGES } from '../../../paging/page-kinds.ts';
import type { PagerState } from '../../../paging/state.ts';
import { hashState } from '../../../sim-hw/state.ts';
import { cell, task, writing } from '../../support/cells.ts';
import { loop, randomPages } from '../../support/reference-strings.ts';

const PERIOD = 500_000;
const alike = { user: -1, weight: 1, priority: 0 };

/** `one` may borrow all of 64 frames but 8; `two` comes in the middle and is guaranteed half. */
function options(adapts: boolean): CellOptions {
  const one = task('one', writing(randomPages(3, 20_000, 200)), 'clock', 8, {
    extra: 56,
    adapts,
    kinds: { ...PLAIN_PAGES, discardable: [[0, 200]], regenerateNs: 1000 },
  });
  const two = task('two', writing(loop(32, 40)), 'clock', 32, { start: 20e6 });
  return cell(64, [one, two], {
    policyServer: {
      start: 0,
      replaceAt: null,
      diesAt: null,
      period: PERIOD,
      tasks: [alike, alike],
      users: [],
      successor: null,
    },
    oracles: true,
  });
}

function run(adapts: boolean) {
  const events: ContractEvent[] = [];
  const observer = (event: ContractEvent) => events.push(event);
  const { tasks, oracles } = runCell({ ...options(adapts), observer });
  for (const { name, violations } of oracles) expect(violations, name).toEqual([]);
  return { tasks, events };
}

/** Frames that `one` held, and what it was advised, at the end of each period. */
function pressures(events: readonly ContractEvent[]) {
  return events.flatMap((event) =>
    event.kind === 'pressure' && event.task === 'one' ? [event] : [],
  );
}

test('[POL13] it grows no faster than it is advised, and not beyond what is available', () => {
  const { events } = run(true);
  const told = pressures(events);
  expect(told.length).toBeGreaterThan(40);
  for (let at = 1; at < told.length; at++) {
    const { allocated, available, damping } = told[at - 1] as (typeof told)[number];
    const now = told[at]?.allocated as number;
    const step = damping === 0 ? 0 : 2 ** Math.abs(damping);
    const most = available >= allocated ? Math.min(available, allocated + step) : allocated;
    expect(now, `period ${at}`).toBeLessThanOrEqual(Math.max(8, most));
  }
  // Under pressure an eighth is taken off: it leaves frames free that it could have.
  const last = told.filter(({ at }) => at < 20e6).at(-1);
  expect(last?.allocated).toBeGreaterThan(40);
  expect(last?.allocated).toBeLessThan(64);
});

test('[POL13] it gives back before anybody calls: whoever comes finds free frames', () => {
  const [adapting, borrowing] = [true, false].map((adapts) => {
    const { events } = run(adapts);
    const free = events.find(({ kind, task: who }) => kind === 'wait' && who === 'two');
    return { waited: free?.at ?? Number.POSITIVE_INFINITY, last: pressures(events).at(-1) };
  });
  expect(borrowing?.waited).toBeLessThan(adapting?.waited as number);
});

test('[POL13] who does not adapt hears of nothing and borrows what it can get', () => {
  const { events, tasks } = run(false);
  expect(tasks[0]?.framesMax).toBe(64);
  expect(pressures(events).some(({ allocated }) => allocated === 64)).toBe(true);
});

test('[POL13] what it is guaranteed it keeps, however little is available', () => {
  const { events } = run(true);
  const settled = pressures(events).filter(({ at }) => at > 3e6);
  expect(Math.min(...settled.map(({ allocated }) => allocated))).toBeGreaterThanOrEqual(8);
});

test('[POL13] advice of anybody but the policy server changes nothing', () => {
  const world = boot(options(true));
  const [one, two] = world.clients as [number, number];
  while (termNow(world.kernel) < 10e6) stepKernel(world.kernel);
  const { step, state } = world.kernel.receivers[one] as Receiver;
  const pager = state as PagerState;
  const advise = (from: number) => {
    const message = { ...createMessage(), op: OP.advice, from, to: one, account: one, w1: 5 };
    step(world.kernel, state, message);
    return pager.held;
  };
  const before = hashState([pager]);
  const { held } = pager;
  expect(advise(two)).toBe(held);
  expect(hashState([pager])).toBe(before);
  expect(advise(two + 1)).toBe(Math.max(8, held - 32));
});
