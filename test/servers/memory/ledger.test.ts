import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Account,
  addHeld,
  checkLedger,
  createLedger,
  freeCount,
  revocable,
  setGuarantee,
} from '../../../servers/memory/ledger.ts';

const FRAMES = 20;

function accounts(count: number): Account[] {
  return Array.from({ length: count }, (_, id) => ({
    id,
    guaranteed: 0,
    extra: 0,
    held: 0,
    noticed: 0,
  }));
}

test('[CON1] [CON3] the ledger is a naive table of counts, and never admits too much', () => {
  const step = fc.tuple(fc.nat(3), fc.boolean(), fc.integer({ min: -6, max: 24 }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const ledger = createLedger(FRAMES);
      const all = accounts(4);
      const naive = all.map(() => ({ guaranteed: 0, held: 0 }));
      for (const [who, guarantees, amount] of steps) {
        const model = naive[who] as { guaranteed: number; held: number };
        if (guarantees) {
          const wanted = Math.max(0, amount);
          const others = naive.reduce((sum, row) => sum + row.guaranteed, 0) - model.guaranteed;
          const admitted = setGuarantee(ledger, all[who] as Account, wanted);
          expect(admitted).toBe(others + wanted <= FRAMES);
          if (admitted) model.guaranteed = wanted;
        } else {
          const held = naive.reduce((sum, row) => sum + row.held, 0);
          const change = Math.min(FRAMES - held, Math.max(-model.held, amount));
          addHeld(ledger, all[who] as Account, change);
          model.held += change;
        }
        expect(freeCount(ledger)).toBe(FRAMES - naive.reduce((sum, row) => sum + row.held, 0));
        expect(revocable(all[who] as Account)).toBe(Math.max(0, model.held - model.guaranteed));
        expect(checkLedger(ledger, all)).toBeUndefined();
      }
    }),
    { seed: 105, numRuns: 300 },
  );
});

test('the check finds each kind of wrong book', () => {
  const all = accounts(2);
  const first = all[0] as Account;
  const wrongs: [() => void, string][] = [
    [() => (first.noticed = 1), 'asked for more'],
    [() => (first.guaranteed = 1), 'sum of guarantees'],
    [() => (first.held = 1), 'sum of held'],
  ];
  for (const [spoil, what] of wrongs) {
    Object.assign(first, { guaranteed: 0, held: 0, noticed: 0 });
    spoil();
    expect(checkLedger(createLedger(FRAMES), all)).toContain(what);
  }
  Object.assign(first, { guaranteed: 21, held: 21, noticed: 0 });
  const over = { frames: FRAMES, guaranteedSum: 21, idleSum: 0, heldSum: 21 };
  expect(checkLedger(over, all)).toContain('exceed');
  first.guaranteed = 0;
  expect(checkLedger({ ...over, guaranteedSum: 0 }, all)).toContain('more frames');
});
