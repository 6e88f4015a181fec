/**
 * Transfer lists: what a client has named to be copied, moved or shared, and where to, one range a
 * message, until it says how (copies.ts). Ranges name places: cells that the client's capabilities
 * reach when the lists are used, and not before.
 */

import { MOVE, OP } from '../../../contracts/messages.ts';
import { NO_PLACE } from '../../../contracts/refusals.ts';
import { PAGES } from '../../../nucleus/capabilities.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { refuse } from '../answers.ts';
import type { MemoryServerState } from '../state.ts';
import { resolveEither, resolvePages } from './page-containers.ts';
import {
  cellOf,
  type Page,
  type PageContainer,
  pageAt,
  type Range,
  type TransferLists,
} from './page-state.ts';

/** Pages that a list may name in all, and ranges. */
const LIST_PAGES_MAX = 1024;
const LIST_RANGES_MAX = 64;

/** Of who has named nothing. */
export const NO_LISTS: TransferLists = { from: [], into: [] };

/** One place of a list; `strong`: by the owner's capability; `page`: what is there, if anything. */
export interface Place {
  readonly container: PageContainer;
  readonly index: number;
  readonly strong: boolean;
  readonly page: Page | null;
}

/** fromPages and intoPages: one range more. Capabilities are looked at when the lists are used. */
export function listPages(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  range: Range,
  op: number,
): void {
  const all = server.pages.lists;
  while (all.length <= from) all.push(null);
  if (range.count === 0) {
    all[from] = null;
    return;
  }
  const lists = all[from] ?? null;
  const isSource = op === OP.fromPages;
  // No array is pushed to while it is empty: it would get room for many, which few lists have.
  if (lists === null) {
    all[from] = isSource ? { from: [range], into: [] } : { from: [], into: [range] };
    return;
  }
  const list = isSource ? lists.from : lists.into;
  if (pagesIn(list) + range.count > LIST_PAGES_MAX || list.length === LIST_RANGES_MAX)
    return refuse(kernel, server, from, range.container, NO_PLACE, op);
  if (list.length > 0) list.push(range);
  else if (isSource) lists.from = [range];
  else lists.into = [range];
}

/** The places that ranges name; null for each that their capability does not reach. */
export function placesOf(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  ranges: readonly Range[],
): (Place | null)[] {
  const places = new Array<Place | null>(pagesIn(ranges));
  let place = 0;
  for (const { container: slot, start, count } of ranges) {
    const container = resolveEither(kernel, server, from, slot);
    const strong = resolvePages(kernel, server, from, slot, PAGES) !== null;
    for (let index = start; index < start + count; index++) {
      const page = container === null ? null : pageAt(server.pages, container, index);
      places[place++] = container === null ? null : { container, index, strong, page };
    }
  }
  return places;
}

/**
 * The first of the first `pairs` whose target is named before or is a source, or whose moved source
 * is; else -1.
 */
export function namedTwice(
  sources: readonly Place[],
  targets: readonly Place[],
  pairs: number,
  how: number,
): number {
  // Most name one page, which needs no sets.
  if (pairs === 1) return cellAt(sources, 0) === cellAt(targets, 0) ? 0 : -1;
  const from = new Set<number>();
  for (let i = 0; i < pairs; i++) from.add(cellAt(sources, i));
  const seen = new Set<number>();
  for (let i = 0; i < pairs; i++) {
    const target = cellAt(targets, i);
    if (from.has(target) || seen.has(target)) return i;
    seen.add(target);
    if (how !== MOVE) continue;
    const moved = cellAt(sources, i);
    // A cell that moves counts as seen: no target is one, so a second move of it is all it can be.
    if (seen.has(moved)) return i;
    seen.add(moved);
  }
  return -1;
}

function cellAt(places: readonly Place[], at: number): number {
  const { container, index } = places[at] as Place;
  return cellOf(container, index);
}

function pagesIn(ranges: readonly Range[]): number {
  let pages = 0;
  for (const { count } of ranges) pages += count;
  return pages;
}
