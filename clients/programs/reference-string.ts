/**
 * Reference string of a generated program: page numbers in order become packed runs.
 *
 * What every generator ends in: dense ids by first appearance, runs collapsed, a given share of
 * references drawn as writes.
 */

import { nextUint32, type RandomState } from '../../sim-hw/random.ts';
import {
  lengthOfRun,
  packRun,
  READ,
  type ReferenceString,
  RUN_LENGTH_MAX,
  type Stops,
  WRITE,
} from '../../sim-hw/references.ts';

const TWO_32 = 4294967296;

/**
 * References to `pages` (true page numbers) in order. `write` is the share of writes, 0..1; each
 * reference draws once from `random` unless the share is 0.
 */
export function stringOfPages(
  pages: Float64Array | Uint32Array,
  write: number,
  random: RandomState,
): ReferenceString {
  const ids = new Map<number, number>();
  const runs = new Uint32Array(pages.length);
  const writesBelow = write * TWO_32;
  let count = 0;
  let open = -1;
  let openKind = READ;
  let length = 0;
  for (let at = 0; at < pages.length; at++) {
    let id = ids.get(pages[at]);
    if (id === undefined) {
      id = ids.size;
      ids.set(pages[at], id);
    }
    const kind = write > 0 && nextUint32(random) < writesBelow ? WRITE : READ;
    if (id === open && kind === openKind && length < RUN_LENGTH_MAX) {
      length++;
      continue;
    }
    if (length > 0) runs[count++] = packRun(open, openKind, length);
    open = id;
    openKind = kind;
    length = 1;
  }
  if (length > 0) runs[count++] = packRun(open, openKind, length);
  return {
    references: pages.length,
    runs: runs.slice(0, count),
    pageNumbers: Float64Array.from(ids.keys()),
  };
}

/** The first `limit` references; pages that they do not touch are gone. */
export function truncate(program: ReferenceString, limit: number): ReferenceString {
  if (program.references <= limit) return program;
  let left = limit;
  let count = 0;
  let pages = 0;
  for (; left > 0; count++) {
    left -= lengthOfRun(program.runs[count]);
    pages = Math.max(pages, (program.runs[count] >>> 8) + 1);
  }
  const runs = program.runs.slice(0, count);
  // The last run may have gone `-left` references too far.
  runs[count - 1] = (runs[count - 1] + left) >>> 0;
  const pageNumbers = program.pageNumbers.slice(0, pages);
  const { stops } = program;
  if (stops === undefined) return { references: limit, runs, pageNumbers };
  const kept = stops.at.filter((run) => run < count).length;
  return { references: limit, runs, pageNumbers, stops: firstStops(stops, kept) };
}

function firstStops({ at, restNs, workNs, says }: Stops, kept: number): Stops {
  return {
    at: at.slice(0, kept),
    restNs: restNs.slice(0, kept),
    workNs: workNs.slice(0, kept),
    ...(says !== undefined && {
      says: {
        what: says.what.slice(0, kept),
        from: says.from.slice(0, kept),
        to: says.to.slice(0, kept),
      },
    }),
  };
}
