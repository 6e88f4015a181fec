import { expect, test } from 'vitest';
import { type HostileKind, hostileKinds } from '../../../clients/hostile/hostile.ts';
import type { ContractEvent } from '../../../contracts/events.ts';
import type { Penalty } from '../../../contracts/terms.ts';
import { boot } from '../../../lab/run/boot.ts';
import { runCell, runWorld } from '../../../lab/run/cell.ts';
import { KILLED } from '../../../nucleus/tasks.ts';
import { cell, task, writing } from '../../support/cells.ts';
import { randomPages } from '../../support/reference-strings.ts';

const FRAMES = 24;
const honest = task('honest', writing(randomPages(5, 1500, 20)), 'lru', 12, { start: 6_000_000 });

function beside(kind: HostileKind | null, penalty: Penalty) {
  const terms = { term: 0, graceExtra: 1e6, graceShrink: 1e8, penalty } as const;
  const events: ContractEvent[] = [];
  const program = writing(randomPages(7, 4000, 30));
  const hostile = task('hostile', program, 'fifo', 4, { extra: 20, hostile: kind });
  const tasks = kind === null ? [honest] : [honest, hostile];
  const options = { ...cell(FRAMES, tasks, { terms }), oracles: true };
  const observer = (event: ContractEvent) => events.push(event);
  return { events, options: { ...options, observer } };
}

function of(events: readonly ContractEvent[], kind: ContractEvent['kind']): ContractEvent[] {
  return events.filter((event) => event.kind === kind && event.task === 'hostile');
}

const alone = runCell(beside(null, 'repossess').options).tasks[0]?.faults;

test.each(hostileKinds)('beside a %s client the honest one faults as it does alone', (kind) => {
  for (const penalty of ['repossess', 'kill'] as const) {
    const { options } = beside(kind, penalty);
    const { tasks, oracles } = runCell(options);
    expect(tasks[0]?.faults).toBe(alone);
    expect(tasks[0]?.lostFaults).toBe(0);
    expect(tasks[1]?.framesMax).toBeGreaterThan(FRAMES / 4);
    for (const { name, violations } of oracles) expect(violations, name).toEqual([]);
  }
});

test('with no penalty the damage is there: the test above can fail', () => {
  // It asks for the other half of its frames once the hostile client has all that are free.
  const grown = [{ at: 100, guaranteed: 12, extra: 0 }];
  const grower = { ...honest, start: 0, guaranteed: 6, renegotiate: grown };
  const faults = (kind: HostileKind | null, penalty: Penalty) => {
    const { options } = beside(kind, penalty);
    return runCell({ ...options, tasks: [grower, ...options.tasks.slice(1)] }).tasks[0]?.faults;
  };
  const undisturbed = faults(null, 'none') as number;
  expect(faults('silent', 'repossess')).toBe(undisturbed);
  expect(faults('silent', 'none')).toBeGreaterThan(1.2 * undisturbed);
});

test.each(['silent', 'deaf', 'liar', 'hoarder'] as const)('a %s client misses and dies', (kind) => {
  const { options, events } = beside(kind, 'kill');
  const world = boot(options);
  world.kernel.observer = (event) => events.push(event as ContractEvent);
  runWorld(world);
  expect(world.kernel.state.tasks[world.clients[1] as number]?.status).toBe(KILLED);
  expect(of(events, 'penalty')).toHaveLength(1);
});

test('[REV4] a deaf client has not heard the notice it missed, a silent one has', () => {
  for (const [kind, heard] of [
    ['deaf', false],
    ['silent', true],
  ] as const) {
    const { options, events } = beside(kind, 'repossess');
    runCell(options);
    expect(of(events, 'missed')[0], kind).toMatchObject({ heard });
  }
});

test('[REV6] a hoarder under no penalty returns the rest late', () => {
  const { options, events } = beside('hoarder', 'none');
  runCell(options);
  const returns = of(events, 'return');
  expect(returns.some((event) => event.kind === 'return' && event.late)).toBe(true);
});

test('[MEM8] the lies of a liar are refused, each of them', () => {
  const { options, events } = beside('liar', 'repossess');
  const { tasks } = runCell(options);
  const missed = of(events, 'missed').length;
  expect(missed).toBeGreaterThan(0);
  expect(tasks[1]?.revocationsMissed).toBe(missed);
});

test('[MEM2] a greedy client obeys every notice, and what it asks beyond is refused', () => {
  const { options, events } = beside('greedy', 'kill');
  runCell(options);
  expect(of(events, 'missed')).toEqual([]);
  expect(of(events, 'met').length).toBeGreaterThan(0);
  expect(of(events, 'refusal').length).toBeGreaterThan(50);
});
