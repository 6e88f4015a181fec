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
/** With a time each: 192 MiB. */
const TIMED_RUNS_MOST = 1 << 24;
const SAMPLE_PAGES_MAX = 1 << 23;

export interface SampleWanted {
  /** Share of the pages, above 0, at most 1; of these as many as `pages` says. Default: 1. */
  readonly rate?: number;
  /** Pages at most; default: 2^23. */
  readonly pages?: number;
  readonly seed: number;
  /** Bytes that are in the sample together, a power of two; default: a page. */
  readonly regionBytes?: number;
  /** Whether it is kept when each run was. Default: no. */
  readonly keepsTime?: boolean;
}

export interface Sampler {
  readonly seed: number;
  readonly pagesMost: number;
  readonly runsMost: number;
  readonly keepsTime: boolean;
  /** Logarithm of the bytes that are in the sample together; 0: each page for itself. */
  readonly regionBits: number;
  /** Pages whose hash is below are in the sample. */
  threshold: number;
  /** References to any page, so far. */
  references: number;
  /** Pages of the whole, where the file tells; else null. */
  pages: number | null;
}

/** `runsMost` is for tests. */
export function createSampler(wanted: SampleWanted, runsMost?: number): Sampler {
  const { keepsTime = false, regionBytes = 1 } = wanted;
  return {
    keepsTime,
    regionBits: Math.log2(regionBytes),
    seed: wanted.seed,
    pagesMost: Math.min(SAMPLE_PAGES_MAX, wanted.pages ?? SAMPLE_PAGES_MAX),
    runsMost: runsMost ?? (keepsTime ? TIMED_RUNS_MOST : RUNS_MOST),
    threshold: (wanted.rate ?? 1) * TWO_TO_32,
    references: 0,
    pages: null,
  };
}

/** Keeps every page, and the time: set `references` before each run of a trace that has times. */
export function keepAll(): Sampler {
  return createSampler({ seed: 0, keepsTime: true });
}

/** Share of the pages that is in the sample now. */
export function rateOf({ threshold }: Sampler): number {
  return threshold / TWO_TO_32;
}

/** Whether page `high * 2^32 + low`, of 2^pageBits bytes, is in the sample. */
export function isSampled(sampler: Sampler, low: number, high: number, pageBits: number): boolean {
  return sampleHash(sampler, low, high, pageBits) < sampler.threshold;
}

/** What decides whether that page is in a sample: the same for all pages of a region. */
export function sampleHash(
  { seed, regionBits }: Sampler,
  low: number,
  high: number,
  pageBits: number,
): number {
  if (regionBits <= pageBits) return hashOf(seed, low, high);
  const bits = regionBits - pageBits;
  return hashOf(seed, (low >>> bits) | (high << (32 - bits)), high >>> bits);
}

/** One of `groups` that the page falls into, whatever the threshold: for how far parts of a sample differ. */
export function groupOf(
  page: number,
  { seed, regionBits }: Pick<Sampler, 'seed' | 'regionBits'>,
  groups: number,
  pageBits: number,
): number {
  const region = Math.floor(page / 2 ** Math.max(0, regionBits - pageBits));
  return hashOf(~seed, region | 0, Math.floor(region / TWO_TO_32)) % groups;
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
