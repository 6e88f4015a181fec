import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NO_NEXT_USE, nextUses } from '../../../lab/bounds/index.ts';
import { packRun, READ, WRITE } from '../../../sim-hw/references.ts';

test('nextUses is what a search finds', () => {
  const runs = fc.array(fc.tuple(fc.nat(9), fc.boolean(), fc.integer({ min: 1, max: 64 })));
  const property = fc.property(runs, (string) => {
    const pages = string.map(([page]) => page);
    const packed = Uint32Array.from(string, ([page, write, length]) =>
      packRun(page, write ? WRITE : READ, length),
    );
    const expected = pages.map((page, index) => {
      const next = pages.indexOf(page, index + 1);
      return next < 0 ? NO_NEXT_USE : next;
    });
    expect(Array.from(nextUses(packed, 10))).toEqual(expected);
  });
  fc.assert(property, { seed: 20_260_104 });
});
