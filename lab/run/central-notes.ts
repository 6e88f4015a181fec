/** What a central management has done beyond naming victims, for the notes of its row. */

import type { PagerState } from '../../paging/state.ts';
import type { World } from './boot.ts';
import { centralOf } from './centrals.ts';

export function centralNotes({ kernel, options, central }: World): string[] {
  const management = centralOf(options.management);
  if (management === undefined) return [];
  const { central: state, policy } = kernel.receivers[central].state as PagerState;
  const counts = {
    ...(state !== null && {
      rescued: state.rescues,
      'written to stay': state.cleanings,
      suspended: state.suspensions,
    }),
    ...management.counters?.(policy),
  };
  const told = Object.entries(counts).flatMap(([what, count]) =>
    count === 0 ? [] : [`${what} ${count}`],
  );
  return told.length === 0 ? [] : [`pages and tasks: ${told.join(', ')}`];
}
