/**
 * Terms of a contract, and of the memory server that grants it. Times are on the clock of terms:
 * nanoseconds, or references where a scenario counts in references.
 */

import { z } from 'zod';

/** What the server does to a client that misses the deadline of a notice. */
export const penalties = ['none', 'karma', 'repossess', 'drop', 'kill'] as const;
export type Penalty = (typeof penalties)[number];

/** Who is asked for frames first (servers/memory/revocation/arbiters). */
export const arbiterNames = ['excess', 'share', 'karma', 'lru-sp', 'idle-tax', 'market'] as const;

export const termsSchema = z.strictObject({
  /** Contracts run this long and are then renewed or expire; 0: without end. */
  term: z.int().min(0).default(0),
  /** From a notice to its deadline when extras are called back: no time for I/O. */
  graceExtra: z.int().min(1),
  /** From the agreement on a smaller guarantee until it falls: time to write out. */
  graceShrink: z.int().min(1),
  penalty: z.enum(penalties).default('repossess'),
  arbiter: z.enum(arbiterNames).default('excess'),
  /**
   * Penalty karma: how often an offender is then not asked, and within how many of its own requests
   * for frames it must comply (Viengoos: 8 and 1000).
   */
  karmaBad: z.int().min(1).max(1000).default(8),
  karmaWindow: z.int().min(1).default(1000),
  /**
   * A client that has no CPU gets at most so much longer to answer a notice; then what is due is
   * taken without a penalty. 0: deadlines do not care. Default: nine times graceExtra.
   */
  starvationMax: z.int().min(0).optional(),
  /** Share of its guarantee that a client may have wired; absent: nothing. */
  wiredMax: z.number().min(0).max(1).optional(),
  /** The longest that a frame is wired at a time; absent: not at all. */
  wiredTimeMax: z.int().min(0).optional(),
  /**
   * How much longer, at the most, a client may take over a notice while a server moves pages of its
   * own: the time of a slow device is not the client's. Absent or 0: deadlines do not care.
   */
  writeMax: z.int().min(0).optional(),
  /** Frames that are called back at a time, at the least; absent: what waiting requests lack. */
  reclaimBatch: z.union([z.int().min(1).max(65_536), z.literal('adaptive')]).optional(),
  /** Credits for a frame held a second (or a million references); absent or 0: frames are free. */
  price: z.int().min(0).max(1_000_000).optional(),
  /** Soft references that a client may have; absent: one for each frame that is free. */
  softMax: z
    .int()
    .min(0)
    .max(2 ** 24)
    .optional(),
  /** Frames of records that the server keeps for a client, for each frame of G; absent: any number. */
  metadataMax: z.number().min(0).max(1000).optional(),
  /** The server moves a few frames so often; absent or 0: never. */
  moveEvery: z.int().min(0).optional(),
  /** It moves frames under a lock too, which a device may be reaching: what CONT35 forbids. */
  movesPinned: z.boolean().optional(),
  /** Frames of page tables are the mapping task's own, given before it maps; absent: nobody's. */
  chargePageTables: z.boolean().optional(),
  /** Notices ask for clean frames first, and give so long for these; absent: for any, at once. */
  graceClean: z.int().min(1).optional(),
  /** Arbiter idle-tax: an idle frame counts as 1 / (1 - tax) (ESX: 0.75). */
  idleTax: z.number().min(0).max(0.99).default(0.75),
  /** Arbiter idle-tax: runs of each client that are looked at in a period (ESX: 100). */
  idleSamples: z.int().min(1).max(1000).default(32),
  /** Arbiters idle-tax and market: the period of samples and prices. Default: 100 x graceExtra. */
  arbiterPeriod: z.int().min(1).optional(),
  /** Arbiter lru-sp: who keeps a frame whose turn it was is owed nobody else's (Cao). */
  placeholders: z.boolean().default(true),
});

export type Terms = z.infer<typeof termsSchema>;

/** How much longer a client without CPU may take over a notice. */
export function starvationOf({ starvationMax, graceExtra }: Terms): number {
  return starvationMax ?? 9 * graceExtra;
}

/** The shortest time between a notice and its deadline: no lock on what may be extras is longer. */
export function graceLeast({ graceExtra, graceClean = graceExtra }: Terms): number {
  return Math.min(graceExtra, graceClean);
}

/** Between two looks at who uses what, and at prices. */
export function periodOf({ arbiterPeriod, graceExtra }: Terms): number {
  return arbiterPeriod ?? 100 * graceExtra;
}

/** Terms as they are asked for: what has a default may be left out. */
export type TermsWish = z.input<typeof termsSchema>;
