/** The arbiters by name. */

import type { Arbiter } from './arbiter.ts';
import { excess } from './excess.ts';
import { karma } from './karma.ts';
import { share } from './share.ts';

export const arbiters: Readonly<Record<string, Arbiter>> = { excess, share, karma };
