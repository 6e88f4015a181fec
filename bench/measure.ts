/**
 * Measuring: rounds of several contenders taken in turn, so that a noisy machine hits all alike.
 */

export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What the value is compared with stands in `of`; null where there is nothing to compare. */
  readonly ratio: number | null;
  readonly of: string;
}

/**
 * Seconds of CPU that this thread spends on `work`: what others do on the machine is not in it, nor
 * what V8's own threads do beside it (parallel garbage collection).
 */
export function cpuSeconds(work: () => void): number {
  const from = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(from);
  return (user + system) / 1e6;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/**
 * Runs every contender `rounds` times, in turn, after `warmUps` rounds that do not count. A
 * contender does its own set-up and returns the seconds of what is measured. Result: by contender,
 * its seconds in each round.
 */
export function inTurn(
  rounds: number,
  contenders: readonly (() => number)[],
  warmUps = 2,
): number[][] {
  const taken: number[][] = contenders.map(() => []);
  for (let round = -warmUps; round < rounds; round++)
    for (const [i, contender] of contenders.entries()) {
      const time = contender();
      if (round >= 0) (taken[i] as number[]).push(time);
    }
  return taken;
}

/** Median over the rounds of a[i] / b[i]. */
export function medianRatio(a: readonly number[], b: readonly number[]): number {
  return median(a.map((value, i) => value / (b[i] as number)));
}
