import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readTrace } from '../../../lab/traces/index.ts';

const FOLDER = join(import.meta.dirname, '../../../traces');

/** `| `name.lht` | references | pages | reads | writes | fetches | bytes | ...` of the README. */
async function documented(): Promise<Map<string, number[]>> {
  const readme = await readFile(join(FOLDER, 'README.md'), 'utf8');
  const rows = readme.matchAll(/^\| `(\S+\.lht)` \|(.*)\|$/gm);
  return new Map(
    [...rows].map(([, name, cells]) => [
      name,
      cells
        .split('|')
        .slice(0, 6)
        .map((cell) => Number(cell.replaceAll(',', ''))),
    ]),
  );
}

test('every recorded trace reads back with the counts its README gives', async () => {
  const rows = await documented();
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.lht')).sort();
  expect([...rows.keys()].sort()).toEqual(files);
  let bytesAll = 0;
  for (const name of files) {
    const trace = await readTrace(join(FOLDER, name));
    const { size } = await stat(join(FOLDER, name));
    const found = [trace.references, trace.pageNumbers.length, ...trace.kinds, size];
    expect([name, found]).toEqual([name, rows.get(name)]);
    bytesAll += size;
  }
  expect(bytesAll).toBeLessThan(11e6);
});
