/**
 * Ring of pages with a hand: what clocks go round. A page enters behind the hand, as the last that it
 * will come to; any page may leave. Links run through arrays by page: 8 bytes a page.
 */

/** Fields of a policy's own state. */
export interface PageRing {
  /** ABSENT: the page stands in no ring. */
  readonly next: Int32Array;
  readonly previous: Int32Array;
  /** The page that is looked at next; ABSENT: there is none. */
  hand: number;
  resident: number;
}

export const ABSENT = -1;

/** Puts `page` behind the hand. False: it stands there already. */
export function enterRing(ring: PageRing, page: number): boolean {
  const { next, previous, hand } = ring;
  if (next[page] !== ABSENT) return false;
  ring.resident++;
  if (hand === ABSENT) {
    next[page] = page;
    previous[page] = page;
    ring.hand = page;
    return true;
  }
  const before = previous[hand];
  next[before] = page;
  previous[page] = before;
  next[page] = hand;
  previous[hand] = page;
  return true;
}

/** Takes `page` out; a hand on it goes on to the next. */
export function leaveRing(ring: PageRing, page: number): void {
  const { next, previous } = ring;
  if (next[page] === ABSENT) return;
  ring.resident--;
  next[previous[page]] = next[page];
  previous[next[page]] = previous[page];
  if (ring.hand === page) ring.hand = ring.resident === 0 ? ABSENT : next[page];
  next[page] = ABSENT;
  previous[page] = ABSENT;
}

/** Walks the ring again; what is wrong, or undefined. */
export function checkRing({ next, previous, hand, resident }: PageRing): string | undefined {
  const held = next.reduce((sum, link) => sum + (link === ABSENT ? 0 : 1), 0);
  if (held !== resident) return `resident ${resident}, linked ${held}`;
  if (resident === 0) return hand === ABSENT ? undefined : 'hand on an empty circle';
  let page = hand;
  for (let step = 0; step < resident; step++) {
    if (page < 0 || previous[next[page]] !== page) return `links around ${page} disagree`;
    page = next[page];
    if (page === hand && step + 1 < resident) return 'circle closes too soon';
  }
  return page === hand ? undefined : 'circle does not close';
}
