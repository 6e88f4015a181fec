import { Subject } from 'rxjs';
import { expect, test } from 'vitest';
import type { ContractEvent, PressureEvent } from '../../../contracts/events.ts';
import { pressureOf } from '../../../lab/compare/pressure-stream.ts';
import { boot } from '../../../lab/run/boot.ts';
import { runCell } from '../../../lab/run/cell.ts';
import type { CellOptions } from '../../../lab/run/cell-options.ts';
import type { PolicyServerPlan } from '../../../lab/run/server-plans.ts';
import { cloneKernel } from '../../../nucleus/kernel.ts';
import { stepKernel } from '../../../nucleus/scheduler.ts';
import { hashState } from '../../../sim-hw/state.ts';
import { cell, task, writing } from '../../support/cells.ts';
import { loop } from '../../support/reference-strings.ts';

const plan: PolicyServerPlan = {
  start: 0,
  replaceAt: 4_000_000,
  diesAt: null,
  period: 200_000,
  tasks: [
    { user: 0, weight: 2, priority: 0 },
    { user: 0, weight: 1, priority: 0 },
    { user: 1, weight: 1, priority: 1 },
  ],
  users: [
    { guaranteed: 40, held: 50 },
    { guaranteed: 20, held: 40 },
  ],
  successor: {
    users: [
      { guaranteed: 16, held: 24 },
      { guaranteed: 44, held: 60 },
    ],
  },
};

function world(more: Partial<PolicyServerPlan> = {}, rest: Partial<CellOptions> = {}): CellOptions {
  const tasks = ['index', 'scan', 'build'].map((name, at) =>
    task(name, writing(loop(30 + 5 * at, 20)), 'clock', 40, { extra: 20, initial: 'zero' }),
  );
  return cell(64, tasks, {
    slice: 100_000,
    terms: { term: 0, graceExtra: 200_000, graceShrink: 1_000_000, penalty: 'repossess' },
    oracles: true,
    policyServer: { ...plan, ...more },
    ...rest,
  });
}

function eventsOf(options: CellOptions): ContractEvent[] {
  const events: ContractEvent[] = [];
  const { oracles } = runCell({ ...options, observer: (event) => events.push(event) });
  expect(oracles.flatMap(({ violations }) => violations)).toEqual([]);
  return events;
}

test('[PS2] [PS6] replaced in the middle of a run: quotas change, no oracle objects, no page is lost', () => {
  const events = eventsOf(world());
  const overs = events.filter(({ kind }) => kind === 'policy');
  expect(overs.map(({ task: who }) => who)).toEqual(['policy', 'policy-successor']);
  const at = overs[1]?.at as number;
  expect(at).toBeGreaterThanOrEqual(4_000_000);
  const before = events.filter((event) => event.kind === 'contract' && event.at < at);
  const after = events.filter((event) => event.kind === 'contract' && event.at >= at);
  const largest = (list: ContractEvent[], name: string) =>
    Math.max(
      ...list.map((event) =>
        event.kind === 'contract' && event.task === name ? event.guaranteed : 0,
      ),
    );
  expect(largest(before, 'build')).toBe(20);
  expect(largest(after, 'build')).toBe(40);
  expect(runCell(world()).tasks.map(({ lostFaults }) => lostFaults)).toEqual([0, 0, 0]);
});

test.each([
  ['dies with nobody after it', { replaceAt: null, successor: null, diesAt: 3_000_000 }],
  ['dies and its successor stands by', { replaceAt: null, diesAt: 3_000_000 }],
  ['comes late', { start: 1_000_000 }],
] as const)('[PS3] [PS14] a policy server that %s: the run ends, no oracle objects', (_, more) => {
  const events = eventsOf(world(more));
  expect(events.filter(({ kind }) => kind === 'death')).toHaveLength(3);
  expect(events.some(({ kind }) => kind === 'policy')).toBe(true);
});

test('[PS3] on the clock of references too', () => {
  const references = { period: 200, replaceAt: 900 };
  const terms = { term: 0, graceExtra: 50, graceShrink: 100, penalty: 'repossess' } as const;
  const events = eventsOf(world(references, { clock: 'references', slice: 100, terms }));
  expect(events.filter(({ kind }) => kind === 'policy')).toHaveLength(2);
});

test('[TIME7] [PS4] a run cloned in the middle and continued ends as the original does', () => {
  const { kernel } = boot(world({}, { oracles: false }));
  for (let step = 0; step < 400; step++) stepKernel(kernel);
  const copy = cloneKernel(kernel);
  while (stepKernel(kernel));
  while (stepKernel(copy));
  const hash = (one: typeof kernel) =>
    hashState([one.state, one.receivers.map(({ state }) => state)]);
  expect(hash(copy)).toBe(hash(kernel));
});

test('[PS11] the stream of pressure: of one task or all, shares in their bounds, full within some', () => {
  const source = new Subject<ContractEvent>();
  const all: PressureEvent[] = [];
  const one: PressureEvent[] = [];
  pressureOf(source).subscribe((event) => all.push(event));
  pressureOf(source, 'scan').subscribe((event) => one.push(event));
  runCell({ ...world(), observer: (event) => source.next(event) });
  expect(one.length).toBeGreaterThan(5);
  expect(all.length).toBeGreaterThan(one.length);
  for (const { some, full, stalled, allocated, workingSet, available } of all) {
    for (const [window, share] of some.entries()) {
      expect(share).toBeLessThanOrEqual(1000);
      expect(full[window]).toBeLessThanOrEqual(share);
    }
    expect(stalled).toBeLessThanOrEqual(1000);
    expect(workingSet).toBeGreaterThanOrEqual(allocated);
    expect(available).toBeLessThanOrEqual(64);
  }
  expect(all.some(({ some }) => some[0] > 0)).toBe(true);
});

test('without a policy server nothing is different: none is booted, no table is written', () => {
  const { kernel } = boot(world({}, { policyServer: null }));
  expect(kernel.state.tasks.some(({ name }) => name.startsWith('policy'))).toBe(false);
  expect(kernel.state.stall).toBeNull();
});

test('[PS17] [SWAP29] quotas of swap: what its user may have a task stores, and more is lost and told', () => {
  const swap = {
    layers: [{ layer: 'waiting' as const, frames: 2 }, { layer: 'disk' as const }],
    quota: null,
  };
  const users = (pages: number) => [
    { guaranteed: 24, held: 30, swap: pages },
    { guaranteed: 16, held: 20 },
  ];
  const lost = [200, 30].map((pages) => {
    const { tasks, oracles } = runCell(
      world({ replaceAt: null, diesAt: 6_000_000, users: users(pages), successor: null }, { swap }),
    );
    expect(oracles.flatMap(({ violations }) => violations)).toEqual([]);
    return tasks.map(({ lostFaults }) => lostFaults);
  });
  expect(lost[0]).toEqual([0, 0, 0]);
  const [index, scan, build] = lost[1] as [number, number, number];
  expect(Math.min(index, scan)).toBeGreaterThan(0);
  expect(build).toBe(0);
});
