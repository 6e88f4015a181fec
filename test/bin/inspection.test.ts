import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { eventRecordSchema } from '../../contracts/event-records.ts';
import { leasehold, temporaryFolder } from './support.ts';

const { folder, remove } = temporaryFolder();
const leased = `name: leased
machine: { frames: 80, pagerFrames: outside }
terms: { term: { ms: 2 }, graceExtra: { us: 100 } }
managements: [contracts, mach]
bounds: [unlimited]
tasks:
  - name: early
    program: { kind: loop, pages: 70, rounds: 30, write: 0.5 }
    contract: { guaranteed: 20, extra: 60 }
  - name: late
    program: { kind: loop, pages: 50, rounds: 30, write: 0.2 }
    start: { us: 300 }
    contract: { guaranteed: 50, extra: 0 }
`;
writeFileSync(join(folder, 'leased.yaml'), leased);
afterAll(remove);

const run = (...args: string[]) =>
  leasehold(folder, 'run', 'leased.yaml', '--management', 'contracts', ...args);

function linesOf(...path: string[]): string[] {
  return readFileSync(join(folder, ...path), 'utf8')
    .trim()
    .split('\n');
}

test('[INS5] the document is the same bytes however the run is looked at', async () => {
  const bare = await run('--json');
  expect(bare).toMatchObject({ code: 0, err: '' });
  const [watched, logged, both] = await Promise.all([
    run('--json', '--watch', '--watch-every', '1ms'),
    run('--json', '--events', 'all.ndjson', '--events-all'),
    run('--json', '--watch', '--out', 'both', '--log', '--events-all', '--events', 'few.ndjson'),
  ]);
  expect(watched.out).toBe(bare.out);
  expect(logged).toEqual(bare);
  expect(both.out).toBe(bare.out);
  // With --json the view is on standard error: a line an interval, no sequences.
  const lines = watched.err.trim().split('\n');
  expect(lines.length).toBeGreaterThan(5);
  for (const line of lines) expect(line).toMatch(/^[\d.]+ [mun]?s: \d+ of 80 free; early \d+\//);
  expect(linesOf('both', 'events', 'contracts-80.ndjson')).toEqual(linesOf('few.ndjson'));
  expect(linesOf('all.ndjson')).toEqual(linesOf('few.ndjson'));
  expect(readFileSync(join(folder, 'both', 'results.json'), 'utf8')).toBe(bare.out);
  expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
});

test('[INS6] every line of a log is a record of the schema; fewer are asked for by default', async () => {
  const [few] = await Promise.all([
    run('--quiet', '--events', 'contracts.ndjson'),
    run('--quiet', '--events', 'steps.ndjson', '--events-all'),
  ]);
  expect(few).toMatchObject({ code: 0, err: '' });
  const records = (file: string) =>
    linesOf(file).map((line) => eventRecordSchema.parse(JSON.parse(line)));
  const steps = records('steps.ndjson');
  expect(steps[0]).toMatchObject({ kind: 'run', management: 'contracts', frames: 80, steps: true });
  const contracts = records('contracts.ndjson');
  expect(contracts[0]).toEqual({ ...steps[0], steps: false });
  const kinds = new Set(contracts.map(({ kind }) => kind));
  expect(steps.slice(1).filter(({ kind }) => kinds.has(kind))).toEqual(contracts.slice(1));
  expect(new Set(steps.map(({ kind }) => kind)).size).toBeGreaterThan(kinds.size + 8);
});

test('explain tells from a folder of --out --log why a task holds what it holds', async () => {
  const compared = await leasehold(folder, 'compare', 'leased.yaml', '--out', 'out', '--log');
  expect(compared).toMatchObject({ code: 0, err: '' });
  expect(readdirSync(join(folder, 'out', 'events')).toSorted()).toEqual([
    'contracts-80.ndjson',
    'mach-80.ndjson',
    'unlimited-80.ndjson',
  ]);
  const args = ['explain', 'out', '--management', 'contracts', '--task', 'early'];
  const told = await leasehold(folder, ...args, '--at', '1.5ms');
  expect(told).toMatchObject({ code: 0, err: '' });
  expect(told.out).toMatch(
    /^early holds 30 frames at 1\.5 ms \(leased: contracts in 80 frames\)\n/,
  );
  expect(told.out.replaceAll(/\s+/g, ' ')).toContain(
    '20 guaranteed (G), up to 60 extra (E); in force since',
  );
  expect(told.out).toMatch(/asked \d+ times for \d+ frames in all for late/);
  const json = await leasehold(folder, ...args, '--at', '1500000', '--json');
  const document = JSON.parse(json.out);
  expect(document).toMatchObject({ version: 1, task: 'early', at: 1_500_000, held: 30 });
  const { within, extra, returned, taken } = document.sums;
  expect(within + extra - returned - taken).toBe(30);
  const end = await leasehold(folder, ...args);
  expect(end.out).toMatch(/^early is gone and holds 0 frames/);
});

test('without a terminal --watch prints a line an interval, the same each time', async () => {
  const [one, two, central] = await Promise.all([
    run('--watch', '--watch-every', '2ms', '--quiet'),
    run('--watch', '--watch-every', '2ms', '--quiet', '--watch-speed', '0.001'),
    leasehold(folder, 'run', 'leased.yaml', '--management', 'mach', '--watch', '--quiet'),
  ]);
  expect(one).toMatchObject({ code: 0, err: '' });
  expect(two.out).toBe(one.out);
  const lines = one.out.split('\n').filter((line) => line.includes(' free; '));
  expect(lines[0]).toBe('0 ns: 80 of 80 free; early 0/0+0, late 0/0+0; 0 locked, 0 faults');
  const even = lines.slice(1, -1).map((line) => Math.floor(Number.parseFloat(line) / 2));
  expect(even.length).toBeGreaterThan(3);
  expect(new Set(even).size).toBe(even.length);
  expect(one.out).not.toContain(String.fromCharCode(27));
  expect(central.out).toMatch(/free; early \d+, late \d+; \d+ locked/);
});
