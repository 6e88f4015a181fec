/**
 * Sample bounds: how often what an estimate says of itself (lab/curves/sampled.ts) holds, on the traces of the
 * repository, each as a whole beside samples of it.
 *
 *   node bench/sample-bounds.ts RATE SEEDS [LIMIT]
 */

import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Curves } from '../lab/curves/curve.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const POLICIES = 'lru,clock,sieve';
const SIZES = 'auto:4';

const [rate = '0.5', seeds = '3', limit] = process.argv.slice(2);
const bounds: number[] = [];
const missed: string[] = [];
let samples = 0;
let worst = 0;
let coarse = 0;
for (const file of readdirSync(`${root}/traces`).filter((name) => name.endsWith('.lht'))) {
  const whole = curves(file, ['--sizes', SIZES]);
  const sizes = (whole.curves[0]?.points ?? []).map(({ frames }) => frames).join(',');
  for (let seed = 1; seed <= Number(seeds); seed++) {
    const sample = ['--sizes', sizes, '--sample', rate, '--seed', String(seed)];
    const greatest = compare(file, seed, whole, curves(file, sample));
    samples++;
    if (greatest > 0.01) coarse++;
  }
}
console.log(`${bounds.length - missed.length} of ${bounds.length} bounds held`);
console.log(`${coarse} of ${samples} samples had one above 0.01`);
console.log(`estimates with a bound were off by ${worst.toFixed(5)} at most`);
for (const one of missed) console.log(one);

function curves(file: string, options: readonly string[]): Curves {
  const asked = ['curve', `traces/${file}`, '--policy', POLICIES, ...options, '--json', '--quiet'];
  if (limit !== undefined) asked.push('--limit', limit);
  const text = execFileSync(process.execPath, ['bin/leasehold.mjs', ...asked], { cwd: root });
  return JSON.parse(String(text)) as Curves;
}

/** Notes each bound, and those that do not hold; gives the greatest. */
function compare(file: string, seed: number, whole: Curves, sample: Curves): number {
  let greatest = 0;
  for (const [at, { policy, points }] of sample.curves.entries())
    for (const [index, { frames, misses, bound }] of points.entries()) {
      if (bound === undefined) continue;
      bounds.push(bound);
      greatest = Math.max(greatest, bound);
      const exact = whole.curves[at]?.points[index]?.misses as number;
      const error = Math.abs(misses / sample.references - exact / whole.references);
      worst = Math.max(worst, error);
      if (error > bound)
        missed.push(
          `${file}, seed ${seed}, ${policy} in ${frames}: off by ${error.toFixed(5)}, not ${bound.toFixed(5)}`,
        );
    }
  return greatest;
}
