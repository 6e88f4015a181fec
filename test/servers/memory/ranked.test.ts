import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRanked, dropRank, setRank } from '../../../servers/memory/ranked.ts';

test('[CONT4] any order of changes: the first is the highest, of equals the lowest id', () => {
  const step = fc.record({
    id: fc.nat(90),
    rank: fc.integer({ min: -4, max: 4 }),
    // Seldom, so that there come to be more than the heap begins with room for.
    out: fc.nat(5).map((one) => one === 0),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
      const ranked = createRanked();
      const naive = new Map<number, number>();
      for (const { id, rank, out } of steps) {
        if (out) dropRank(ranked, id);
        else setRank(ranked, id, rank);
        if (out) naive.delete(id);
        else naive.set(id, rank);
        expect(ranked.count).toBe(naive.size);
        const sorted = [...naive].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
        if (sorted.length > 0) expect([ranked.ids[0], ranked.ranks[0]]).toEqual(sorted[0]);
      }
      while (ranked.count > 0) {
        const first = [...naive].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0] as [number, number];
        expect(ranked.ids[0]).toBe(first[0]);
        dropRank(ranked, first[0]);
        naive.delete(first[0]);
      }
      expect(naive.size).toBe(0);
    }),
    { seed: 1, numRuns: 200 },
  );
});
