/**
 * Script: a reference string written touch by touch, with stops in between. For programs whose
 * parts differ, where `stringOfPages` is for those that are alike throughout.
 */

import { packRun, type ReferenceString } from '../../sim-hw/references.ts';

export interface Script {
  /** By page number: its dense id. */
  readonly ids: Map<number, number>;
  readonly runs: number[];
  readonly at: number[];
  readonly restNs: number[];
  readonly workNs: number[];
}

export function createScript(): Script {
  return { ids: new Map(), runs: [], at: [], restNs: [], workNs: [] };
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
export function stop({ runs, at, restNs, workNs }: Script, rest: number, work: number): void {
  if (rest === 0 && work === 0) return;
  at.push(runs.length);
  restNs.push(rest);
  workNs.push(work);
}

export function written({ ids, runs, at, restNs, workNs }: Script): ReferenceString {
  const program = {
    references: runs.length,
    runs: Uint32Array.from(runs),
    pageNumbers: Float64Array.from(ids.keys()),
  };
  if (at.length === 0) return program;
  const stops = {
    at: Uint32Array.from(at),
    restNs: Float64Array.from(restNs),
    workNs: Float64Array.from(workNs),
  };
  return { ...program, stops };
}
