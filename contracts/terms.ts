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
  /** Share of its guarantee that a client may have wired; absent: nothing. */
  wiredMax: z.number().min(0).max(1).optional(),
  /** The longest that a frame is wired at a time; absent: not at all. */
  wiredTimeMax: z.int().min(0).optional(),
});

export type Terms = z.infer<typeof termsSchema>;
