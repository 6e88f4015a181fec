/**
 * Multiprogramming: how busy the CPU is when several copies of a program share memory in equal parts
 * and one paging device (Denning, "Thrashing: Its Causes and Prevention", 1968; "Working Sets Past and
 * Present", 1980).
 *
 *   ready --CPU, first come first served--> faults --device, first come first served--> ready
 *
 * Each copy pages by LRU in its part. A reference takes one unit of time, a page `service`; a copy
 * has the CPU until it faults. Copies begin at different places of the string, spread evenly, and go
 * round once. Denning's rule L = S admits as many copies as keep the mean time between faults (L)
 * at the device's time for one (S) or above. Left out: slices, writing pages out, the cost of a switch.
 */

import type { ReferenceString } from '../../sim-hw/references.ts';

export interface Utilisation {
  /** Share of the time that the CPU works until the last copy is done. */
  readonly cpu: number;
  /** Mean number of references between faults of a copy. */
  readonly lifetime: number;
}

/** `copies` of `program` in `frames` frames together. */
export function utilisation(
  program: ReferenceString,
  copies: number,
  frames: number,
  service: number,
): Utilisation {
  const bursts = burstsOf(program, Math.max(1, Math.floor(frames / copies)));
  const busy = copies * program.references;
  return {
    cpu: busy / makespan(bursts, copies, service),
    lifetime: program.references / (bursts.length - 1),
  };
}

/** The most copies, of up to `most`, whose lifetime is not below the device's time for a page. */
export function admitted(
  program: ReferenceString,
  most: number,
  frames: number,
  service: number,
): number {
  let copies = 1;
  while (copies < most && utilisation(program, copies + 1, frames, service).lifetime >= service)
    copies++;
  return copies;
}

/** References before the first fault, between faults and after the last one, by LRU. */
function burstsOf({ runs }: ReferenceString, frames: number): number[] {
  const bursts: number[] = [];
  const stack: number[] = [];
  let burst = 0;
  for (const run of runs) {
    const page = run >>> 8;
    const at = stack.lastIndexOf(page);
    if (at >= 0) stack.splice(at, 1);
    else {
      bursts.push(burst);
      burst = 0;
      if (stack.length === frames) stack.shift();
    }
    stack.push(page);
    burst += (run & 63) + 1;
  }
  bursts.push(burst);
  return bursts;
}

/** When the last of the copies is done. */
function makespan(bursts: readonly number[], copies: number, service: number): number {
  const next = Array.from({ length: copies }, (_, n) => Math.floor((bursts.length * n) / copies));
  const left = new Array<number>(copies).fill(bursts.length);
  const ready = next.map((_, copy) => copy);
  /** In order of their ends: the device serves one after the other. */
  const waiting: { copy: number; until: number }[] = [];
  let now = 0;
  let deviceFree = 0;
  while (ready.length + waiting.length > 0) {
    if (ready.length === 0) now = Math.max(now, waiting[0]?.until ?? now);
    while (waiting.length > 0 && (waiting[0]?.until ?? 0) <= now)
      ready.push(waiting.shift()?.copy as number);
    const copy = ready.shift() as number;
    now += bursts[next[copy] as number] as number;
    next[copy] = ((next[copy] as number) + 1) % bursts.length;
    left[copy] = (left[copy] as number) - 1;
    if (left[copy] === 0) continue;
    deviceFree = Math.max(deviceFree, now) + service;
    waiting.push({ copy, until: deviceFree });
  }
  return now;
}
