/** Cells for tests: whole runs of small scenarios, with every setting that a test does not name. */

import { findPolicy } from '../../clients/policies/index.ts';
import type { Policy } from '../../contracts/policy.ts';
import type { CellOptions, CellTask } from '../../lab/run/cell-options.ts';
import { plainCell, plainTask } from '../../lab/run/plain-cell.ts';
import { packRun, type ReferenceString, WRITE } from '../../sim-hw/references.ts';
import { toReferenceString } from './reference-strings.ts';

export function task(
  name: string,
  program: ReferenceString,
  policy: string,
  guaranteed: number,
  more: Partial<CellTask> = {},
): CellTask {
  const found = findPolicy(policy);
  if (found === undefined) throw new Error(`no policy ${policy}`);
  return { ...plainTask(name, program, found as Policy, guaranteed), ...more };
}

export function cell(
  frames: number,
  tasks: readonly CellTask[],
  more: Partial<CellOptions> = {},
): CellOptions {
  return { ...plainCell(tasks, frames), slice: 1e6, ...more };
}

/** A program that writes every page it touches, one reference at a time. */
export function writing(pages: readonly number[]): ReferenceString {
  const reading = toReferenceString(pages, { collapse: false });
  return { ...reading, runs: reading.runs.map((run) => packRun(run >>> 8, WRITE, 1)) };
}
