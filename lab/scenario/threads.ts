/**
 * Threads of a task: their programs share its address space, so that all of them name a page by the
 * same dense id. The first thread's pages keep theirs; what others touch beyond follows.
 */

import { packRun, pageOfRun, type ReferenceString } from '../../sim-hw/references.ts';

/** The programs, the first thread's first, over the pages of all of them. */
export function overAllPages(programs: readonly ReferenceString[]): ReferenceString[] {
  const idOf = new Map<number, number>();
  for (const { pageNumbers } of programs)
    for (const number of pageNumbers) if (!idOf.has(number)) idOf.set(number, idOf.size);
  const pageNumbers = Float64Array.from(idOf.keys());
  return programs.map((program, at) => {
    if (at === 0) return { ...program, pageNumbers };
    const ids = program.pageNumbers.map((number) => idOf.get(number) as number);
    const runs = program.runs.map(
      (run) => packRun(ids[pageOfRun(run)] as number, 0, 1) | (run & 0xff),
    );
    return { ...program, runs, pageNumbers };
  });
}
