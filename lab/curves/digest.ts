/**
 * Digest: what blocks of a trace come to, for those who take no fault in them.
 *
 *   runs     a a b a c b b a ...          a block of 64
 *   digest   c b a                        each page once, in the order of its last use
 *
 * A page's entry is a packed run (sim-hw/references.ts): a write if any of its references was, and as
 * long as all of them together, or 64 long where they are more. Blocks of 512, 4,096 and 32,768 runs are
 * digests of the digests of 8. Programs use few pages at a time: a block of 64 runs comes to some 10
 * entries, one of 32,768 to 150.
 *
 * Who holds every page of a block has no fault in it. And between two faults a policy that only marks
 * pages, counts their references or moves them to the front is after the digest where it is after the
 * runs (`digest` in contracts/policy.ts, POL20).
 */

import { FETCH, RUN_LENGTH_MAX } from '../../sim-hw/references.ts';

/** Runs in a finest block, and finer blocks in a coarser one, as powers of two. */
const FINEST_BITS = 6;
export const STEP_BITS = 3;
const LEVELS_MAX = 4;
/** A level has at most this share of the entries below it; else it is not worth its looks. */
const SHARE_MAX = 0.75;

export interface DigestLevel {
  /** Logarithm of the runs in a block. */
  readonly blockBits: number;
  /** Packed runs of all whole blocks; those of block b from starts[b] to starts[b + 1]. */
  readonly runs: Uint32Array;
  readonly starts: Uint32Array;
}

export interface Digest {
  /** Finest first; none where blocks repeat too little. */
  readonly levels: readonly DigestLevel[];
  /** References before each finest block, a last part included. */
  readonly before: Float64Array;
}

/** Page ids of `runs` are below `pages`. In shared memory, so that workers read one copy. */
export function digestOf(runs: Uint32Array, pages: number): Digest {
  const blocks = runs.length >>> FINEST_BITS;
  const every = Uint32Array.from({ length: blocks + 1 }, (_, block) => block << FINEST_BITS);
  const scratch = createScratch(pages);
  const levels: DigestLevel[] = [];
  let below: DigestLevel = { blockBits: 0, runs, starts: every };
  for (let blockBits = FINEST_BITS; levels.length < LEVELS_MAX; blockBits += STEP_BITS) {
    const level = coarser(below, blockBits, levels.length === 0 ? 0 : STEP_BITS, scratch);
    if (level === undefined || level.starts.length < 2) break;
    levels.push(level);
    below = level;
  }
  return { levels, before: referencesBefore(runs) };
}

/** The coarsest level of which a whole block lies at [from, to), or -1. */
export function levelAt({ levels }: Digest, from: number, to: number): number {
  let level = -1;
  while (level + 1 < levels.length) {
    const size = 1 << levels[level + 1].blockBits;
    if ((from & (size - 1)) !== 0 || from + size > to) break;
    level++;
  }
  return level;
}

/** The first end of a finest block at run `at` or behind it. */
export function finestEnd(at: number): number {
  return Math.ceil(at / (1 << FINEST_BITS)) << FINEST_BITS;
}

/** References in runs [0, to). */
export function referencesUpTo({ before }: Digest, runs: Uint32Array, to: number): number {
  const block = to >>> FINEST_BITS;
  let references = before[block];
  for (let at = block << FINEST_BITS; at < to; at++) references += (runs[at] & 63) + 1;
  return references;
}

interface Scratch {
  /** By page: the block that it was met in last, counted over all levels, and its place in it. */
  readonly metIn: Int32Array;
  readonly placeOf: Int32Array;
  /** By place: the page's entry. */
  readonly entryAt: Uint32Array;
  met: number;
}

function createScratch(pages: number): Scratch {
  return {
    metIn: new Int32Array(pages),
    placeOf: new Int32Array(pages),
    entryAt: new Uint32Array(1 << (FINEST_BITS + STEP_BITS * (LEVELS_MAX - 1))),
    met: 0,
  };
}

/** Digests of 2^stepBits blocks of `below` each; undefined where they are hardly shorter. */
function coarser(
  below: DigestLevel,
  blockBits: number,
  stepBits: number,
  scratch: Scratch,
): DigestLevel | undefined {
  const blocks = (below.starts.length - 1) >>> stepBits;
  const most = Math.floor(below.starts[blocks << stepBits] * SHARE_MAX);
  const found = new Uint32Array(most);
  const starts = sharedWords(blocks + 1);
  let end = 0;
  for (let block = 0; block < blocks; block++) {
    const from = below.starts[block << stepBits];
    const to = below.starts[(block + 1) << stepBits];
    const places = gather(scratch, below.runs, from, to);
    if (end + places > most) return undefined;
    for (let place = places - 1; place >= 0; place--) found[end++] = scratch.entryAt[place];
    starts[block + 1] = end;
  }
  const runs = sharedWords(end);
  runs.set(found.subarray(0, end));
  return { blockBits, runs, starts };
}

/** Entries for the pages of runs [from, to), those used last first; how many. */
function gather(scratch: Scratch, runs: Uint32Array, from: number, to: number): number {
  const { metIn, placeOf, entryAt } = scratch;
  const met = ++scratch.met;
  let places = 0;
  for (let at = to - 1; at >= from; at--) {
    const run = runs[at];
    const page = run >>> 8;
    // What a fetch is told as: a read.
    const own = run & ~(FETCH << 6);
    if (metIn[page] === met) {
      const place = placeOf[page];
      const entry = entryAt[place];
      const references = (entry & 63) + (own & 63) + 1;
      entryAt[place] =
        ((entry | own) & ~63) | (references < RUN_LENGTH_MAX ? references : RUN_LENGTH_MAX - 1);
    } else {
      metIn[page] = met;
      placeOf[page] = places;
      entryAt[places++] = own;
    }
  }
  return places;
}

function referencesBefore(runs: Uint32Array): Float64Array {
  const blocks = (runs.length >>> FINEST_BITS) + 1;
  const before = new Float64Array(new SharedArrayBuffer(8 * blocks));
  let references = 0;
  for (let block = 0; block < blocks; block++) {
    before[block] = references;
    const end = Math.min(runs.length, (block + 1) << FINEST_BITS);
    for (let at = block << FINEST_BITS; at < end; at++) references += (runs[at] & 63) + 1;
  }
  return before;
}

function sharedWords(count: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(4 * count));
}
