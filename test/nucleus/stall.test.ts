import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createStall, noteStall } from '../../nucleus/stall.ts';

test('[PS11] some and full are what a list of every nanosecond says', () => {
  const step = fc.record({ task: fc.nat(2), what: fc.nat(2), after: fc.nat(9) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const stall = createStall();
      const lives = [false, false, false];
      const stalls = [false, false, false];
      let now = 0;
      let some = 0;
      let full = 0;
      for (const { task, what, after } of steps) {
        for (let ns = 0; ns < after; ns++) {
          if (stalls.some(Boolean)) some++;
          if (stalls.some(Boolean) && lives.every((alive, at) => !alive || stalls[at])) full++;
        }
        now += after;
        if (!lives[task]) {
          lives[task] = true;
          noteStall(stall, now, 0, 1);
        } else if (what === 0) {
          noteStall(stall, now, stalls[task] ? -1 : 0, -1);
          lives[task] = false;
          stalls[task] = false;
        } else {
          noteStall(stall, now, stalls[task] ? -1 : 1, 0);
          stalls[task] = !stalls[task];
        }
        expect(stall).toMatchObject({ someNs: some, fullNs: full });
      }
    }),
    { seed: 108, numRuns: 200 },
  );
});
