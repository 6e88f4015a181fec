/**
 * Mappings: which virtual pages map which resident page, on two lists at once.
 *
 *   list of the page    to take a page from all who map it (pageout, copies)
 *   list of the space   to take a range from one space, in time of what is mapped there
 *
 * 4.3BSD-based Mach keeps the first as pv entries (recalled). A mapping is one Mach page, however many
 * entries of the hardware it takes.
 */

import { NONE } from './pool.ts';

export interface Mappings {
  /** By mapping; grow together. */
  space: Int32Array;
  address: Float64Array;
  page: Int32Array;
  wired: Uint8Array;
  nextOfPage: Int32Array;
  previousOfPage: Int32Array;
  nextOfSpace: Int32Array;
  previousOfSpace: Int32Array;
  used: number;
  free: number;
  readonly firstOfPage: Int32Array;
  readonly firstOfSpace: Int32Array;
  readonly countOfSpace: Int32Array;
}

const INITIAL = 64;

export function createMappings(pages: number, spaces: number): Mappings {
  return {
    space: new Int32Array(INITIAL),
    address: new Float64Array(INITIAL),
    page: new Int32Array(INITIAL).fill(NONE),
    wired: new Uint8Array(INITIAL),
    nextOfPage: new Int32Array(INITIAL),
    previousOfPage: new Int32Array(INITIAL),
    nextOfSpace: new Int32Array(INITIAL),
    previousOfSpace: new Int32Array(INITIAL),
    used: 0,
    free: NONE,
    firstOfPage: new Int32Array(pages).fill(NONE),
    firstOfSpace: new Int32Array(spaces).fill(NONE),
    countOfSpace: new Int32Array(spaces),
  };
}

/** The mapping of `page` at `address` of `space`, or NONE. */
export function findMapping(
  mappings: Mappings,
  page: number,
  space: number,
  address: number,
): number {
  let at = mappings.firstOfPage[page];
  while (at !== NONE && (mappings.space[at] !== space || mappings.address[at] !== address))
    at = mappings.nextOfPage[at];
  return at;
}

export function linkMapping(
  mappings: Mappings,
  page: number,
  space: number,
  address: number,
): number {
  const at = takeRecord(mappings);
  mappings.space[at] = space;
  mappings.address[at] = address;
  mappings.page[at] = page;
  mappings.wired[at] = 0;
  const { nextOfPage, previousOfPage, nextOfSpace, previousOfSpace } = mappings;
  pushFront(at, mappings.firstOfPage, page, nextOfPage, previousOfPage);
  pushFront(at, mappings.firstOfSpace, space, nextOfSpace, previousOfSpace);
  mappings.countOfSpace[space]++;
  return at;
}

export function unlinkMapping(mappings: Mappings, at: number): void {
  const { nextOfPage, previousOfPage, nextOfSpace, previousOfSpace } = mappings;
  const space = mappings.space[at];
  takeOut(at, mappings.firstOfPage, mappings.page[at], nextOfPage, previousOfPage);
  takeOut(at, mappings.firstOfSpace, space, nextOfSpace, previousOfSpace);
  mappings.countOfSpace[space]--;
  mappings.page[at] = NONE;
  mappings.nextOfSpace[at] = mappings.free;
  mappings.free = at;
}

function pushFront(
  at: number,
  heads: Int32Array,
  list: number,
  next: Int32Array,
  previous: Int32Array,
): void {
  const head = heads[list];
  next[at] = head;
  previous[at] = NONE;
  if (head !== NONE) previous[head] = at;
  heads[list] = at;
}

function takeOut(
  at: number,
  heads: Int32Array,
  list: number,
  next: Int32Array,
  previous: Int32Array,
): void {
  const before = previous[at];
  const after = next[at];
  if (before === NONE) heads[list] = after;
  else next[before] = after;
  if (after !== NONE) previous[after] = before;
}

function takeRecord(mappings: Mappings): number {
  const at = mappings.free;
  if (at !== NONE) {
    mappings.free = mappings.nextOfSpace[at];
    return at;
  }
  if (mappings.used === mappings.page.length) grow(mappings);
  return mappings.used++;
}

function grow(mappings: Mappings): void {
  const size = mappings.page.length * 2;
  mappings.space = grown(mappings.space, new Int32Array(size));
  mappings.address = grown(mappings.address, new Float64Array(size));
  mappings.page = grown(mappings.page, new Int32Array(size).fill(NONE));
  mappings.wired = grown(mappings.wired, new Uint8Array(size));
  mappings.nextOfPage = grown(mappings.nextOfPage, new Int32Array(size));
  mappings.previousOfPage = grown(mappings.previousOfPage, new Int32Array(size));
  mappings.nextOfSpace = grown(mappings.nextOfSpace, new Int32Array(size));
  mappings.previousOfSpace = grown(mappings.previousOfSpace, new Int32Array(size));
}

function grown<A extends Int32Array | Float64Array | Uint8Array>(from: A, into: A): A {
  into.set(from);
  return into;
}
