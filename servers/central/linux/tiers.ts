/**
 * Tiers of the multi-gen LRU and the controller that protects them: a feedback loop over how many of
 * the pages that were evicted of a tier came back (read_ctrl_pos, reset_ctrl_pos, positive_ctrl_err of
 * mm/vmscan.c, 6.x). It is proportional and integral: the position of a tier is what the present
 * generation counts plus an average of the generations before, halved each time; there is no
 * derivative term. The first tier is the set point. A tier above is evicted from as long as it has
 * come back little (fewer than `batch` pages), or at no higher rate than the first one, with a margin of
 * two; the tiers above that are protected.
 */

export const TIERS = 4;

/** By tier of each member, TIERS * member + tier. */
export interface TierState {
  readonly evicted: Float64Array;
  readonly refaulted: Float64Array;
  readonly protectedPages: Float64Array;
  readonly averageRefaulted: Float64Array;
  readonly averageTotal: Float64Array;
  /** MIN_LRU_BATCH: 64 pages in Linux; few of our machines have as many to spare. */
  readonly batch: number;
}

const SET_POINT_GAIN = 1;
const TIER_GAIN = 2;

export function createTiers(members: number, batch: number): TierState {
  const each = () => new Float64Array(TIERS * members);
  return {
    evicted: each(),
    refaulted: each(),
    protectedPages: each(),
    averageRefaulted: each(),
    averageTotal: each(),
    batch,
  };
}

/** The tier of a page with so many uses counted: its base-2 logarithm, rounded up. */
export function tierOf(uses: number): number {
  let tier = 0;
  while (tier < TIERS - 1 && 1 << tier < uses + 1) tier++;
  return tier;
}

/** The highest tier of a member that is evicted from. */
export function evictableTier(tiers: TierState, member: number): number {
  const first = TIERS * member;
  const pointRefaulted = refaultedOf(tiers, first);
  const pointTotal = totalOf(tiers, first);
  let tier = 1;
  for (; tier < TIERS; tier++) {
    const refaulted = refaultedOf(tiers, first + tier);
    const total = totalOf(tiers, first + tier);
    const isLow =
      refaulted < tiers.batch ||
      refaulted * (pointTotal + tiers.batch) * SET_POINT_GAIN <=
        (pointRefaulted + 1) * total * TIER_GAIN;
    if (!isLow) break;
  }
  return tier - 1;
}

/** A generation is used up: what it counted goes into the averages. */
export function carryOver(tiers: TierState, member: number): void {
  for (let at = TIERS * member; at < TIERS * (member + 1); at++) {
    tiers.averageRefaulted[at] = refaultedOf(tiers, at) / 2;
    tiers.averageTotal[at] = totalOf(tiers, at) / 2;
    tiers.refaulted[at] = 0;
    tiers.evicted[at] = 0;
    tiers.protectedPages[at] = 0;
  }
}

function refaultedOf({ averageRefaulted, refaulted }: TierState, at: number): number {
  return (averageRefaulted[at] as number) + (refaulted[at] as number);
}

function totalOf({ averageTotal, evicted, protectedPages }: TierState, at: number): number {
  const now = (evicted[at] as number) + (protectedPages[at] as number);
  return (averageTotal[at] as number) + now;
}
