/**
 * Ghosts: pages that have left, oldest first; any may return. Each knows its place in the queue; who returns
 * makes a hole, and holes are closed when the queue has come to the end of its room. Its record: queue, room,
 * head, tail, count, place by page (plus one; 0: no ghost).
 */

import { NONE } from '../lane';
import { room } from '../memory';

const QUEUE: usize = 0;
const CAPACITY: usize = 4;
const HEAD: usize = 8;
const TAIL: usize = 12;
const COUNT: usize = 16;
const PLACES: usize = 20;
export const GHOSTS_RECORD: usize = 24;

const SLACK: u32 = 256;

/** Of `pages` pages at most `most` at a time. */
export function layOutGhosts(ghosts: usize, pages: u32, most: u32): void {
  const places = 2 * most + SLACK;
  store<usize>(ghosts + QUEUE, room((<usize>places) << 2));
  store<u32>(ghosts + CAPACITY, places);
  store<usize>(ghosts + PLACES, room((<usize>pages) << 2));
}

export function ghostCount(ghosts: usize): u32 {
  return load<u32>(ghosts + COUNT);
}

export function isGhost(ghosts: usize, page: u32): bool {
  return load<u32>(load<usize>(ghosts + PLACES) + ((<usize>page) << 2)) !== 0;
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
  const at = load<usize>(ghosts + PLACES) + ((<usize>page) << 2);
  const place = load<u32>(at);
  if (place === 0) return false;
  store<u32>(at, 0);
  store<u32>(load<usize>(ghosts + QUEUE) + ((<usize>(place - 1)) << 2), NONE);
  store<u32>(ghosts + COUNT, load<u32>(ghosts + COUNT) - 1);
  return true;
}

/** There is one. */
export function forgetOldestGhost(ghosts: usize): void {
  const queue = load<usize>(ghosts + QUEUE);
  let head = load<u32>(ghosts + HEAD);
  while (load<u32>(queue + ((<usize>head) << 2)) === NONE) head++;
  const page = load<u32>(queue + ((<usize>head) << 2));
  store<u32>(load<usize>(ghosts + PLACES) + ((<usize>page) << 2), 0);
  store<u32>(ghosts + HEAD, head + 1);
  store<u32>(ghosts + COUNT, load<u32>(ghosts + COUNT) - 1);
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
