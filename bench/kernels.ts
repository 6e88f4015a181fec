/**
 * Kernel rows: compiled kernels beside their twins in TypeScript, in turn, over the recorded programs and
 * over pages with little locality.
 */

import { policies } from '../clients/policies/index.ts';
import { zipf } from '../clients/programs/index.ts';
import { lruCurve } from '../lab/bounds/lru-curve.ts';
import { lruTraffic } from '../lab/bounds/lru-traffic.ts';
import { optimalCurve } from '../lab/curves/optimal-curve.ts';
import { simulate } from '../lab/curves/simulation.ts';
import { fastLruCurve } from '../lab/kernels/lru-curve.ts';
import { fastLruTraffic } from '../lab/kernels/lru-traffic.ts';
import { optimalFaults } from '../lab/kernels/optimal-sizes.ts';
import { simulateLanes } from '../lab/kernels/policies.ts';
import { createRandom } from '../sim-hw/random.ts';
import { cpuSeconds, inTurn, median, medianRatio, type Row } from './measure.ts';
import type { NamedProgram } from './speed.ts';

const ROUNDS = 5;
const SIZES = 16;

type Work = (runs: Uint32Array, pages: number) => unknown;

export interface Contest {
  readonly name: string;
  readonly kernel: Work;
  readonly twin: Work;
  /** Sizes that a reference is counted for. */
  readonly sizes: number;
  /** Pages of the string with little locality, which the twin must be able to finish. */
  readonly pages: number;
}

/** What a kernel is held against. */
export const contests: readonly Contest[] = [
  { name: 'kernel-lru-curve', kernel: fastLruCurve, twin: lruCurve, sizes: 1, pages: 1e6 },
  { name: 'kernel-lru-traffic', kernel: fastLruTraffic, twin: lruTraffic, sizes: 1, pages: 1e6 },
  {
    name: 'kernel-optimal',
    kernel: (runs, pages) => optimalFaults(runs, pages, sizesOf(pages)),
    twin: optimalCurve,
    sizes: SIZES,
    pages: 3e4,
  },
  policyContest('kernel-clock', 'clock', () => [1 / 4]),
  policyContest('kernel-clock-sizes', 'clock', partsOfSizes),
  policyContest('kernel-s3-fifo-sizes', 's3-fifo', partsOfSizes),
  policyContest('kernel-car-sizes', 'car', partsOfSizes),
  policyContest('kernel-clock-pro-sizes', 'clock-pro', partsOfSizes),
  policyContest('kernel-arc-sizes', 'arc', partsOfSizes),
  policyContest('kernel-lfu-sizes', 'lfu', partsOfSizes),
];

/** A policy as a kernel beside the policy itself, in these parts of the pages. */
function policyContest(name: string, of: string, parts: () => readonly number[]): Contest {
  const policy = policies[of];
  const sizes = (pages: number): number[] =>
    parts().map((part) => Math.max(1, Math.floor(part * pages)));
  return {
    name,
    kernel: (runs, pages) =>
      simulateLanes(of, policy.parameters ?? {}, runs, pages, sizes(pages)) ??
      fail(`bench: ${of} has no kernel`),
    twin: (runs, pages) =>
      simulate(policy, { runs, pageNumbers: new Float64Array(pages) }, sizes(pages)),
    sizes: parts().length,
    pages: 5e4,
  };
}

/** References to each page of the string with little locality, on average. */
const USES = 4;
const ALPHA = 0.75;

/** Each contest on the recorded programs, the slowest of which counts, then where there is little locality. */
export function kernelRows(programs: readonly NamedProgram[]): Row[] {
  return contests.flatMap((contest) => {
    const { pages } = contest;
    const spread = zipf(pages, USES * pages, ALPHA, 0.2, createRandom(1));
    const far = kernelRow(`${contest.name}-far`, contest, [{ name: 'zipf', program: spread }]);
    return [kernelRow(contest.name, contest, programs), far];
  });
}

/** One contest on these programs. */
export function kernelRow(
  name: string,
  { kernel, twin, sizes }: Contest,
  programs: readonly NamedProgram[],
): Row {
  const speeds: number[] = [];
  const ratios: number[] = [];
  for (const { name: which, program } of programs) {
    const pages = program.pageNumbers.length;
    const contenders = [kernel, twin].map(
      (work) => () => cpuSeconds(() => void work(program.runs, pages)),
    );
    const [ours, theirs] = inTurn(ROUNDS, contenders) as [number[], number[]];
    speeds.push((sizes * program.references) / median(ours));
    ratios.push(medianRatio(theirs, ours));
    const speed = ((speeds.at(-1) as number) / 1e6).toFixed(0);
    process.stderr.write(`  ${name}, ${which}: ${speed} M/s, ${ratios.at(-1)?.toFixed(2)}\n`);
  }
  const unit = sizes === 1 ? 'references/s' : 'ref. x sizes/s';
  const of = 'times its twin in TypeScript (least over traces)';
  return { name, value: Math.min(...speeds), unit, ratio: Math.min(...ratios), of };
}

/** Parts of 17 of the pages. */
function sizesOf(pages: number): number[] {
  return partsOfSizes().map((part) => Math.max(1, Math.floor(part * pages)));
}

function partsOfSizes(): number[] {
  return Array.from({ length: SIZES }, (_, at) => (at + 1) / (SIZES + 1));
}

function fail(what: string): never {
  throw new Error(what);
}
