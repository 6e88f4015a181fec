import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { documentSchema } from '../../../lab/report/index.ts';
import { processorTexts } from '../../../lab/report/processor-lines.ts';
import type { Row } from '../../../lab/results.ts';
import { leasehold } from '../../bin/support.ts';

const scenarios = fileURLToPath(new URL('../../../scenarios', import.meta.url));

const cpu = {
  program: 50,
  translation: 5,
  trap: 5,
  message: 10,
  scan: 1,
  zero: 2,
  interrupted: 2,
  heldUp: 0,
  idle: 25,
};

const processors = {
  consistency: 'tolerate',
  shootdowns: 1200,
  interrupted: 2400,
  shotPages: 5000,
  shootdownNs: 1_234_567,
  respondNs: 4,
  leftToTick: 0,
  staleHits: 0,
  staleWrites: 0,
  leftToReturn: 9,
  lazyDrops: 8,
  rises: 7,
  cpus: [cpu, { ...cpu, program: 0, idle: 75 }],
};

test('a line a row about its CPUs, none where there is one', () => {
  const row = { management: 'mach', frames: 1000 } as Row;
  expect(processorTexts([row])).toEqual([]);
  expect(processorTexts([{ ...row, processors }])).toEqual([
    'CPUs, mach at 1,000 frames: 1,200 shootdowns, 2,400 CPUs interrupted, 1.23 ms for whoever asked, ' +
      '8 spaces dropped on return; busy 75 25 %',
  ]);
  const late = { ...processors, leftToTick: 3, staleWrites: 2 };
  expect(processorTexts([{ ...row, processors: late }])[0]).toContain(
    'asked, 3 changes left to a tick, 2 writes through stale entries, 8',
  );
});

test('[CPU2] the document has the CPUs of each row, and their parts sum to one length', async () => {
  const file = 'multiprocessor.yaml';
  const { code, out } = await leasehold(scenarios, 'run', file, '--management', 'mach', '--json');
  expect(code).toBe(0);
  const { rows } = documentSchema.parse(JSON.parse(out));
  const { processors: told, totals } = rows[0] as (typeof rows)[number];
  const lengths = (told?.cpus ?? []).map((one) =>
    Object.values(one).reduce((sum, part) => sum + part, 0),
  );
  expect(lengths).toHaveLength(4);
  expect(new Set(lengths).size).toBe(1);
  expect(totals.shootdowns).toBe(told?.shootdowns);
  expect(told?.interrupted).toBeGreaterThan(told?.shootdowns ?? 0);
  // What was interrupted but waited for the nucleus anyway lost nothing.
  expect(told?.respondNs).toBeLessThanOrEqual(700 * (told?.interrupted ?? 0));
});
