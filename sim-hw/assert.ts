/**
 * A broken invariant ends the run: it is a defect of leasehold, never of its input. Whoever runs
 * the machine adds the seed and the command that reproduces it.
 */
export class InvariantBroken extends Error {}

/** `what` reads 'where: what'. */
export function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new InvariantBroken(what);
}
