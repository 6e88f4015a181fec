import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createInlinePool } from '../../../lab/compare/index.ts';
import { compareFormats, formatsTable } from '../../../lab/formats/index.ts';
import { pageTableFormats } from '../../../sim-hw/page-table/index.ts';

const SCENARIO = new URL('../../../scenarios/page-table-formats.yaml', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'leasehold-formats-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The scenario of the house with one thing changed. */
function changed(from: string | RegExp, to: string): string {
  const text = readFileSync(SCENARIO, 'utf8');
  expect(text).toMatch(from);
  const file = join(folder, 'changed.yaml');
  writeFileSync(file, text.replace(from, to));
  return file;
}

test('[PMAP2] one scenario on every page table: the same run, and each pays in its own coin', async () => {
  const overrides = { limit: 3000 };
  const result = await compareFormats(SCENARIO, overrides, createInlinePool(), { oracles: true });
  expect(result.refused).toEqual([]);
  expect(result.violations).toEqual([]);
  const names = Object.keys(pageTableFormats);
  expect(result.rows.map(({ pageTable }) => pageTable)).toEqual([...names, ...names]);
  for (const { differs, pageTable } of result.rows) expect(differs, pageTable).toEqual([]);
  const under = (management: string) =>
    Object.fromEntries(
      result.rows
        .filter((row) => row.management === management)
        .map(({ pageTable, use }) => [pageTable, use]),
    );
  for (const management of ['contracts', 'mach']) {
    const uses = under(management);
    expect(uses['sun-3'].contextSteals).toBeGreaterThan(20);
    expect(uses['sun-3'].groupSteals).toBeGreaterThan(20);
    expect(uses.vax.groupSteals).toBeGreaterThan(1000);
    expect(uses.vax.tableBytes).toBeLessThan(uses['vax-linear'].tableBytes / 2);
    // 640 pages of 16 entries of 4 bytes in each of ten spaces, but for what nobody touched at the end.
    expect(uses['vax-linear'].tableBytes).toBeLessThanOrEqual(10 * 640 * 16 * 4);
    expect(uses['vax-linear'].tableBytes).toBeGreaterThan(10 * 630 * 16 * 4);
    // A frame has two entries of 16 bytes, whatever is mapped.
    expect(uses['rt-pc'].tableBytes).toBe(Math.ceil((2400 * 32) / 4096) * 4096);
    expect(uses.mips.traps).toBeGreaterThan(uses.mips.tlbMisses);
    expect(uses['x86-64'].traps).toBe(0);
    expect(Object.values(uses).map(({ hardwarePages }) => hardwarePages)).toEqual([
      2, 2, 16, 16, 1, 16, 2, 2, 2,
    ]);
  }
  expect(formatsTable(result)).toMatch('all 18 rows of a management');
}, 120_000);

test('[PMAP3] who is larger than a page table addresses is refused there, with the reason', async () => {
  const options = { oracles: false, formats: ['ns32082', 'vax'] };
  const wide = changed(/pages: 640/, 'pages: 4000');
  const pool = createInlinePool();
  const { refused, rows } = await compareFormats(wide, { limit: 4000 }, pool, options);
  expect(rows.map(({ pageTable }) => pageTable)).toEqual(['vax', 'vax']);
  expect(refused).toHaveLength(1);
  expect(refused[0].because).toMatch(
    /touches 2\d{3} pages, expected at most 2048 for page table ns32082/,
  );
  const large = changed(/frames: 2400/, 'frames: 4097');
  await expect(
    compareFormats(large, {}, pool, { oracles: false, formats: ['ns32082'] }),
  ).rejects.toThrow(/machine.frames is 4097.*expected at most 4096: ns32082 addresses 33554432/);
  const small = changed(/pageBytes: 8192/, 'pageBytes: 4096');
  await expect(
    compareFormats(small, {}, pool, { oracles: false, formats: ['sun-3'] }),
  ).rejects.toThrow(/machine.pageBytes is 4096, expected 2\^k times the 8192 bytes/);
});

test('a name that is none, and a clock of nanoseconds, are refused in one line', async () => {
  const pool = createInlinePool();
  const asked = (file: string, formats?: string[]) =>
    compareFormats(file, {}, pool, { oracles: false, ...(formats && { formats }) });
  await expect(asked(SCENARIO, ['vaxx'])).rejects.toThrow(/names vaxx.*did you mean 'vax'/i);
  const timed = changed(/clock: references\nslice: .*\nterms: .*\n/, 'slice: { us: 50 }\n');
  await expect(asked(timed, ['vax'])).rejects.toThrow(/clock is ns, expected references/);
});
