import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import {
  compareScenario,
  createInlinePool,
  createPool,
  type Pool,
} from '../../../lab/compare/index.ts';
import { documentOf, documentText } from '../../../lab/report/index.ts';
import { loadScenario } from '../../../lab/scenario/index.ts';
import { small } from '../../bin/support.ts';

const folder = mkdtempSync(join(tmpdir(), 'leasehold-order-'));
const file = join(folder, 'small.yaml');
writeFileSync(file, small.replace('frames: 64', 'frames: [90, 64]'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function documentBy(pool: Pool): Promise<string> {
  try {
    const loaded = await loadScenario(file, {}, pool);
    return documentText(documentOf(await compareScenario(loaded, pool, { oracles: true })));
  } finally {
    await pool.close();
  }
}

/** Does the jobs one by one, the last asked for first. */
function backwards(): Pool {
  const inner = createInlinePool();
  const waiting: (() => Promise<void>)[] = [];
  let busy = false;
  const work = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    await new Promise((resolve) => setImmediate(resolve));
    for (let job = waiting.pop(); job; job = waiting.pop()) await job();
    busy = false;
  };
  const run: Pool['run'] = (job, label, events) =>
    new Promise((resolve, reject) => {
      waiting.push(() => inner.run(job, label, events).then(resolve, reject));
      void work();
    });
  return { run, close: inner.close };
}

test('whoever is done first, the document is the same: rows by size, then by management', async () => {
  const inline = await documentBy(createInlinePool());
  expect(await documentBy(backwards())).toBe(inline);
  expect(await documentBy(createPool({ size: 2 }))).toBe(inline);
  const { rows } = JSON.parse(inline) as { rows: { management: string; frames: number }[] };
  expect(rows.map(({ frames, management }) => `${frames} ${management}`)).toEqual(
    [90, 64].flatMap((frames) =>
      ['contracts', 'mach', 'optimal'].map((name) => `${frames} ${name}`),
    ),
  );
});
