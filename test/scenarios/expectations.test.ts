import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { leasehold } from '../bin/support.ts';

const folder = fileURLToPath(new URL('../../scenarios', import.meta.url));
const expecting = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.yaml'))
  .filter((file) => /^expect:/m.test(readFileSync(`${folder}/${file}`, 'utf8')))
  .sort();

test.each(expecting)(
  '%s shows what it says it is there to show',
  async (file) => {
    const { code, out, err } = await leasehold(folder, 'run', file, '--expect', '--quiet');
    expect(out.match(/^NOT AS EXPECTED.*$/gm) ?? []).toEqual([]);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toContain('as expected: ');
  },
  120_000,
);

test('there are scenarios that expect something', () => {
  expect(expecting).toContain('lecture.yaml');
});
