/** Messages that map pages of containers by the range (SPEC [CONT43]). */

import { z } from 'zod';
import { capability, count, flag, length, slot } from './field-schemas.ts';

/** In order of op number. */
export const mapMessages = {
  // Whoever holds a capability -> memory server, and its answer.
  /** Maps the first `count` pages at the sender's own, from `page` on; access as of mapPage. */
  mapPages: z.object({
    container: capability,
    page: slot,
    count: length,
    access: z.int().min(0).max(3),
  }),
  /** So many are mapped, from the first on; writable 0 though it was asked for: one is a copy. */
  pagesMapped: z.object({ container: capability, page: slot, count, writable: flag }),
} as const;
