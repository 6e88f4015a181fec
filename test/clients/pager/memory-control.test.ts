import { expect, test } from 'vitest';
import type { ContractEvent } from '../../../contracts/events.ts';
import { boot } from '../../../lab/run/boot.ts';
import { runCell } from '../../../lab/run/cell.ts';
import type { CellOptions } from '../../../lab/run/cell-options.ts';
import { killServer } from '../../../nucleus/life.ts';
import { stepKernel } from '../../../nucleus/scheduler.ts';
import { cell, task, writing } from '../../support/cells.ts';
import { loop, randomPages } from '../../support/reference-strings.ts';

const program = writing(randomPages(5, 3000, 24));
const terms = { term: 0, graceExtra: 1e6, graceShrink: 1e8, penalty: 'kill' } as const;

function run(options: CellOptions) {
  const events: ContractEvent[] = [];
  const { tasks, oracles } = runCell({
    ...options,
    oracles: true,
    observer: (event) => events.push(event),
  });
  for (const { name, violations } of oracles) expect(violations, name).toEqual([]);
  const count = (kind: string) => events.filter((event) => event.kind === kind).length;
  return { tasks, events, count };
}

test('[REV2] an honest client returns what a notice asks for, in time, again and again', () => {
  const lender = task('lender', program, 'lru', 4, { extra: 12 });
  const other = task('other', program, 'clock', 12, { start: 4_000_000 });
  const { tasks, count } = run(cell(16, [lender, other], { terms }));
  expect(tasks[0]?.revocationsMet).toBeGreaterThan(0);
  expect(count('missed') + count('penalty')).toBe(0);
  expect(tasks.every(({ lostFaults }) => lostFaults === 0)).toBe(true);
});

test('[CON8] a client that renews keeps its contract to its end', () => {
  const short = { ...terms, term: 3_000_000 };
  const { count } = run(cell(8, [task('one', program, 'lru', 8)], { terms: short }));
  expect(count('renewal')).toBeGreaterThan(3);
  expect(count('expiry')).toBe(0);
});

test('[CON7] [CON10] one that does not falls back to nothing and proposes anew', () => {
  const short = { ...terms, term: 3_000_000 };
  const one = task('one', program, 'lru', 8, { renews: false });
  const { count, tasks } = run(cell(8, [one], { terms: short }));
  expect(count('expiry')).toBeGreaterThan(3);
  expect(count('contract')).toBe(count('expiry') + 1);
  expect(tasks[0]?.references).toBe(3000);
});

test('[CON5] a client that asks for less writes out and returns within the grace', () => {
  const renegotiate = [
    { at: 500, guaranteed: 3, extra: 0 },
    { at: 2000, guaranteed: 12, extra: 0 },
  ];
  const one = task('one', program, 'lru', 12, { renegotiate });
  const quick = { ...terms, graceShrink: 5_000_000 };
  const { count, tasks, events } = run(cell(12, [one], { terms: quick }));
  expect(count('shrink')).toBe(1);
  expect(count('missed')).toBe(0);
  const sizes = events.flatMap((event) => (event.kind === 'contract' ? [event.guaranteed] : []));
  expect(sizes).toEqual([12, 12]);
  expect(tasks[0]?.faults).toBeGreaterThan(
    run(cell(12, [task('one', program, 'lru', 12)])).tasks[0]?.faults ?? 0,
  );
});

test('[CON1] a proposal refused for want of frames is made again until it is admitted', () => {
  const brief = task('brief', writing(loop(6, 20)), 'lru', 6);
  const patient = task('patient', writing(loop(8, 20)), 'lru', 8, { start: 1000 });
  const { count, tasks } = run(cell(8, [brief, patient], { terms }));
  expect(count('contract')).toBe(2);
  expect(tasks.map(({ references }) => references)).toEqual([120, 160]);
});

/** A cell in which a second policy server, from 5 ms on, leaves its one task nothing. */
function decidedAway(term: number) {
  const quotas = (guaranteed: number) => [{ guaranteed, held: guaranteed }];
  return boot(
    cell(8, [task('one', program, 'lru', 8)], {
      terms: { ...terms, term, graceShrink: 2_000_000 },
      policyServer: {
        start: 0,
        replaceAt: 5_000_000,
        diesAt: null,
        period: 1_000_000,
        tasks: [{ user: 0, weight: 1, priority: 0 }],
        users: quotas(8),
        successor: { users: quotas(0) },
      },
    }),
  );
}

test('[CON8] a contract for nothing is renewed once a term, not without end', () => {
  const { kernel, clients } = decidedAway(3_000_000);
  const [one] = clients as [number];
  const renewals: number[] = [];
  kernel.observer = (event) => {
    const { kind, at } = event as ContractEvent;
    if (kind === 'renewal') renewals.push(at);
  };
  for (let steps = 0; steps < 5000 && kernel.state.nowNs < 30_000_000; steps++) stepKernel(kernel);
  expect(kernel.state.tasks[one]?.framesHeld).toBe(0);
  expect(renewals.length).toBeGreaterThan(5);
  const before = kernel.state.tasks[one]?.messages as number;
  while (kernel.state.nowNs < 60_000_000) stepKernel(kernel);
  expect((kernel.state.tasks[one]?.messages as number) - before).toBeLessThan(50);
});

test('[PS3] [CON10] what a policy took away a client asks for again, and has when that is gone', () => {
  const { kernel, clients } = decidedAway(0);
  const [one] = clients as [number];
  for (let steps = 0; steps < 5000 && kernel.state.nowNs < 30_000_000; steps++) stepKernel(kernel);
  expect(kernel.state.tasks[one]?.framesHeld).toBe(0);
  killServer(
    kernel,
    kernel.state.tasks.findIndex(({ name }) => name === 'policy-successor'),
  );
  for (let steps = 0; steps < 50_000 && stepKernel(kernel); steps++);
  expect(kernel.state.finished[one]?.references).toBe(3000);
});
