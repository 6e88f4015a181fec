/**
 * Backing: who hands pages on to whom. A pager that is backed by itself, or by one that it backs,
 * waits for itself as soon as it is asked (Mach's list of what data managers do wrong), so the
 * backing that would close such a cycle is refused when it is set up [LAST3].
 */

/** What backs a pager that swap backs. */
export const SWAP_BACKS = -1;

/**
 * By pager, what it is backed by. The pagers of the cycle that the first one to close one closes,
 * from it to it, or null.
 */
export function cycleOf(backing: readonly number[]): number[] | null {
  for (let last = 0; last < backing.length; last++) {
    const cycle = cycleClosedBy(backing, last);
    if (cycle !== null) return cycle;
  }
  return null;
}

/** The cycle that pager `last` closes among pagers up to it; null: there is none. */
function cycleClosedBy(backing: readonly number[], last: number): number[] | null {
  const cycle = [last];
  let at = backing[last] ?? SWAP_BACKS;
  while (at !== SWAP_BACKS && at <= last && cycle.length <= last + 1) {
    cycle.push(at);
    if (at === last) return cycle;
    at = backing[at] ?? SWAP_BACKS;
  }
  return null;
}

/** The same with every backing that closes a cycle refused: swap backs those pagers. */
export function withoutCycles(backing: readonly number[]): number[] {
  const allowed = [...backing];
  for (let cycle = cycleOf(allowed); cycle !== null; cycle = cycleOf(allowed))
    allowed[cycle[0] as number] = SWAP_BACKS;
  return allowed;
}
