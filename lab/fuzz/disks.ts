/**
 * Disk servers in fuzzed scenarios: any scheduler, disk contracts of any size, terms that run out,
 * readers beside the pagers. Drawn from a stream of its own, for
 * one seed of eight: what the others are stays.
 */

import { splitRandom } from '../../sim-hw/random.ts';
import type { CellOptions, CellTask, DiskPlan, DiskTaskPlan } from '../run/cell-options.ts';
import { between, chance, oneOf, small } from './chance.ts';

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
    // A central pager tries again a while later, and may be about to when all is over.
  };
  let frames = 0;
  const tasks = options.tasks.map((task, at): CellTask => {
    if (at >= ordinary) return task;
    const period = isFast ? between(random, 200, 5000) : between(random, 40_000, 500_000);
    const contract: DiskTaskPlan = {
      period,
      slice: Math.max(1, Math.floor((period * small(random, 1, 60)) / 100)),
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
    const streams = reads && isPlain && options.parts === undefined;
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
