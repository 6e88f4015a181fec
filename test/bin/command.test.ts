import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { documentSchema } from '../../lab/report/index.ts';
import { leasehold, small, temporaryFolder } from './support.ts';

const { folder, remove } = temporaryFolder();
const skeleton = fileURLToPath(new URL('../../clients/policies/skeleton.ts', import.meta.url));
const lecture = fileURLToPath(new URL('../../scenarios/lecture.yaml', import.meta.url));
writeFileSync(join(folder, 'small.yaml'), small);
writeFileSync(
  join(folder, 'mine.ts'),
  readFileSync(skeleton, 'utf8').replace("'skeleton'", "'mine'"),
);
writeFileSync(join(folder, 'own.yaml'), small.replace('fifo', './mine.ts'));
afterAll(remove);

test('--json is one document of the schema, the same bytes each time, with no path in it', async () => {
  const first = await leasehold(folder, 'compare', 'own.yaml', '--json', '--seed', '7');
  const second = await leasehold(folder, 'compare', './own.yaml', '--json', '--seed', '7');
  expect(first).toMatchObject({ code: 0, err: '' });
  expect(second.out).toBe(first.out);
  expect(first.out).not.toContain(folder);
  const document = documentSchema.parse(JSON.parse(first.out));
  expect(document.seed).toBe(7);
  expect(document.rows.map((row) => row.management)).toEqual(['contracts', 'mach', 'optimal']);
  for (const { tasks, totals, frames } of document.rows) {
    expect(totals.faults).toBe(tasks.reduce((sum, task) => sum + task.faults, 0));
    expect(totals.framesMean).toBeLessThanOrEqual(frames);
    for (const { faults, hardFaults, softFaults, lostFaults, timeNs, virtualNs } of tasks) {
      expect(faults).toBe(hardFaults + softFaults + lostFaults);
      const sum = timeNs && Object.values(timeNs).reduce((all, part) => all + part, 0);
      expect(sum).toBe(virtualNs);
    }
  }
  expect(
    document.oracles.every(({ checks, violations }) => checks > 0 && violations.length === 0),
  ).toBe(true);
});

test('a policy of a file has its row; --out and --events leave whole files', async () => {
  const args = ['--policy', './mine.ts', '--task', 'a', '--out', 'results', '--events', 'e.ndjson'];
  const ended = await leasehold(folder, 'run', 'small.yaml', '--management', 'contracts', ...args);
  expect(ended).toMatchObject({ code: 0, err: '' });
  expect(ended.out).toMatch(/\n {4}a .* mine G \d+\n {4}b .* fifo G \d+\n/);
  const lines = ended.out.split('\n');
  expect(lines.filter((line) => line.length > 120)).toEqual([]);
  const files = readdirSync(join(folder, 'results')).toSorted();
  expect(files).toEqual(['results.json', 'scenario.yaml', 'table.txt']);
  const events = readFileSync(join(folder, 'e.ndjson'), 'utf8').trim().split('\n');
  const kinds = events.map((line) => (JSON.parse(line) as { kind: string }).kind);
  expect(kinds).toContain('contract');
  expect(kinds).toContain('grant');
  expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
});

test('--steps shows a lecture each reference and counts as the textbook does', async () => {
  const ended = await leasehold(folder, 'run', lecture, '--management', 'contracts', '--steps');
  expect(ended.code).toBe(0);
  expect(ended.out).toContain('board: 12 references, 9 faults, 5 of them first touches');
  expect(ended.out).toMatch(/board +4 +4 +read +fault: first touch, read in +1 +2 3 4\n/);
});

test('help tells the exit codes, policies are listed', async () => {
  expect((await leasehold(folder, '--help')).out).toMatch(
    /Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 .*\n {2}3 /,
  );
  expect((await leasehold(folder, 'policies')).out).toMatch(/working-set +hardware/);
  expect((await leasehold(folder, 'managements')).out).toMatch(
    /^linux +hardware .*of a task: max = 0 \(0 to 1e9\)\]$/m,
  );
});

test('--expect says what holds, and 1 is the code when something does not', async () => {
  const kept = await leasehold(folder, 'run', lecture, '--expect', '--quiet');
  expect(kept.code).toBe(0);
  expect(kept.out.match(/^as expected: /gm)).toHaveLength(4);
  const wrong = `${small}expect: [{ that: contracts.a.faults > mach.a.faults, because: it is wrong }]\n`;
  writeFileSync(join(folder, 'wrong.yaml'), wrong);
  const failed = await leasehold(folder, 'compare', 'wrong.yaml', '--expect', '--json');
  expect(failed.code).toBe(1);
  expect(failed.err).toMatch(
    /^NOT AS EXPECTED: contracts.a.faults > .* \(64 frames: \d+ > \d+\)\n {2}it is/,
  );
  expect(() => JSON.parse(failed.out)).not.toThrow();
  const silent = await leasehold(folder, 'compare', 'wrong.yaml', '--json');
  expect(silent).toMatchObject({ code: 0, err: '' });
});
