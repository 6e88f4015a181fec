/**
 * Sampler: which pages a reader keeps, before they get ids and memory (SHARDS: Waldspurger, Park,
 * Garthwaite, Ahmad, Efficient MRC Construction with SHARDS, FAST 2015).
 *
 *   fixed rate   pages whose hash is below rate * 2^32, each with all of its references
 *   fixed size   at most so many pages: whenever there are more, the threshold is lowered, and the pages
 *                above it go from the log with their references. At the end the log holds what one
 *                read at the last threshold would have kept from the start.
 *
 * The log's runs are bounded in the same way, so a trace of any length and of any number of pages is read
 * in bounded memory. n frames of the sample stand for n / rate frames of the whole.
 */

const TWO_TO_32 = 4294967296;
/** Runs in a log: 256 MiB. */
const RUNS_MOST = 1 << 26;
const SAMPLE_PAGES_MAX = 1 << 23;

export interface SampleWanted {
  /** Share of the pages, above 0, at most 1; of these as many as `pages` says. Default: 1. */
  readonly rate?: number;
  /** Pages at most; default: 2^23. */
  readonly pages?: number;
  readonly seed: number;
}

export interface Sampler {
  readonly seed: number;
  readonly pagesMost: number;
  readonly runsMost: number;
  /** Pages whose hash is below are in the sample. */
  threshold: number;
  /** References to any page, so far. */
  references: number;
  /** Pages of the whole, where the file tells; else null. */
  pages: number | null;
}

/** `runsMost` is for tests. */
export function createSampler(wanted: SampleWanted, runsMost = RUNS_MOST): Sampler {
  return {
    seed: wanted.seed,
    pagesMost: Math.min(SAMPLE_PAGES_MAX, wanted.pages ?? SAMPLE_PAGES_MAX),
    runsMost,
    threshold: (wanted.rate ?? 1) * TWO_TO_32,
    references: 0,
    pages: null,
  };
}

/** Share of the pages that is in the sample now. */
export function rateOf({ threshold }: Sampler): number {
  return threshold / TWO_TO_32;
}

/** Whether page `high * 2^32 + low` is in the sample. */
export function isSampled(sampler: Sampler, low: number, high: number): boolean {
  return hashOf(sampler.seed, low, high) < sampler.threshold;
}

/** One of `groups` that the page falls into, whatever the threshold: for how far parts of a sample differ. */
export function groupOf(page: number, seed: number, groups: number): number {
  const low = page | 0;
  return hashOf(~seed, low, Math.floor(page / TWO_TO_32)) % groups;
}

/** 32 bits of a page number and a seed, mixed as MurmurHash3 ends (Appleby, public domain). */
export function hashOf(seed: number, low: number, high: number): number {
  return mixed(mixed(mixed(seed | 0) ^ high) ^ low) >>> 0;
}

function mixed(word: number): number {
  let bits = Math.imul((word ^ (word >>> 16)) + 0x9e3779b9, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
