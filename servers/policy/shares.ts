/**
 * Shares: how large a guarantee each task may have. Pure arithmetic in whole frames.
 *
 *   1. a user's quota bounds what its tasks ask for together, by priority and weight as below
 *   2. every task that asks gets its least, the higher priority first
 *   3. the rest goes by priority, the highest first; among equals by weight, max-min: who asks for
 *      less than its share leaves the rest to the others
 *
 * Priorities and weights after Viengoos' sibling relations (Walfield 2009); max-min fairness after
 * Bertsekas and Gallager (1987).
 */

export interface Claim {
  /** Index of its user; the quotas are by this index. */
  readonly user: number;
  /** 1 or more. */
  readonly weight: number;
  /** Higher is served first. */
  readonly priority: number;
  /** Frames without which it cannot run. */
  readonly least: number;
  /** Frames that it asks for; 0: nothing. */
  readonly want: number;
}

/** Frames for each claim; together at most `frames`, and at most its user's quota. */
export function sharesOf(
  claims: readonly Claim[],
  quotas: readonly number[],
  frames: number,
): number[] {
  const capped = capByUser(claims, quotas);
  const shares = claims.map(() => 0);
  const order = prioritiesOf(claims);
  let left = frames;
  for (const priority of order)
    for (const [at, claim] of claims.entries()) {
      if (claim.priority !== priority) continue;
      const least = Math.min(claim.least, capped[at] as number);
      if (least > left) continue;
      shares[at] = least;
      left -= least;
    }
  for (const priority of order) {
    const wants = claims.map((claim, at) => {
      const served = claim.priority === priority && !isStarved(claim, shares[at] as number);
      return served ? (capped[at] as number) - (shares[at] as number) : 0;
    });
    for (const [at, more] of divide(wants, claims, left).entries()) {
      shares[at] = (shares[at] as number) + more;
      left -= more;
    }
  }
  return shares;
}

/** Below its least a claim gets nothing: it could not run on a part of it. */
function isStarved({ least, want }: Claim, share: number): boolean {
  return share < Math.min(least, want);
}

/** The priorities there are, the highest first. */
function prioritiesOf(claims: readonly Claim[]): number[] {
  return [...new Set(claims.map(({ priority }) => priority))].sort((a, b) => b - a);
}

/** What of its wants a user's quota leaves to each task: by priority and weight, the leasts kept. */
function capByUser(claims: readonly Claim[], quotas: readonly number[]): number[] {
  const capped = claims.map(() => 0);
  for (const [user, quota] of quotas.entries()) {
    let left = quota;
    for (const priority of prioritiesOf(claims)) {
      const own = claims.map((one) => (one.user === user && one.priority === priority ? 1 : 0));
      const wants = claims.map(({ want }, at) => want * (own[at] as number));
      const lower = claims.filter((one) => one.user === user && one.priority < priority);
      const kept = leastOf(lower);
      const least = leastOf(claims.filter((_, at) => own[at] === 1));
      const room = Math.max(left - kept, Math.min(left, least));
      for (const [at, frames] of divide(wants, claims, room).entries()) {
        capped[at] = (capped[at] as number) + frames;
        left -= frames;
      }
    }
  }
  return capped;
}

function leastOf(claims: readonly Claim[]): number {
  return claims.reduce((sum, { least, want }) => sum + Math.min(least, want), 0);
}

/** Max-min by weight: `frames` among those who want any. */
export function divide(
  wants: readonly number[],
  weighted: readonly { readonly weight: number }[],
  frames: number,
): number[] {
  const got = wants.map(() => 0);
  let open = wants.flatMap((want, at) => (want > 0 ? [at] : []));
  let left = frames;
  while (open.length > 0) {
    const all = open.reduce((sum, at) => sum + (weighted[at]?.weight as number), 0);
    const shareOf = (at: number) => Math.floor((left * (weighted[at]?.weight as number)) / all);
    const content = open.filter((at) => (wants[at] as number) <= shareOf(at));
    if (content.length === 0) {
      for (const at of open) got[at] = shareOf(at);
      left -= open.reduce((sum, at) => sum + (got[at] as number), 0);
      // What rounding leaves: one frame each, in order.
      for (const at of open) if (left-- > 0) got[at] = (got[at] as number) + 1;
      return got;
    }
    for (const at of content) {
      got[at] = wants[at] as number;
      left -= wants[at] as number;
    }
    open = open.filter((at) => !content.includes(at));
  }
  return got;
}
