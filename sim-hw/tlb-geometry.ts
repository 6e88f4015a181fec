/**
 * TLB geometries: how many translations each level holds, and where they may stand. Data only.
 *
 * All are simplified alike: replacement is exact LRU within a set, one TLB serves instructions and
 * data, and an entry holds a 4 KiB or a 2 MiB page in the same ways.
 */

export interface TlbGeometry {
  readonly name: string;
  /** One line: the machine, its source, what is simplified. */
  readonly summary: string;
  /** Sets are powers of two. */
  readonly firstSets: number;
  readonly firstWays: number;
  /** Both 0 when there is no second level. */
  readonly secondSets: number;
  readonly secondWays: number;
}

export const tlbGeometries: Record<string, TlbGeometry> = {
  skylake: {
    name: 'skylake',
    summary:
      'Intel Skylake: 64 entries 4-way, then 1536 entries 12-way (recalled). There 2 MiB pages ' +
      'have a first level of 32 entries to themselves and instructions one of 128; here all share.',
    firstSets: 16,
    firstWays: 4,
    secondSets: 128,
    secondWays: 12,
  },
  r3000: {
    name: 'r3000',
    summary:
      'MIPS R3000: 64 entries, fully associative, filled by software (recalled). The real one ' +
      'replaces at random and keeps 8 of them out of that; here LRU over all 64.',
    firstSets: 1,
    firstWays: 64,
    secondSets: 0,
    secondWays: 0,
  },
  'rt-pc': {
    name: 'rt-pc',
    summary: 'IBM RT PC (ROMP): 32 entries, 16 sets of 2, LRU, filled by hardware (recalled).',
    firstSets: 16,
    firstWays: 2,
    secondSets: 0,
    secondWays: 0,
  },
};
