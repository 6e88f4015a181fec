/**
 * DAMON: how often regions of memory were seen in use, by Linux's monitor. Two prints of it:
 *
 *   damo report raw                                     perf script, trace point damon_aggregated
 *     base_time_absolute: 8 m 59.809 s                    kdamond.0 4452 [000] 82820.952659:
 *     monitoring_start:                0 ns                 damon:damon_aggregated: target_id=1844
 *     ...                                                   nr_regions=8 942530-942538: 1
 *     target_id: 18446623438842320000                     (one line; addresses are decimal, the
 *     nr_regions: 3                                        last number is how often it was seen)
 *     563ebaa00000-563ebc99e000 (  31.617 MiB)   1   -1
 *
 * Each page of a region that was seen in use is read once in that interval, in order of addresses:
 * an upper bound of what was touched, and no order below an interval. Targets are devices of pages,
 * each 2^40 further on. Lost: kinds, counts, order within an interval, which pages of a region.
 */

import { PAGE_BYTES, READ } from '../../../sim-hw/references.ts';
import { addPages, type ReferenceLog } from '../reference-log.ts';
import { textLineParser } from '../text-fields.ts';
import type { TextFormat } from './format.ts';

const REGION =
  /^\s*([0-9a-f]{1,13})-([0-9a-f]{1,13})\s*\(\s*[\d.,]+( [KMGTPE]i?B?| B)?\s*\):?\s+(\d{1,9})(\s+-?\d+)?\s*$/;
const TRACED =
  /damon:damon_aggregated: target_id=(\d+) nr_regions=\d+ (\d{1,16})-(\d{1,16}): (\d{1,9})(\s+\d+)?\s*$/;
const TARGET = /^\s*target_id: (\d+)\s*$/;
const PASSED_OVER = /^\s*(base_time_absolute|monitoring_\w+|nr_regions):/;
/** 16 GiB of pages of 4 KiB. */
const REGION_PAGES_MAX = 2 ** 22;
const TARGETS_MAX = 4096;
const TARGET_PAGES = 2 ** 40;

export const damon: TextFormat = {
  kind: 'text',
  name: 'damon',
  about: 'DAMON: damo report raw, or its trace point',
  lost: 'kinds, counts, order within an interval, which pages of a region',
  pageBytes: PAGE_BYTES,
  hasAddresses: false,
  isLine: (line) => /^base_time_absolute:|^monitoring_start:/.test(line) || TRACED.test(line),
  createParser: () => {
    const targets: string[] = [''];
    let current = 0;
    return textLineParser((log, line) => {
      const target = TARGET.exec(line) ?? TRACED.exec(line);
      if (target) {
        current = numberOf(targets, target[1]);
        if (current < 0) return false;
        return target[2] === undefined || addRegion(log, current, 10, target.slice(2));
      }
      const region = REGION.exec(line);
      if (region) return addRegion(log, current, 16, [region[1], region[2], region[4]]);
      return PASSED_OVER.test(line);
    }, "a region of DAMON such as '563ebaa00000-563ebc99e000 ( 31.617 MiB) 1 -1'");
  },
};

/** The number of a target, by first appearance; -1 when there are too many. */
function numberOf(targets: string[], id: string): number {
  if (targets[0] === '') targets[0] = id;
  const known = targets.indexOf(id);
  if (known >= 0 || targets.length === TARGETS_MAX) return known;
  return targets.push(id) - 1;
}

function addRegion(
  log: ReferenceLog,
  target: number,
  base: 10 | 16,
  [from, to, seen]: readonly string[],
): boolean {
  const pageBytes = 1 << log.pageBits;
  const first = Math.floor(Number.parseInt(from, base) / pageBytes);
  const count = Math.ceil(Number.parseInt(to, base) / pageBytes) - first;
  if (count < 1 || count > REGION_PAGES_MAX || first >= TARGET_PAGES) return false;
  if (Number(seen) > 0) addPages(log, target * TARGET_PAGES + first, count, READ);
  return true;
}
