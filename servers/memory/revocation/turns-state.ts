/** State of turns: claims on extras of others, and what an arbiter that moves extras goes by. */

import { periodOf, type Terms } from '../../../contracts/terms.ts';
import { createRent, type Rent } from '../contracts/rent.ts';
import { arbiterOf } from './arbiters/index.ts';
import { createPlaceholders, type PlaceholdersState } from './placeholders.ts';
import { createUseOrder, type UseOrder } from './use-order.ts';
import { createUseSamples, type UseSamplesState } from './use-samples.ts';

export interface TurnsState {
  /** Ids of clients for which a frame has been called back, oldest first. */
  readonly claims: number[];
  /** When clients are looked at next, on the clock of terms. */
  nextLook: number;
  /** Of arbiters that go by use in samples; else null. */
  readonly samples: UseSamplesState | null;
  /** Of arbiters that go by order of use; else null. */
  readonly byUse: TurnsByUse | null;
  /** What frames cost now, where the price follows demand; else null. */
  readonly rent: Rent | null;
}

export interface TurnsByUse {
  readonly order: UseOrder;
  readonly placeholders: PlaceholdersState;
}

/** Null where the arbiter moves nothing. */
export function createTurns(frames: number, terms: Terms): TurnsState | null {
  const { moves, standing, turnBy } = arbiterOf(terms);
  if (!moves) return null;
  return {
    claims: [],
    nextLook: 0,
    samples: standing === 'idle' ? createUseSamples() : null,
    byUse:
      turnBy === 'use'
        ? { order: createUseOrder(frames), placeholders: createPlaceholders() }
        : null,
    rent: standing === 'credit' ? createRent(periodOf(terms)) : null,
  };
}
