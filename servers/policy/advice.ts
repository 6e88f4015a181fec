/**
 * Advice: how many frames there are for a task, and how fast to go there (Viengoos, Walfield 2009:
 * available and damping factor of the activity statistics; lineage, section 2).
 *
 *   available = max(share, own) + excess of others that can be taken + what others leave unused
 *               - what others claimed of late, net
 *               - under pressure 1/40 (a little) to 1/8 (all stand still) of it
 *
 * at most all frames but those that others hold and may keep. A task that grows or shrinks by 2^damping until the next advice, an eighth
 * of the way, does not overshoot when all do so at once.
 */

/** What advice is made of, of one task. */
export interface Standing {
  readonly weight: number;
  readonly priority: number;
  readonly guaranteed: number;
  /** Frames held now, and a period ago. */
  readonly allocated: number;
  readonly before: number;
}

/** Frames there are for the task at `at`. `some`: thousandths of the time that some stood still. */
export function availableTo(
  all: readonly Standing[],
  at: number,
  frames: number,
  some: number,
): number {
  const own = all[at] as Standing;
  const weights = all.reduce((sum, { weight }) => sum + weight, 0);
  const shareOf = ({ weight }: Standing) => Math.floor((frames * weight) / weights);
  let available = Math.max(shareOf(own), own.allocated);
  let claimed = 0;
  let reach = frames;
  for (const [index, other] of all.entries()) {
    if (index === at) continue;
    const theirs = Math.max(shareOf(other), other.guaranteed);
    const excess = other.priority <= own.priority ? Math.max(0, other.allocated - theirs) : 0;
    available += excess;
    reach -= other.allocated - excess;
    available += Math.max(0, shareOf(other) - other.allocated);
    claimed += other.allocated - other.before;
  }
  available = Math.min(reach, available) - Math.max(0, claimed);
  if (some > 0) available -= Math.floor(available / (40 - Math.floor((32 * some) / 1000)));
  return Math.max(0, available);
}

/** Power of two by which to grow (positive) or shrink (negative) until the next advice; or 0. */
export function dampingTo(available: number, allocated: number): number {
  const eighth = Math.floor(Math.abs(available - allocated) / 8);
  if (eighth < 2) return 0;
  const power = 31 - Math.clz32(eighth);
  return available > allocated ? power : -power;
}
