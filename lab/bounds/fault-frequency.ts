/**
 * Page fault frequency (Chu, Opderbeck, AFIPS 1972): at a fault the program looks at how long ago the
 * last one was. Sooner than T: the set grows by the page. Else all pages that were not referenced
 * since the last fault leave it too. Referenced bits are cleared at each fault.
 *
 * Not a stack policy: a larger T may fault more often (Franklin, Graham, Gupta 1978). Time is the
 * program's own references; what looking at bits costs is left out.
 */

import { lengthOfRun, type ReferenceString } from '../../sim-hw/references.ts';

export interface FaultFrequencyResult {
  readonly faults: number;
  /** Pages in the set, averaged over the references. */
  readonly meanPages: number;
}

/** The program from an empty set, with threshold T. */
export function faultFrequency(program: ReferenceString, threshold: number): FaultFrequencyResult {
  const resident = new Uint8Array(program.pageNumbers.length);
  const referenced = new Uint8Array(program.pageNumbers.length);
  let held = 0;
  let faults = 0;
  let lastFault = Number.NEGATIVE_INFINITY;
  let pageTime = 0;
  let now = 0;
  for (const run of program.runs) {
    const page = run >>> 8;
    const length = lengthOfRun(run);
    if (resident[page] === 0) {
      faults++;
      if (now - lastFault >= threshold)
        for (let other = 0; other < resident.length; other++) {
          if (resident[other] === 0 || referenced[other] === 1) continue;
          resident[other] = 0;
          held--;
        }
      referenced.fill(0);
      resident[page] = 1;
      held++;
      lastFault = now;
    }
    referenced[page] = 1;
    pageTime += held * length;
    now += length;
  }
  return { faults, meanPages: program.references === 0 ? 0 : pageTime / program.references };
}
