/**
 * Rivals: whom self-paging is measured against. A central pager that a kernel could really be: it sees
 * what the hardware shows, and chooses by itself. In tables all others stand too, with a mark:
 *
 *   *   sees each reference, as no kernel does
 *   +   asks the tasks' own policies, which is half of what contracts do
 */

import type { Row } from '../results.ts';
import { centralOf } from '../run/centrals.ts';

export const marksTold =
  "*: sees each reference, as no kernel does; +: asks the tasks' own policies. Neither is counted below.";

/** Empty: nothing is to be said of it. */
export function marksOf({ management, sight }: Row): string {
  const central = centralOf(management);
  if (central === undefined) return '';
  return `${sight === 'oracle' ? '*' : ''}${central.ofTasks === undefined ? '' : '+'}`;
}

/** Rows of central pagers with a slowdown that are no more than a kernel could do, quickest first. */
export function rivalsAmong(rows: readonly Row[]): Row[] {
  return rows
    .filter((row) => centralOf(row.management) !== undefined && marksOf(row) === '')
    .filter(({ totals }) => totals.slowdown !== null)
    .toSorted((a, b) => (a.totals.slowdown as number) - (b.totals.slowdown as number));
}
