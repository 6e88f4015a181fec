/**
 * Ascending pages: a program whose dense page ids are in the order of its page numbers, instead of
 * the order of first touch. Neighbours in its address space are then neighbours in every table, as
 * superpages want them.
 */

import { packRun, pageOfRun, type ReferenceString } from '../../sim-hw/references.ts';

/** The same references; only the ids of pages are others. */
export function ascending(program: ReferenceString): ReferenceString {
  const { pageNumbers, runs } = program;
  const ids = Uint32Array.from(pageNumbers.keys());
  ids.sort((a, b) => pageNumbers[a] - pageNumbers[b]);
  const rankOf = new Uint32Array(ids.length);
  for (const [rank, id] of ids.entries()) rankOf[id] = rank;
  return {
    ...program,
    pageNumbers: Float64Array.from(ids, (id) => pageNumbers[id]),
    runs: runs.map((run) => packRun(rankOf[pageOfRun(run)], 0, 1) + (run & 255)),
  };
}
