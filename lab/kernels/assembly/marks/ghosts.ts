/**
 * Ghosts: pages that have left, oldest first; any may return. Each knows its place in the queue; who returns
 * makes a hole, and holes are closed when the queue has come to the end of its room. Its record: queue, room,
 * head, tail, count, place by page (plus one; 0: no ghost), what was looked at ahead of time.
 */

import { NONE, pages } from '../lane';
import { room } from '../memory';

const QUEUE: usize = 0;
const CAPACITY: usize = 4;
const HEAD: usize = 8;
const TAIL: usize = 12;
const COUNT: usize = 16;
const PLACES: usize = 20;
const SEEN: usize = 24;
export const GHOSTS_RECORD: usize = 28;

const SLACK: u32 = 256;

/** At most `most` at a time. Two queues may share `places`, of placesOfGhosts, if none stands in both. */
export function layOutGhosts(ghosts: usize, places: usize, most: u32): void {
  const capacity = 2 * most + SLACK;
  store<usize>(ghosts + QUEUE, room((<usize>capacity) << 2));
  store<u32>(ghosts + CAPACITY, capacity);
  store<usize>(ghosts + PLACES, places);
}

/** Room for the place of each page. */
export function placesOfGhosts(): usize {
  return room((<usize>pages) << 2);
}

export function ghostCount(ghosts: usize): u32 {
  return load<u32>(ghosts + COUNT);
}

export function isGhost(ghosts: usize, page: u32): bool {
  return load<u32>(load<usize>(ghosts + PLACES) + ((<usize>page) << 2)) !== 0;
}

/** Looks at the places of the pages of runs [from, to), so that misses of caches overlap. */
export function lookAtGhosts(ghosts: usize, from: usize, to: usize): void {
  const places = load<usize>(ghosts + PLACES);
  let seen: u32 = 0;
  for (let at = from; at < to; at += 4)
    seen |= load<u32>(places + ((<usize>(load<u32>(at) >>> 8)) << 2));
  // Written, or looking would be left out.
  store<u32>(ghosts + SEEN, seen);
}

/** `page`, which is none, is the youngest. */
export function addGhost(ghosts: usize, page: u32): void {
  if (load<u32>(ghosts + TAIL) === load<u32>(ghosts + CAPACITY)) closeHoles(ghosts);
  const tail = load<u32>(ghosts + TAIL);
  store<u32>(load<usize>(ghosts + QUEUE) + ((<usize>tail) << 2), page);
  store<u32>(load<usize>(ghosts + PLACES) + ((<usize>page) << 2), tail + 1);
  store<u32>(ghosts + TAIL, tail + 1);
  store<u32>(ghosts + COUNT, load<u32>(ghosts + COUNT) + 1);
}

/** False: it was none. */
export function recallGhost(ghosts: usize, page: u32): bool {
  if (!isGhost(ghosts, page)) return false;
  removeGhost(ghosts, page);
  return true;
}

/** `page`, which is one, is none from now on. */
export function removeGhost(ghosts: usize, page: u32): void {
  const at = load<usize>(ghosts + PLACES) + ((<usize>page) << 2);
  const place = load<u32>(at);
  store<u32>(at, 0);
  store<u32>(load<usize>(ghosts + QUEUE) + ((<usize>(place - 1)) << 2), NONE);
  store<u32>(ghosts + COUNT, load<u32>(ghosts + COUNT) - 1);
}

/** There is one; gives which. */
export function forgetOldestGhost(ghosts: usize): u32 {
  const queue = load<usize>(ghosts + QUEUE);
  let head = load<u32>(ghosts + HEAD);
  while (load<u32>(queue + ((<usize>head) << 2)) === NONE) head++;
  const page = load<u32>(queue + ((<usize>head) << 2));
  store<u32>(load<usize>(ghosts + PLACES) + ((<usize>page) << 2), 0);
  store<u32>(ghosts + HEAD, head + 1);
  store<u32>(ghosts + COUNT, load<u32>(ghosts + COUNT) - 1);
  return page;
}

function closeHoles(ghosts: usize): void {
  const queue = load<usize>(ghosts + QUEUE);
  const places = load<usize>(ghosts + PLACES);
  const tail = load<u32>(ghosts + TAIL);
  let to: u32 = 0;
  for (let at = load<u32>(ghosts + HEAD); at < tail; at++) {
    const page = load<u32>(queue + ((<usize>at) << 2));
    if (page === NONE) continue;
    store<u32>(queue + ((<usize>to) << 2), page);
    to++;
    store<u32>(places + ((<usize>page) << 2), to);
  }
  store<u32>(ghosts + HEAD, 0);
  store<u32>(ghosts + TAIL, to);
}
