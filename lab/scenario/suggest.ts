/**
 * Suggestions: the name that a misspelt one was meant to be.
 *
 * Distance is Damerau's (1964, optimal string alignment): letters inserted, deleted, replaced, or
 * two neighbours exchanged, one each.
 */

/** The candidate nearest to `asked`, or undefined when none is near. The first of equals. */
export function nearestName(asked: string, candidates: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let nearestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const distance = editDistance(asked.toLowerCase(), candidate.toLowerCase());
    if (distance > Math.max(1, Math.floor(candidate.length / 3))) continue;
    if (distance >= nearestDistance) continue;
    nearest = candidate;
    nearestDistance = distance;
  }
  return nearest;
}

/** The end of a message about an unknown name: `did you mean 'clock'?`, else all there are. */
export function didYouMean(asked: string, candidates: readonly string[]): string {
  const nearest = nearestName(asked, candidates);
  return nearest === undefined
    ? `there are ${candidates.join(', ')}`
    : `did you mean '${nearest}'?`;
}

function editDistance(from: string, to: string): number {
  let twoAbove: number[] = [];
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let least = Math.min(
        above[column - 1] + (same ? 0 : 1),
        above[column] + 1,
        current[column - 1] + 1,
      );
      const crossed = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (crossed && row > 1 && column > 1) least = Math.min(least, twoAbove[column - 2] + 1);
      current.push(least);
    }
    twoAbove = above;
    above = current;
  }
  return above[to.length];
}
