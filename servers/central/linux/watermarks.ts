/**
 * Watermarks of Linux, for 4 KiB pages: kswapd wakes below `low` and stops at `high`. min_free_kbytes
 * is the root of 16 times the memory in KiB, low a quarter of it more and high a half (mm/page_alloc.c;
 * watermark_scale_factor 10 of 10,000 is less than that below 4 GiB). The floor of 128 KiB is left out,
 * and `high` is at most a 32nd of memory (moderation.ts).
 */

import type { Thresholds } from '../../../contracts/central-management.ts';
import { moderate } from '../moderation.ts';

const KIB_PER_FRAME = 4;

export function watermarks(frames: number): Thresholds {
  const minKib = Math.floor(Math.sqrt(16 * frames * KIB_PER_FRAME));
  const min = Math.max(1, Math.floor(minKib / KIB_PER_FRAME));
  const thresholds = { freeMin: min + Math.ceil(min / 4), freeTarget: min + Math.ceil(min / 2) };
  return moderate(thresholds, frames);
}
