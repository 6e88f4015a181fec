/** VMS: segmented FIFO to the last fault, the modified writer, adjustment, the swapper. */

import { expect, test } from 'vitest';
import { runCell } from '../../../lab/run/cell.ts';
import type { CellOptions } from '../../../lab/run/cell-options.ts';
import type { TaskState } from '../../../nucleus/tasks.ts';
import type { VmsState } from '../../../servers/central/vms/state.ts';
import { cell, task, writing } from '../../support/cells.ts';
import { central, pagerOf, steps } from '../../support/managements.ts';
import { loop, toReferenceString, traceL } from '../../support/reference-strings.ts';

const traceOfL = toReferenceString(traceL(), { collapse: false });
const reading = (pages: readonly number[]) => toReferenceString(pages, { collapse: false });
const image = { initial: 'image' } as const;

/** A working set of fixed size, the rest of memory for the lists, nothing adjusted or swapped. */
function fixed(share: number): Partial<CellOptions> {
  return {
    central: {
      kernel: 'servers',
      defaultPager: 'server',
      pager: 'kernel',
      parameters: {
        vms: { quotaShare: 1 - share, extentShare: 1 - share, limitShare: 1, freeLowShare: 0 },
      },
    },
  };
}

/** Hard and soft faults of segmented FIFO, as simply as can be. */
function naive(trace: readonly number[], frames: number, behind: number): [number, number] {
  const front: number[] = [];
  const back: number[] = [];
  let hard = 0;
  let soft = 0;
  for (const page of trace) {
    if (front.includes(page)) continue;
    const at = back.indexOf(page);
    if (at >= 0) {
      soft++;
      back.splice(at, 1);
    } else {
      hard++;
      if (front.length + back.length === frames) back.shift();
    }
    front.push(page);
    if (front.length > frames - behind) back.push(front.shift() as number);
  }
  return [hard, soft];
}

function counts(program: typeof traceOfL, frames: number, share: number): number[] {
  const one = task('one', program, 'fifo', frames, image);
  const [result] = runCell(cell(frames, [one], { management: 'vms', ...fixed(share) })).tasks;
  return [result?.hardFaults ?? -1, result?.softFaults ?? -1];
}

test.each([
  [8, 14545, 1346, 14553, 2598],
  [16, 9576, 2541, 9454, 5120],
  [24, 5379, 3432, 4999, 7118],
  [32, 2881, 3477, 2399, 7484],
  [48, 1718, 2153, 1683, 4675],
  [64, 1494, 1339, 1503, 2930],
  [128, 851, 576, 838, 1287],
])(
  'table 6.2, VMS on trace L in %i frames, a quarter and half of them behind [CENT1]',
  (frames, ...expected) => {
    expect([...counts(traceOfL, frames, 0.25), ...counts(traceOfL, frames, 0.5)]).toEqual(expected);
  },
);

test('a loop that the working set does not hold is soft as long as memory holds it [CENT1]', () => {
  const pages = loop(24, 10);
  expect(counts(reading(pages), 32, 0.5)).toEqual([24, 24 * 9]);
  expect(naive(pages, 32, 16)).toEqual([24, 24 * 9]);
  expect(counts(reading(pages), 16, 0.5)).toEqual(naive(pages, 16, 8));
});

test('modified pages are written in clusters of neighbours, and come back softly [CENT3]', () => {
  const world = central(
    'vms',
    64,
    [task('one', writing(loop(60, 6)), 'fifo', 1, { initial: 'zero' })],
    {
      central: {
        ...(fixed(0.5).central as NonNullable<CellOptions['central']>),
        parameters: {
          vms: {
            quotaShare: 0.5,
            extentShare: 0.5,
            limitShare: 1,
            freeLowShare: 0,
            mpwHighShare: 0.25,
            mpwLowShare: 0,
            cluster: 8,
          },
        },
      },
      oracles: true,
    },
  );
  steps(world);
  const one = world.kernel.state.finished[world.clients[0] as number] as TaskState;
  const vms = pagerOf(world).policy as VmsState;
  expect(vms.clusters).toBeGreaterThan(0);
  expect(one.pageOuts / vms.clusters).toBeGreaterThan(6);
  expect(one.hardFaults).toBe(0);
  expect(vms.softFree).toBeGreaterThan(0);
});

test('the limit grows with the fault rate to the quota, beyond it while memory is ample [CENT4]', () => {
  const run = (frames: number) => {
    const world = central('vms', frames, [task('one', reading(loop(100, 200)), 'fifo', 1)], {
      central: {
        ...(fixed(0).central as NonNullable<CellOptions['central']>),
        parameters: { vms: { awsTime: 500, wsInc: 6, extentShare: 1 } },
        tasks: { vms: { one: { limit: 10, quota: 40 } } },
      },
    });
    steps(world);
    return (pagerOf(world).policy as VmsState).sets[0]?.limit as number;
  };
  expect(run(400)).toBeGreaterThanOrEqual(100);
  // Nothing beyond the quota where all that is available is needed.
  expect(run(42)).toBe(40);
});

test('with less than its limit available a process is swapped out, and comes back [CENT6]', () => {
  const names = ['one', 'two', 'three'];
  const world = central(
    'vms',
    64,
    names.map((name) => task(name, writing(loop(40, 60)), 'fifo', 1)),
    {
      clock: 'references',
      slice: 200,
      oracles: true,
      central: {
        ...(fixed(0).central as NonNullable<CellOptions['central']>),
        parameters: {
          vms: { period: 100, residency: 5, freeLowShare: 0.1, freeGoalShare: 0.2 },
        },
        tasks: { vms: Object.fromEntries(names.map((name) => [name, { limit: 40, quota: 40 }])) },
      },
    },
  );
  steps(world);
  const vms = pagerOf(world).policy as VmsState;
  expect(vms.swapped).toBeGreaterThan(2);
  for (const id of world.clients)
    expect(world.kernel.state.finished[id]).toMatchObject({ references: 2400, lostFaults: 0 });
  // Fewer at a time: less is read again than if all three shared what there is.
  const together = central(
    'global-clock',
    64,
    names.map((name) => task(name, writing(loop(40, 60)), 'fifo', 1)),
    { clock: 'references', slice: 200 },
  );
  steps(together);
  const hard = ({ kernel, clients }: typeof world) =>
    clients.reduce((sum, id) => sum + (kernel.state.finished[id] as TaskState).hardFaults, 0);
  expect(hard(world)).toBeLessThan(hard(together) / 2);
});
