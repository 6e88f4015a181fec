/** S3-FIFO (clients/policies/s3-fifo.ts): a small queue, a main queue, and ghosts of the small one. */

import { OWN, pages } from '../lane';
import { room } from '../memory';
import { append, countOf, FIFO_RECORD, layOutFifo, takeOldest } from './fifo';
import {
  addGhost,
  forgetOldestGhost,
  GHOSTS_RECORD,
  ghostCount,
  layOutGhosts,
  placesOfGhosts,
  recallGhost,
} from './ghosts';
import { high, low, words } from './words';

/** The three queues stand one behind the other. */
const QUEUES: usize = OWN;
/** What main may hold before it gives pages up; ghosts at most; hits that lift a page to main. */
const MAIN_MOST: usize = OWN + 4;
const GHOSTS_MOST: usize = OWN + 8;
const PROMOTE: usize = OWN + 12;

/** Gives where its ghosts are. */
export function layOutS3Fifo(
  record: usize,
  capacity: u32,
  mainMost: u32,
  ghostsMost: u32,
  promote: u32,
): usize {
  const queues = room(2 * FIFO_RECORD + GHOSTS_RECORD);
  store<usize>(record + QUEUES, queues);
  store<u32>(record + MAIN_MOST, mainMost);
  store<u32>(record + GHOSTS_MOST, ghostsMost);
  store<u32>(record + PROMOTE, promote);
  layOutFifo(queues, capacity);
  layOutFifo(queues + FIFO_RECORD, capacity);
  // One is remembered before another one is forgotten; more than there are pages never are.
  const ghosts = queues + 2 * FIFO_RECORD;
  layOutGhosts(ghosts, placesOfGhosts(), min(ghostsMost, pages) + 1);
  return ghosts;
}

/** `page` has come: to main if it is remembered. */
export function admitToS3Fifo(record: usize, page: u32): void {
  const small = load<usize>(record + QUEUES);
  const ghosts = small + 2 * FIFO_RECORD;
  append(recallGhost(ghosts, page) ? small + FIFO_RECORD : small, page);
  const most = load<u32>(record + GHOSTS_MOST);
  while (ghostCount(ghosts) > most) forgetOldestGhost(ghosts);
}

export function takeFromS3Fifo<W>(record: usize, bit: W): u32 {
  const small = load<usize>(record + QUEUES);
  const main = small + FIFO_RECORD;
  if (countOf(main) <= load<u32>(record + MAIN_MOST)) {
    const promote = load<u32>(record + PROMOTE);
    while (countOf(small) > 0) {
      const page = takeOldest(small);
      const at = words + <usize>page * sizeof<W>();
      const word = load<W>(at);
      if (usesOf<W>(word, bit) < promote) {
        addGhost(small + 2 * FIFO_RECORD, page);
        return page;
      }
      append(main, page);
      store<W>(at, word & ~((bit << low<W>()) | (bit << high<W>())));
    }
  }
  return takeFromMain<W>(main, bit);
}

/** The oldest page that was not hit; those that were go to the end, each time with a hit less. */
function takeFromMain<W>(main: usize, bit: W): u32 {
  const one = bit << low<W>();
  const two = bit << high<W>();
  while (true) {
    const page = takeOldest(main);
    const at = words + <usize>page * sizeof<W>();
    const word = load<W>(at);
    if ((word & (one | two)) === 0) return page;
    store<W>(at, (word & one) !== 0 ? word & ~one : (word & ~two) | one);
    append(main, page);
  }
}

function usesOf<W>(word: W, bit: W): u32 {
  return ((word & (bit << low<W>())) !== 0 ? 1 : 0) + ((word & (bit << high<W>())) !== 0 ? 2 : 0);
}
