import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { leasehold, temporaryFolder } from './support.ts';

const { folder, remove } = temporaryFolder();
const matrix = fileURLToPath(new URL('../../traces/matrix.lht', import.meta.url));
afterAll(remove);

async function facts(file: string): Promise<Record<string, unknown>> {
  const ended = await leasehold(folder, 'trace', 'info', file, '--json');
  expect(ended).toMatchObject({ code: 0, err: '' });
  return JSON.parse(ended.out) as Record<string, unknown>;
}

test('a disk trace of another tool: told of, with a page size of our own, and converted', async () => {
  writeFileSync(join(folder, 'disk.lis'), '8 8 0 0\n16 1 0 1\n');
  expect(await facts('disk.lis')).toMatchObject({
    format: 'lis',
    references: 9,
    pages: 9,
    lines: 2,
    pageBytes: 512,
  });
  const large = await leasehold(folder, 'trace', 'info', 'disk.lis', '--page-bytes', '4096');
  expect(large.out).toContain('pages       2 of 4 KiB');
  expect(large.out).toMatch(/^frames, faults of LRU/m);
  const made = await leasehold(folder, 'trace', 'convert', 'disk.lis', 'disk.csv', '--to', 'csv');
  expect(made).toMatchObject({ code: 0, out: 'disk.csv: 9 references to 9 pages in 77 bytes\n' });
  expect(readFileSync(join(folder, 'disk.csv'), 'utf8')).toMatch(/^page,kind,count\n8,r,1\n/);
});

test('cut, filter, sample and mix make traces that can be read', async () => {
  const commands = [
    ['cut', matrix, 'part', '--from', '100', '--count', '50000', '--limit', '60000'],
    ['filter', 'part', 'short', '--frames', '50'],
    ['sample', 'part', 'share', '--rate', '0.5'],
    ['mix', 'part', 'short', 'both', '--quantum', '100', '--seed', '7'],
  ];
  for (const args of commands) {
    const ended = await leasehold(folder, 'trace', ...args);
    expect(ended.code, ended.err).toBe(0);
  }
  const [part, short, share, both] = await Promise.all(
    ['part', 'short', 'share', 'both'].map((file) => facts(file)),
  );
  expect(part.references).toBe(50_000);
  expect(short.references).toBeLessThan(25_000);
  expect(short.pages).toBe(part.pages);
  expect(share.pages).toBeLessThan(part.pages as number);
  expect(both.references).toBe(50_000 + (short.references as number));
  expect(both.pages).toBe(2 * (part.pages as number));
}, 120_000);
