/** Uncollapsing: a trace whose runs are one reference each. */

import { lengthOfRun } from '../../sim-hw/references.ts';
import type { Trace } from './trace.ts';

/** The same references with every run of length 1. */
export function uncollapse(trace: Trace): Trace {
  const runs = new Uint32Array(trace.references);
  let at = 0;
  for (let i = 0; i < trace.runs.length; i++) {
    const run = trace.runs[i];
    const length = lengthOfRun(run);
    runs.fill((run & ~63) >>> 0, at, at + length);
    at += length;
  }
  return { ...trace, runs };
}
