/**
 * Hardware of fuzzed scenarios: other page tables, mappings dropped at random, several CPUs. Drawn
 * for some seeds, from streams of their own: what the others are stays.
 */

import type { Consistency } from '../../nucleus/processors.ts';
import { pageTableFormats } from '../../sim-hw/page-table/index.ts';
import { splitRandom } from '../../sim-hw/random.ts';
import type { CellOptions } from '../run/cell-options.ts';
import { orderOf } from '../run/layout.ts';
import { between, chance, oneOf } from './chance.ts';

const CONSISTENCIES: readonly Consistency[] = ['interrupt', 'tick', 'tolerate'];

/** What of `options` is otherwise. */
export function drawHardware(options: CellOptions, seed: number): CellOptions {
  return drawCpus(drawTable(options, seed), seed);
}

/** A page table whose spaces hold every program. */
function drawTable(options: CellOptions, seed: number): CellOptions {
  const random = splitRandom(seed, 'page table');
  const { tasks } = options;
  const holdsAll = (name: string) => {
    const most = pageTableFormats[name]?.virtualPagesMax ?? 0;
    return tasks.every((task) =>
      task.program.pageNumbers.every((page) => (page + 1) * 2 ** orderOf(task) <= most),
    );
  };
  const isOther = chance(random, 35);
  const pageTable = oneOf(random, Object.keys(pageTableFormats).filter(holdsAll));
  const machine = {
    ...options.machine,
    ...(isOther && { pageTable }),
    ...(chance(random, 15) && { drops: between(random, 1, 4) }),
  };
  return { ...options, machine };
}

/** Several CPUs have no order of references that could be counted. */
function drawCpus(options: CellOptions, seed: number): CellOptions {
  const random = splitRandom(seed, 'cpus');
  const { clock, schedule, machine } = options;
  if (clock !== 'ns' || schedule !== 'slices' || !chance(random, 20)) return options;
  const cpus = chance(random, 80) ? between(random, 2, 4) : between(random, 5, 64);
  const tlbConsistency = oneOf(random, CONSISTENCIES);
  return { ...options, machine: { ...machine, cpus, tlbConsistency } };
}
