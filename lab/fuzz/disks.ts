/**
 * Disk servers in fuzzed scenarios: any scheduler, disk contracts of any size, absurd ones too, terms
 * that run out, readers beside the pagers, drives that fail, servers that die. Drawn from a stream of
 * its own, for one seed of eight: what the others are stays. Before some of them stand stacks of swap
 * (swaps.ts) and file servers (files.ts).
 */

import { type RandomState, splitRandom } from '../../sim-hw/random.ts';
import type { CellOptions, CellTask } from '../run/cell-options.ts';
import type { DiskPlan, DiskTaskPlan } from '../run/server-plans.ts';
import { between, chance, oneOf, small } from './chance.ts';
import { STIRRED_BLOCKS } from './disk-deeds.ts';

const SCHEDULERS = [
  'contracts',
  'contracts',
  'contracts',
  'fcfs',
  'sstf',
  'c-look',
  'fair',
] as const;
/** Which seeds of eight. */
const EVERY = 8;
const TURN = 3;

/** What of `options` is otherwise. `span`: times on the clock of terms are of its size. */
export function drawDisk(
  options: CellOptions,
  seed: number,
  span: number,
  ordinary: number,
): CellOptions {
  if (seed % EVERY !== TURN) return options;
  const random = splitRandom(seed, 'disk');
  const { machine } = options;
  const isFast = machine.device === 'nvme';
  const disk: DiskPlan = {
    scheduler: oneOf(random, SCHEDULERS),
    depth: isFast ? between(random, 1, 16) : 1,
    admit: between(random, 50, 100) / 100,
    ...(chance(random, 25) && { faults: drawFaults(random) }),
    diesAt: chance(random, 12) ? between(random, span / 4, 3 * span) : null,
  };
  let frames = 0;
  const tasks = options.tasks.map((task, at): CellTask => {
    if (at >= ordinary) return stirredTask(task, span);
    const period = isFast ? between(random, 200, 5000) : between(random, 40_000, 500_000);
    const contract: DiskTaskPlan = {
      period,
      slice: drawSlice(random, period),
      laxity: chance(random, 50) ? 0 : between(random, 1, period),
      slack: chance(random, 50),
      term: chance(random, 50) ? 0 : between(random, span / 20, span),
    };
    const wants = chance(random, 70);
    const reads = task.hostile === null && options.management === 'contracts' && chance(random, 25);
    const length = between(random, 1, 6);
    const ahead = between(random, 1, 3);
    const every = chance(random, 50) ? 0 : between(random, 1, span / 20);
    const isPlain =
      task.extra === 0 && task.renegotiate.length === 0 && task.kinds.superpages === null;
    // What it reads into is guaranteed, and nobody decides that it is to be less.
    const streams = reads && isPlain && !options.parts && !options.policyServer;
    if (streams) frames += length * ahead;
    return {
      ...task,
      ...(wants && { disk: contract }),
      ...(streams && {
        guaranteed: task.guaranteed + length * ahead,
        streams: { blocks: 64, length, ahead, every, lockMax: 10 * span },
      }),
    };
  });
  return { ...options, disk, tasks, machine: { ...machine, frames: machine.frames + frames } };
}

/** Errors that the drive reports, and writes that it loses or tears, in 2^16. */
function drawFaults(random: RandomState): Readonly<Record<string, number>> {
  const share = (most: number) => (chance(random, 50) ? between(random, 1, most) : 0);
  return {
    readErrors: share(3000),
    writeErrors: share(3000),
    lostWrites: share(1500),
    tornWrites: share(1500),
  };
}

/** Most ask for what they may have, some for nothing, some for more than there is. */
function drawSlice(random: RandomState, period: number): number {
  const percent = chance(random, 85) ? small(random, 1, 60) : oneOf(random, [0, 100, 101, 250]);
  return Math.floor((period * percent) / 100);
}

/** A stirrer has blocks of its own, that it talks about (disk-deeds.ts). */
function stirredTask(task: CellTask, span: number): CellTask {
  const streams = { blocks: STIRRED_BLOCKS, length: 1, ahead: 1, every: 0, lockMax: 10 * span };
  return { ...task, streams };
}
