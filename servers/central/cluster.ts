/**
 * Clusters: a dirty page that is written takes dirty neighbours along, in the order of their blocks,
 * so that a disk need not seek between them. They stay where they are, clean.
 */

import type { CentralView } from '../../contracts/central-management.ts';

/**
 * Cleans neighbours of `page`, of the same task, within the aligned group of `cluster` pages; `takes`
 * says which of them. Returns how many were begun.
 */
export function cleanNeighbours(
  view: CentralView,
  page: number,
  cluster: number,
  takes: (page: number) => boolean = () => true,
): number {
  if (cluster < 2) return 0;
  const first = page - (page % cluster);
  const member = view.memberOf(page);
  let begun = 0;
  for (const step of [-1, 1])
    for (let other = page + step; other >= first && other < first + cluster; other += step) {
      if (view.memberOf(other) !== member || !view.evictable(other)) break;
      if (!takes(other) || !view.clean(other)) break;
      begun++;
    }
  return begun;
}
