/**
 * Plan: what a stack is made of, from the top down. Most layers stand on the rest of the list; a
 * mirrored one ends it with two lists of its own; a tiered one has a list for its upper tier, and the
 * rest of the list is the lower one; what comes after a remote one is on another machine.
 */

import type { CompressedPlan } from '../layers/compressed-state.ts';
import type { TieredPlan } from '../layers/tiered-state.ts';
import type { WaitingPlan } from '../layers/waiting-state.ts';

/** What a layer is made of; the keys `K` may be absent, which makes them what build.ts says. */
type Wished<Plan, K extends keyof Plan> = Omit<Plan, K> & {
  readonly [Key in K]?: Plan[Key] | undefined;
};

export type LayerPlan =
  | (Wished<WaitingPlan, 'low' | 'writers'> & { readonly layer: 'waiting' })
  | (Wished<Omit<CompressedPlan, 'seed'>, 'framesMin'> & { readonly layer: 'compressed' })
  | { readonly layer: 'deduplicating' | 'encrypting' }
  | {
      readonly layer: 'mirrored';
      readonly sides: readonly [readonly LayerPlan[], readonly LayerPlan[]];
    }
  | (Wished<TieredPlan, 'low'> & {
      readonly layer: 'tiered';
      readonly upper: readonly LayerPlan[];
    })
  | RemoteLayerPlan
  | DiskLayerPlan;

export interface RemoteLayerPlan {
  readonly layer: 'remote';
  readonly latencyNs?: number | undefined;
  readonly jitterNs?: number | undefined;
  readonly bytesPerSecond?: number | undefined;
  /** Chance that a packet is lost, in 2^16. */
  readonly loss?: number | undefined;
  readonly timeoutNs?: number | undefined;
  readonly tries?: number | undefined;
}

export interface DiskLayerPlan {
  readonly layer: 'disk';
  /** Name of a device model; absent: the machine's. */
  readonly device?: string | undefined;
  /** Blocks; absent: as many as pages may need. */
  readonly blocks?: number | undefined;
  /** Most blocks of a paging file; absent: a partition. */
  readonly blocksMax?: number | undefined;
  readonly grow?: number | undefined;
  readonly cluster?: number | undefined;
  /** Each id has a block of its own. */
  readonly fixed?: boolean | undefined;
  readonly pageBlocks?: number | undefined;
  /** Chances of faults in 2^16, from when a run begins. */
  readonly faults?: Readonly<Record<string, number>> | undefined;
  /** Writes that the drive acknowledges before they are durable. */
  readonly cacheBlocks?: number | undefined;
}
