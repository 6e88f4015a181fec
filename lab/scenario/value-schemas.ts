/** What a value in a scenario file may be: frames, pages, a time, a quantity, a name. */

import { z } from 'zod';
import { PAGES_MAX } from '../../sim-hw/references.ts';

/** References of a generated program: bounds its memory. */
export const REFERENCES_MAX = 1 << 27;
/** One second for one page: more is a mistake. */
export const REGENERATE_NS_MAX = 1_000_000_000;
/** An hour. */
export const PAUSE_NS_MAX = 3_600_000_000_000;

export const frames = z.int().min(1).max(PAGES_MAX);
export const pages = z.int().min(1).max(PAGES_MAX);
export const references = z.int().min(1).max(REFERENCES_MAX);
export const fraction = z.number().min(0).max(1);
export const name = z.string().min(1).max(60);

/** A moment or a length on the clock of terms; 0 needs no unit. */
export const timeSchema = z.union([
  z.literal(0),
  z.strictObject({
    ns: z.int().min(0).optional(),
    us: z.number().min(0).optional(),
    ms: z.number().min(0).optional(),
    s: z.number().min(0).optional(),
    references: z.int().min(0).optional(),
  }),
]);
export type Time = z.infer<typeof timeSchema>;

/** Frames, or a share of memory. */
export const quantitySchema = z.union([
  z.int().min(0).max(PAGES_MAX),
  z.string().regex(/^(100|\d{1,2}(\.\d+)?)\s?%$/),
]);
export type Quantity = z.infer<typeof quantitySchema>;
