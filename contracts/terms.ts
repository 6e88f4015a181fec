/**
 * Terms of a contract, and of the memory server that grants it. Times are on the clock of terms:
 * nanoseconds, or references where a scenario counts in references.
 */

import { z } from 'zod';

/** What the server does to a client that misses the deadline of a notice. */
export const penalties = ['none', 'repossess', 'kill'] as const;
export type Penalty = (typeof penalties)[number];

export const termsSchema = z.strictObject({
  /** Contracts run this long and are then renewed or expire; 0: without end. */
  term: z.int().min(0).default(0),
  /** From a notice to its deadline when extras are called back: no time for I/O. */
  graceExtra: z.int().min(1),
  /** From the agreement on a smaller guarantee until it falls: time to write out. */
  graceShrink: z.int().min(1),
  penalty: z.enum(penalties).default('repossess'),
  /** Credits for a frame held a second (or a million references); absent or 0: frames are free. */
  price: z.int().min(0).max(1_000_000).optional(),
});

export type Terms = z.infer<typeof termsSchema>;
