import { expect, test } from 'vitest';
import type { ContractEvent } from '../../contracts/events.ts';
import { boot } from '../../lab/run/boot.ts';
import { runCell } from '../../lab/run/cell.ts';
import type { CellOptions, CellTask } from '../../lab/run/cell-options.ts';
import { stepKernel } from '../../nucleus/scheduler.ts';
import { READY } from '../../nucleus/tasks.ts';
import { packRun, READ, type ReferenceString } from '../../sim-hw/references.ts';
import { cell, task, writing } from '../support/cells.ts';
import { loop, toReferenceString } from '../support/reference-strings.ts';

const reads = (pages: number, rounds: number) =>
  toReferenceString(loop(pages, rounds), { collapse: true });

/** So many times 64 references to one page. */
function cruncherOf(runs: number): ReferenceString {
  const one = packRun(0, READ, 64);
  const pageNumbers = Float64Array.of(0x400);
  return { references: 64 * runs, runs: new Uint32Array(runs).fill(one), pageNumbers };
}

/** A patient client with all the extras, an owner with a claim to them, and who takes the CPU. */
function crowd(runs: number, more: Partial<CellTask>, starvationMax: number): CellOptions {
  const zero = { initial: 'zero' } as const;
  const patient = task('patient', writing(loop(14, 300)), 'clock', 2, { extra: 14, ...zero });
  const start = { start: 1_000_000, cpu: 1, ...zero };
  const owner = task('owner', reads(8, 40), 'lru', 8, start);
  const cruncher = task('cruncher', cruncherOf(runs), 'lru', 2, { ...start, ...more });
  const terms = { graceExtra: 100_000, graceShrink: 1e8, penalty: 'kill', starvationMax } as const;
  return cell(16, [patient, owner, cruncher], { terms, slice: 50_000, oracles: true });
}

function run(options: CellOptions) {
  const events: ContractEvent[] = [];
  const observer = (event: ContractEvent) => events.push(event);
  const { tasks, oracles } = runCell({ ...options, observer });
  for (const { name, violations } of oracles) expect(violations, name).toEqual([]);
  return {
    tasks,
    kinds: events.filter((event) => event.task === 'patient').map(({ kind }) => kind),
  };
}

test('[TIME8] the highest that is ready runs, and threads of lower ones wait for it', () => {
  const world = boot(crowd(20_000, {}, 1e9));
  const { state } = world.kernel;
  const [patient, owner, cruncher] = world.clients.map((id) => state.tasks[id]);
  if (!patient || !owner || !cruncher) throw new Error('three clients');
  let waited = 0;
  let before = 0;
  for (let running = true; running; ) {
    const outranked = [owner, cruncher].some(({ status }) => status === READY);
    running = stepKernel(world.kernel);
    if (outranked) expect(patient.references).toBe(before);
    before = patient.references;
    if (patient.deferred > 0) waited++;
    expect(state.deferred).toHaveLength(patient.deferred);
  }
  expect(waited).toBeGreaterThan(3);
  expect(patient.starved).toBeGreaterThan(100_000);
  expect(state.deferred).toEqual([]);
});

test('[REV18] a deadline counts the time in which the client could run', () => {
  const { tasks, kinds } = run(crowd(20_000, {}, 1e9));
  expect(kinds).toContain('starving');
  expect(kinds).not.toContain('starved');
  expect(tasks[0]).toMatchObject({ revocationsMissed: 0, references: 4200 });
  expect(tasks[0]?.revocationsMet).toBeGreaterThan(0);
});

test('[REV18] with the rule off it is killed for what it could not do', () => {
  const { tasks, kinds } = run(crowd(20_000, {}, 0));
  expect(kinds).not.toContain('starving');
  expect(tasks[0]?.revocationsMissed).toBe(1);
  expect(tasks[0]?.references).toBeLessThan(4200);
});

test('[REV19] at the cap what is due is taken, with no penalty, and it lives on', () => {
  const { tasks, kinds } = run(crowd(60_000, {}, 50_000));
  expect(kinds).toContain('starved');
  expect(kinds).not.toContain('penalty');
  expect(tasks[0]).toMatchObject({ revocationsMissed: 0, references: 4200 });
  // The owner waits no longer than grace and cap, the oracles have watched.
  expect(tasks[1]?.faultNsP99).toBeLessThan(300_000);
});

test('[REV18] who could run and did not answer is punished all the same', () => {
  const options = crowd(10, { cpu: 1 }, 1e9);
  const [patient, owner, cruncher] = options.tasks as [CellTask, CellTask, CellTask];
  const tasks = [{ ...patient, hostile: 'silent' } as CellTask, owner, cruncher];
  const { kinds } = run({ ...options, tasks });
  expect(kinds).toContain('penalty');
});

test('[TIME8] with equal priorities nothing waits and nothing is counted', () => {
  const { tasks, kinds } = run(crowd(20_000, { cpu: 0 }, 1e9));
  const level = crowd(20_000, { cpu: 0 }, 1e9);
  const same = run({ ...level, tasks: level.tasks.map((each) => ({ ...each, cpu: 0 })) });
  expect(same.kinds).not.toContain('starving');
  expect(tasks).toHaveLength(3);
  expect(kinds.length).toBeGreaterThan(0);
});
