/** Page-table formats by the name that scenarios and cost profiles use. */

import type { PageTableFormat } from './format.ts';
import { rtPc } from './rt-pc.ts';
import { x8664 } from './x86-64.ts';

export type { PageTableFormat, PageTableState } from './format.ts';
export { LARGE, MODIFIED, PRESENT, REFERENCED, WRITABLE } from './format.ts';

/** A format's own state type is known to itself alone: hand back what its `create` returned. */
export const pageTableFormats: Record<string, PageTableFormat> = {
  'x86-64': x8664,
  'rt-pc': rtPc,
};
