/** L-E11: each of its figures is outside once what it rests on is taken away. */

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPool, type Pool } from '../../../lab/compare/index.ts';
import { runExperiment } from '../../../lab/papers/index.ts';

const file = 'lab/scenarios/papers/buffer-transfer.yaml';
const experiment = { file, text: readFileSync(file, 'utf8') };

let pool: Pool;
beforeAll(() => {
  pool = createPool({ size: 1 });
});
afterAll(() => pool.close());

const run = (set: Record<string, unknown> = {}) =>
  runExperiment(experiment, pool, { oracles: false, set });

test.each([
  [{ copyNs: 0 }, ['copy, us', 'copy of copy on write']],
  [
    { mapNs: 0 },
    [
      'volatile, us',
      'cached, us',
      'share (plain), us',
      'copy on write, us',
      'share of reuse',
      'copy on write of share',
    ],
  ],
  [{ mapNs: 0, copyNs: 0 }, ['copy of reuse']],
  [{ walkStartPs: 40_000_000 }, ['reuse (cached and volatile), us']],
])('[TIME5] with %j outside: %j', async (figures, outside) => {
  const { figures: found } = await run({ 'machine.figures': figures });
  for (const what of outside)
    expect(found.find((figure) => figure.what === what)?.verdict, what).toBe('OUTSIDE');
});

test('what a transfer costs once, its messages, is in no figure', async () => {
  const [as, dear] = [await run(), await run({ 'machine.figures': { messageNs: 9_000_000 } })];
  expect(dear.figures).toEqual(as.figures);
});

test('a machine or a probe that there is none of is refused, and where', async () => {
  await expect(run({ 'machine.costs': 'vax' })).rejects.toThrow(/machine\.costs/);
  const text = experiment.text.replace('probe: buffer-transfer', 'probe: buffer');
  await expect(runExperiment({ file, text }, pool, { oracles: false })).rejects.toThrow(
    /paper\.probe/,
  );
});
