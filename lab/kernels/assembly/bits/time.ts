/** Time: references executed before a run, summed up where a rule asks, which most runs are none to do. */

import { WINDOW } from '../memory';

/** Of all runs before `summed`. */
let references: f64 = 0;
let summed: usize = WINDOW;
let current: usize = WINDOW;

/** The run at `at` is executed now. */
export function tellRun(at: usize): void {
  current = at;
}

/** References before the current run. */
export function now(): f64 {
  let more: u32 = 0;
  for (let at = summed; at < current; at += 4) more += (load<u32>(at) & 63) + 1;
  summed = current;
  references += <f64>more;
  return references;
}

/** All runs of the window, up to `end`, have been executed. */
export function endWindow(end: usize): void {
  tellRun(end);
  now();
  summed = WINDOW;
}
