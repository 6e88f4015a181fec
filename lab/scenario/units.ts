/**
 * Units: a program reread in larger pages, exactly.
 *
 * Each region of so many base pages (512: 2 MiB) becomes one page; runs that thereby touch the same page in the same
 * way in a row become one. References stay what they were: only the granule changes.
 */

import {
  kindOfRun,
  lengthOfRun,
  packRun,
  pageOfRun,
  type ReferenceString,
  RUN_LENGTH_MAX,
} from '../../sim-hw/references.ts';

/** Base pages in a page of 2 MiB. */
const UNIT_PAGES = 512;

/**
 * The same references by regions of `unitPages` base pages. Page numbers stay in 4 KiB granules: each is the first
 * of its region. Dense ids are in order of first appearance, as everywhere.
 */
export function regroup(program: ReferenceString, unitPages = UNIT_PAGES): ReferenceString {
  const { unitOf, pageNumbers } = numberUnits(program.pageNumbers, unitPages);
  const runs = new Uint32Array(program.runs.length);
  let count = 0;
  let page = -1;
  let kind = -1;
  let length = 0;
  for (let index = 0; index < program.runs.length; index++) {
    const run = program.runs[index];
    const unit = unitOf[pageOfRun(run)];
    let left = lengthOfRun(run);
    if (unit === page && kindOfRun(run) === kind) {
      const joined = Math.min(left, RUN_LENGTH_MAX - length);
      length += joined;
      left -= joined;
      if (left === 0) continue;
    }
    if (length > 0) runs[count++] = packRun(page, kind, length);
    page = unit;
    kind = kindOfRun(run);
    length = left;
  }
  if (length > 0) runs[count++] = packRun(page, kind, length);
  return { references: program.references, runs: runs.slice(0, count), pageNumbers };
}

/** Unit of each page, in order of first appearance: dense ids of pages are in that order too. */
function numberUnits(
  numbers: Float64Array,
  unitPages: number,
): { unitOf: Uint32Array; pageNumbers: Float64Array } {
  const unitOf = new Uint32Array(numbers.length);
  const known = new Map<number, number>();
  for (let page = 0; page < numbers.length; page++) {
    const region = Math.floor(numbers[page] / unitPages);
    let unit = known.get(region);
    if (unit === undefined) {
      unit = known.size;
      known.set(region, unit);
    }
    unitOf[page] = unit;
  }
  return { unitOf, pageNumbers: Float64Array.from(known.keys(), (region) => region * unitPages) };
}
