/**
 * Script: a reference string written touch by touch, with stops in between. For programs whose
 * parts differ, where `stringOfPages` is for those that are alike throughout.
 */

import { NOTHING_SAID, packRun, type ReferenceString } from '../../sim-hw/references.ts';

export interface Script {
  /** By page number: its dense id. */
  readonly ids: Map<number, number>;
  readonly runs: number[];
  readonly stops: ScriptStop[];
}

interface ScriptStop {
  readonly at: number;
  readonly rest: number;
  readonly work: number;
  /** Of pages, by dense id, from the first to before the second. */
  readonly what: number;
  readonly from: number;
  readonly to: number;
}

export function createScript(): Script {
  return { ids: new Map(), runs: [], stops: [] };
}

/** One reference of `kind` (READ or WRITE) to a page. */
export function touch({ ids, runs }: Script, page: number, kind: number): void {
  let id = ids.get(page);
  if (id === undefined) {
    id = ids.size;
    ids.set(page, id);
  }
  runs.push(packRun(id, kind, 1));
}

/** The program rests, then computes; of no length it is no stop. */
export function stop({ runs, stops }: Script, rest: number, work: number): void {
  if (rest === 0 && work === 0) return;
  stops.push({ at: runs.length, rest, work, what: NOTHING_SAID, from: 0, to: 0 });
}

/** It says `what` (WANTED, GARBAGE, ...) of those of pages [from, to) that it has touched so far. */
export function say({ ids, runs, stops }: Script, what: number, from: number, to: number): void {
  const at = runs.length;
  const end = stops.length;
  for (let page = from; page < to; page++) {
    const id = ids.get(page);
    if (id === undefined) continue;
    const last = stops.length > end ? stops[stops.length - 1] : undefined;
    if (last?.to !== id) stops.push({ at, rest: 0, work: 0, what, from: id, to: id + 1 });
    else stops[stops.length - 1] = { ...last, to: id + 1 };
  }
}

export function written({ ids, runs, stops }: Script): ReferenceString {
  const program = {
    references: runs.length,
    runs: Uint32Array.from(runs),
    pageNumbers: Float64Array.from(ids.keys()),
  };
  if (stops.length === 0) return program;
  const timed = {
    at: Uint32Array.from(stops, ({ at }) => at),
    restNs: Float64Array.from(stops, ({ rest }) => rest),
    workNs: Float64Array.from(stops, ({ work }) => work),
  };
  if (stops.every(({ what }) => what === NOTHING_SAID)) return { ...program, stops: timed };
  const says = {
    what: Uint8Array.from(stops, ({ what }) => what),
    from: Uint32Array.from(stops, ({ from }) => from),
    to: Uint32Array.from(stops, ({ to }) => to),
  };
  return { ...program, stops: { ...timed, says } };
}
