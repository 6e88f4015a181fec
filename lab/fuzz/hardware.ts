/**
 * Hardware of fuzzed scenarios: other page tables, and mappings dropped at random. Drawn for some
 * seeds, from a stream of its own: what the others are stays.
 */

import { pageTableFormats } from '../../sim-hw/page-table/index.ts';
import { splitRandom } from '../../sim-hw/random.ts';
import type { CellOptions } from '../run/cell-options.ts';
import { orderOf } from '../run/layout.ts';
import { between, chance, oneOf } from './chance.ts';

/** What of `options` is otherwise: a page table whose spaces hold every program. */
export function drawHardware(options: CellOptions, seed: number): CellOptions {
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
