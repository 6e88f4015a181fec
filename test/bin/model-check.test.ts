/** `leasehold model-check`, as a user types it. */

import { afterAll, expect, test } from 'vitest';
import { leasehold, temporaryFolder } from './support.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);

test('a world that there is not is one clear line', async () => {
  const { code, out, err } = await leasehold(folder, 'model-check', '--world', 'lendig');
  expect(code).toBe(2);
  expect(out).toBe('');
  expect(err).toMatch(/^leasehold: --world.*'lendig', expected a world.*lending.*\n$/);
});

test('--json is one document, and a violation an exit code', async () => {
  const fine = await leasehold(folder, 'model-check', '--world', 'admission', '--json');
  expect(fine.code).toBe(0);
  const { states, violations, worlds } = JSON.parse(fine.out);
  expect({ states, violations }).toEqual({ states: 252, violations: 0 });
  expect(worlds[0]).toMatchObject({ name: 'admission', states: 252, fixpoint: true });
  const args = ['model-check', '--world', 'admission', '--planted', 'over-admission'];
  const found = await leasehold(folder, ...args);
  expect(found.code).toBe(1);
  expect(found.out).toContain('world admission: [CON1] guarantees exceed the frames\n   1  ');
});
