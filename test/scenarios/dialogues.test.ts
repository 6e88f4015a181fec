import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { leasehold } from '../bin/support.ts';

const folder = fileURLToPath(new URL('../../scenarios/dialogues', import.meta.url));
const files = readdirSync(folder).sort();

test.each(files)(
  '%s: what is heard is what it says',
  async (file) => {
    const { code, out, err } = await leasehold(folder, 'dialogue', file);
    expect(out.match(/^ *NOT AS EXPECTED.*$/gm) ?? []).toEqual([]);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toContain('steps, all as expected');
  },
  60_000,
);

test('there are dialogues', () => {
  expect(files).toContain('containers.yaml');
});
