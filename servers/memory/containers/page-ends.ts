/**
 * Ends: which container's lock or lifetime is over first. A container that is locked ends its lock,
 * any other its lifetime; one with neither is not in here. So a limit that comes costs the logarithm
 * of those that run, however many containers there are.
 */

import { dropRank, setRank } from '../ranked.ts';
import { LOCKED, type PageContainer, type PagesState } from './page-state.ts';

/** The container's lock or lifetime has changed. A rank is a moment, negative: the soonest is first. */
export function noteEnd({ ends }: PagesState, container: PageContainer): void {
  const at = endOf(container);
  if (at === Number.POSITIVE_INFINITY) dropRank(ends, container.id);
  else setRank(ends, container.id, -at);
}

/** The moment of the next end, or Infinity. */
export function nextEnd({ ends }: PagesState): number {
  return ends.count === 0 ? Number.POSITIVE_INFINITY : -(ends.ranks[0] as number);
}

/** The container that ends next; there must be one. */
export function nextEnding({ ends, containers }: PagesState): PageContainer {
  return containers[ends.ids[0] as number] as PageContainer;
}

/** Compares with what the containers say; returns what is wrong, or undefined. For tests and oracles. */
export function checkEnds({ ends, containers }: PagesState): string | undefined {
  let listed = 0;
  for (const container of containers) {
    const at = endOf(container);
    const place = ends.places[container.id] ?? -1;
    if (place >= 0) listed++;
    const noted = place < 0 ? Number.POSITIVE_INFINITY : -(ends.ranks[place] as number);
    if (noted !== at) return `container ${container.id} ends at ${at}, noted ${noted}`;
  }
  return listed === ends.count ? undefined : `${ends.count} ends, ${listed} containers`;
}

function endOf({ status, lockedUntil, endsAt }: PageContainer): number {
  return status === LOCKED ? lockedUntil : endsAt;
}
