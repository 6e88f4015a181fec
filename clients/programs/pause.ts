/** Pause: a program of any kind that rests now and then, as one that waits for its user does. */

import { lengthOfRun, type ReferenceString } from '../../sim-hw/references.ts';

/** `program`, resting `ns` after every `every` references, but not at its end. */
export function withPauses(program: ReferenceString, every: number, ns: number): ReferenceString {
  const at: number[] = [];
  let references = 0;
  for (let run = 0; run < program.runs.length - 1; run++) {
    const before = Math.floor(references / every);
    references += lengthOfRun(program.runs[run]);
    // A run is not split: the pause comes after the one that reaches the count.
    if (Math.floor(references / every) > before) at.push(run + 1);
  }
  if (at.length === 0) return program;
  const stops = {
    at: Uint32Array.from(at),
    restNs: new Float64Array(at.length).fill(ns),
    workNs: new Float64Array(at.length),
  };
  return { ...program, stops };
}
