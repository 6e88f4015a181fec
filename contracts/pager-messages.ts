/** Messages between the two pagers of a task: the primary one and the final one behind it [LAST9]. */

import { z } from 'zod';
import { count } from './field-schemas.ts';

/** In order of op number. */
export const pagerMessages = {
  // Primary pager -> final pager.
  /** The page of my records that a fault needs, and that is out. */
  needRecords: z.object({ page: count }),
  // Final pager -> primary pager.
  /** It is in; the page that went out for it, plus one, or 0. */
  recordsIn: z.object({ page: count, out: count }),
} as const;
