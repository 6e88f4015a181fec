/**
 * Moderation: thresholds of systems that never run in a megabyte. Their formulas have constant parts
 * that would keep a sixth to a half of our memories free, and so decide every comparison; on machines
 * of gigabytes they keep one or two hundredths. So no more than a 32nd of memory is kept free (assumed).
 */

import type { Thresholds } from '../../contracts/central-management.ts';

const SHARE = 32;

export function moderate({ freeMin, freeTarget }: Thresholds, frames: number): Thresholds {
  const most = Math.max(1, Math.floor(frames / SHARE));
  if (freeTarget <= most) return { freeMin, freeTarget };
  return { freeMin: Math.max(1, Math.floor((freeMin * most) / freeTarget)), freeTarget: most };
}
