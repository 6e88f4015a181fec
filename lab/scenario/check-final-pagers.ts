/** Checking final pagers: they deal with the machine's memory server and with plain swap. */

import { inputError } from './input-error.ts';
import type { ScenarioDocument } from './schema.ts';
import { placeOf, type Source } from './source.ts';

/** Frames of the final pager of task `at`, or null. Throws InputError with the place of what is wrong. */
export function finalFramesOf(
  source: Source,
  { tasks, disk, swap, memoryServers }: ScenarioDocument,
  at: number,
): number | null {
  const { finalPager, contract, pageSize } = tasks[at] as ScenarioDocument['tasks'][number];
  if (finalPager === undefined) return null;
  const no = (what: string) =>
    inputError(placeOf(source, ['tasks', at, 'finalPager']), `tasks[${at}].finalPager ${what}`);
  if (disk !== undefined || swap !== undefined || memoryServers.depth > 1)
    throw no('pages to plain swap, expected no disk, no layers of swap, a depth of 1; remove one');
  if (contract.from !== undefined || contract.with !== undefined)
    throw no('stands behind a contract of its own, expected no part of another; remove one');
  if (pageSize !== 4096) throw no('pages records of small pages, expected a pageSize of 4096');
  return finalPager.frames;
}
