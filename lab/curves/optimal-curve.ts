/**
 * Optimal curve: the faults of Belady's optimal replacement at every number of frames, from one pass
 * (Mattson, Gecsei, Slutz, Traiger, IBM Systems Journal 9(2), 1970, section "OPT").
 *
 * OPT is a stack algorithm: what it holds in F frames are the first F pages of one list. A reference
 * brings its page from its place d to the front; the page that stood there is carried down, and at each
 * place the page with the nearer next use stays and the other is carried on, until place d is filled.
 *
 *   place   1    2    3    4    5    6        page c is referenced (d = 5), next uses below
 *           a    b    e    f    c    g
 *           9    4   12    7    .    8        a goes down, b stays, a stays at e's, e at c's
 *           c    b    a    f    e    g
 *
 * So pages move only where the next use exceeds all those before it: few of the places above d. They are
 * found through the greatest next use of each block of 64 places, and of each 64 blocks.
 *
 * 18 bytes a page. Exact; a page is never passed by (demand paging).
 */

import { NO_NEXT_USE, nextUses } from '../bounds/next-use.ts';

const BLOCK_BITS = 6;
const BLOCK = 1 << BLOCK_BITS;
const SPAN_BITS = 2 * BLOCK_BITS;

interface OptimalStack {
  /** Page at each place, from 0; the place of each page, or -1. */
  readonly pageAt: Uint32Array;
  readonly placeOf: Int32Array;
  /** Next use of the page at each place; 0 where there is none. */
  readonly nextAt: Uint32Array;
  /** Greatest next use within each block but the first, and within each 64 blocks but the first. */
  readonly inBlock: Uint32Array;
  readonly inSpan: Uint32Array;
  /** Places in use. */
  used: number;
}

/**
 * Faults of OPT with f frames, for f = 0..pages, started empty. faults[0] counts every reference; from
 * 1 on, the references of a run after its first are hits. Page ids are below `pages`. Throws RangeError
 * for 2^32 - 1 runs or more.
 */
export function optimalCurve(runs: Uint32Array, pages: number): Float64Array {
  if (runs.length >= NO_NEXT_USE)
    throw new RangeError(`optimalCurve: ${runs.length} runs, expected fewer than ${NO_NEXT_USE}`);
  const stack = emptyStack(pages);
  const next = nextUses(runs, pages);
  const { placeOf, nextAt } = stack;
  /** hits[d]: runs whose page was found at place d, from 0. */
  const hits = new Float64Array(pages);
  let references = 0;
  let coldMisses = 0;
  for (let at = 0; at < runs.length; at++) {
    const run = runs[at];
    const page = run >>> 8;
    references += (run & 63) + 1;
    const place = placeOf[page];
    if (place === 0) nextAt[0] = next[at];
    else if (place > 0) {
      hits[place]++;
      bringUp(stack, page, place, next[at]);
    } else {
      coldMisses++;
      bringUp(stack, page, stack.used++, next[at]);
    }
  }
  const curve = new Float64Array(pages + 1);
  let faults = coldMisses;
  for (let frames = pages; frames >= 1; frames--) {
    curve[frames] = faults;
    faults += hits[frames - 1];
  }
  curve[0] = references;
  return curve;
}

function emptyStack(pages: number): OptimalStack {
  return {
    pageAt: new Uint32Array(pages),
    placeOf: new Int32Array(pages).fill(-1),
    nextAt: new Uint32Array(pages),
    inBlock: new Uint32Array((pages >>> BLOCK_BITS) + 1),
    inSpan: new Uint32Array((pages >>> SPAN_BITS) + 1),
    used: 0,
  };
}

/** Brings `page` from `place` to the front; those that are carried down fill the places between. */
function bringUp(stack: OptimalStack, page: number, place: number, next: number): void {
  const { pageAt, placeOf, nextAt } = stack;
  let carried = pageAt[0];
  let carriedNext = nextAt[0];
  pageAt[0] = page;
  nextAt[0] = next;
  placeOf[page] = 0;
  if (place === 0) return;
  for (let at = exceeding(stack, 1, place, carriedNext); at < place; ) {
    const left = pageAt[at];
    const leftNext = nextAt[at];
    setPlace(stack, at, carried, carriedNext);
    carried = left;
    carriedNext = leftNext;
    at = exceeding(stack, at + 1, place, carriedNext);
  }
  setPlace(stack, place, carried, carriedNext);
}

/** The first place from `from` on, before `to`, whose next use exceeds `bound`; else `to`. */
function exceeding(stack: OptimalStack, from: number, to: number, bound: number): number {
  const { nextAt, inBlock, inSpan } = stack;
  let at = from;
  while (at < to) {
    if ((at & (BLOCK - 1)) === 0 && inBlock[at >>> BLOCK_BITS] <= bound) {
      const skipsSpan =
        (at & ((1 << SPAN_BITS) - 1)) === 0 && at > 0 && inSpan[at >>> SPAN_BITS] <= bound;
      at += skipsSpan ? 1 << SPAN_BITS : BLOCK;
      continue;
    }
    const end = Math.min(to, (at | (BLOCK - 1)) + 1);
    for (; at < end; at++) if (nextAt[at] > bound) return at;
  }
  return to;
}

/** Puts `page` at `place`, and keeps the greatest next uses of the blocks behind the first true. */
function setPlace(stack: OptimalStack, place: number, page: number, next: number): void {
  const { pageAt, placeOf, nextAt, inBlock, inSpan } = stack;
  const before = nextAt[place];
  pageAt[place] = page;
  placeOf[page] = place;
  nextAt[place] = next;
  const block = place >>> BLOCK_BITS;
  if (block === 0) return;
  if (next < before && before === inBlock[block])
    setGreatest(inBlock, block, greatest(nextAt, block), inSpan);
  else if (next > inBlock[block]) setGreatest(inBlock, block, next, inSpan);
}

function setGreatest(inBlock: Uint32Array, block: number, next: number, inSpan: Uint32Array): void {
  const before = inBlock[block];
  inBlock[block] = next;
  const span = block >>> BLOCK_BITS;
  if (next > inSpan[span]) inSpan[span] = next;
  else if (next < before && before === inSpan[span]) inSpan[span] = greatest(inBlock, span);
}

/** The greatest of the 64 entries that `group` stands for. */
function greatest(entries: Uint32Array, group: number): number {
  const end = Math.min(entries.length, (group + 1) << BLOCK_BITS);
  let most = 0;
  for (let at = group << BLOCK_BITS; at < end; at++) if (entries[at] > most) most = entries[at];
  return most;
}
