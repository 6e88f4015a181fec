/** The arbiters by name. */

import type { arbiterNames, Terms } from '../../../../contracts/terms.ts';
import type { Arbiter } from './arbiter.ts';
import { excess } from './excess.ts';
import { idleTax } from './idle-tax.ts';
import { karma } from './karma.ts';
import { lruSp } from './lru-sp.ts';
import { market } from './market.ts';
import { share } from './share.ts';

export const arbiters: Readonly<Record<(typeof arbiterNames)[number], Arbiter>> = {
  excess,
  share,
  karma,
  'lru-sp': lruSp,
  'idle-tax': idleTax,
  market,
};

/** The arbiter that the terms name. */
export function arbiterOf({ arbiter }: Terms): Arbiter {
  return arbiters[arbiter];
}
