import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ALLOCATE_EXTRA, OP } from '../../../../contracts/messages.ts';
import { EMPTY_PURSE, OVER_CONTRACT } from '../../../../contracts/refusals.ts';
import { runCell } from '../../../../lab/run/cell.ts';
import { fillPurse, leftIn } from '../../../../servers/memory/contracts/purse.ts';
import { clientOf } from '../../../../servers/memory/state.ts';
import { cell, task, writing } from '../../../support/cells.ts';
import {
  advance,
  createDesk,
  FIRST,
  hashDesk,
  say,
  settleIn,
  take,
  takeHeard,
} from '../../../support/desk.ts';
import { loop } from '../../../support/reference-strings.ts';

const SECOND = 1_000_000_000;

test('[CON26] frames are charged by the frame and second, to whoever holds them', () => {
  const desk = createDesk({ frames: 16, terms: { price: 10 } });
  settleIn(desk, FIRST, 8, 0, 4);
  advance(desk, 3 * SECOND);
  expect(say(desk, FIRST, 'purse', [5])).toEqual([['purseIs', 5, 0, 120, 0, 0]]);
  say(desk, FIRST, 'returnFrames', [0]);
  advance(desk, SECOND);
  expect(say(desk, FIRST, 'purse', [5])).toEqual([['purseIs', 5, 0, 150, 0, 0]]);
  expect(say(desk, FIRST + 1, 'purse', [5])).toEqual([['purseIs', 5, 0, 0, 0, 0]]);
});

test('[CON26] whatever is taken and returned when, the charge is the naive sum', () => {
  const step = fc.tuple(fc.boolean(), fc.nat(9), fc.nat(50));
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 40 }),
      fc.integer({ min: 1, max: 9 }),
      (steps, price) => {
        const desk = createDesk({ frames: 10, terms: { price } });
        const client = clientOf(desk.server, FIRST);
        fillPurse(client, 70, 3);
        say(desk, FIRST, 'contract', [10, 0, 0, 0]);
        let frameSeconds = 0;
        let seconds = 0;
        for (const [takes, slot, wait] of steps) {
          if (takes) say(desk, FIRST, 'allocate', [0, 0, 0]);
          else say(desk, FIRST, 'returnFrames', [slot]);
          advance(desk, wait * SECOND);
          frameSeconds += client.held * wait;
          seconds += wait;
          const left = 70 + 3 * seconds - price * frameSeconds;
          expect(leftIn(desk.kernel, desk.server, client)).toBe(left);
        }
      },
    ),
    { seed: 109, numRuns: 100 },
  );
});

test('[CON27] an empty purse borrows nothing, keeps what it has, and fills again', () => {
  const desk = createDesk({ frames: 16, terms: { price: 10 } });
  fillPurse(clientOf(desk.server, FIRST), 100, 20);
  settleIn(desk, FIRST, 2, 8, 6);
  advance(desk, 2 * SECOND);
  expect(take(desk, FIRST, 1)).toHaveLength(1);
  advance(desk, SECOND);
  const before = hashDesk(desk);
  const refused = [['refused', 9, EMPTY_PURSE, OP.allocate, 0, 0]];
  expect(say(desk, FIRST, 'allocate', [0, 0, 9])).toEqual(refused);
  expect(say(desk, FIRST, 'purse', [5])).toEqual([['purseIs', 5, 1, 190, 0, 0]]);
  expect(hashDesk(desk)).toBe(before);
  expect(desk.server.clients[FIRST]?.held).toBe(7);
  for (let slot = 0; slot < 6; slot++) say(desk, FIRST, 'returnFrames', [slot]);
  // What is guaranteed is there on an empty purse too.
  expect(take(desk, FIRST, 1)).toHaveLength(1);
  say(desk, FIRST, 'returnFrames', [5]);
  advance(desk, 6 * SECOND);
  takeHeard(desk, FIRST);
  expect(take(desk, FIRST, 3)).toHaveLength(3);
});

test('[CON27] without a price no purse is ever empty', () => {
  const desk = createDesk({ frames: 16 });
  fillPurse(clientOf(desk.server, FIRST), 0, 0);
  settleIn(desk, FIRST, 2, 8, 10);
  advance(desk, 9 * SECOND);
  expect(say(desk, FIRST, 'purse', [5])).toEqual([['purseIs', 5, 0, 0, 0, 0]]);
});

test('[CON28] results tell what was charged, and a poor task borrows less than a rich one', () => {
  const poorAndRich = (budget: number | null, price: number | undefined) => {
    const tasks = ['one', 'other'].map((name) =>
      task(name, writing(loop(40, 30)), 'fifo', 20, { extra: 30, initial: 'zero' }),
    );
    const purses = [
      { budget, income: 0 },
      { budget: null, income: 0 },
    ];
    const terms = { term: 0, graceExtra: 1e5, graceShrink: 1e7, penalty: 'repossess' } as const;
    const priced = price === undefined ? terms : { ...terms, price };
    return runCell(cell(80, tasks, { purses, terms: priced, oracles: true }));
  };
  const { tasks, oracles } = poorAndRich(0, 1_000_000);
  expect(oracles.flatMap(({ violations }) => violations)).toEqual([]);
  expect(tasks[0]?.charged).toBeGreaterThan(0);
  expect(tasks[0]?.framesMax).toBe(20);
  expect(tasks[1]?.framesMax).toBeGreaterThan(20);
  expect(poorAndRich(0, undefined).tasks[0]?.charged).toBeUndefined();
  expect(poorAndRich(0, undefined).tasks[0]?.framesMax).toBeGreaterThan(20);
});

test('[MEM7] [CON28] a malformed question changes nothing', () => {
  const desk = createDesk({ terms: { price: 1 } });
  const before = hashDesk(desk);
  for (const word of [-1, 0.5, 2 ** 53, Number.NaN])
    expect(say(desk, FIRST, 'purse', [word])[0]?.slice(0, 3)).toEqual(['refused', 0, 1]);
  expect(hashDesk(desk)).toBe(before);
});

test('[PS15] on an empty purse a contract stays as it is; smaller it may become', () => {
  const desk = createDesk({ frames: 16, terms: { price: 10 } });
  fillPurse(clientOf(desk.server, FIRST), 0, 0);
  expect(say(desk, FIRST, 'contract', [4, 2, 0, 1])[0]?.[0]).toBe('contractIs');
  const before = hashDesk(desk);
  const refused = ['refused', 2, EMPTY_PURSE, OP.contract];
  expect(say(desk, FIRST, 'contract', [5, 2, 0, 2])[0]?.slice(0, 4)).toEqual(refused);
  expect(hashDesk(desk)).toBe(before);
  expect(say(desk, FIRST, 'contract', [4, 3, 0, 3])[0]?.[0]).toBe('contractIs');
  expect(say(desk, FIRST, 'contract', [3, 0, 0, 4])[0]?.[0]).toBe('contractIs');
  fillPurse(clientOf(desk.server, FIRST + 1), 100, 0);
  say(desk, FIRST + 1, 'contract', [2, 0, 0, 1]);
  expect(say(desk, FIRST + 1, 'contract', [8, 0, 0, 2])[0]?.[0]).toBe('contractIs');
});

test('[CON27] an empty purse borrows nothing by way of containers or soft references either', () => {
  const desk = createDesk({ frames: 16, terms: { price: 10 } });
  const client = clientOf(desk.server, FIRST);
  fillPurse(client, 25, 0);
  const slots = settleIn(desk, FIRST, 2, 8, 3);
  say(desk, FIRST, 'releaseSoft', [slots[2] as number]);
  const own = say(desk, FIRST, 'openContainer', [4, -1, 1, 1, 0])[0]?.[2] as number;
  advance(desk, 2 * SECOND);
  const before = hashDesk(desk);
  expect(say(desk, FIRST, 'revive', [slots[2] as number, 5])[0]?.[2]).toBe(EMPTY_PURSE);
  const flags = ALLOCATE_EXTRA;
  expect(say(desk, FIRST, 'allocatePages', [own, 0, 1, flags])[0]?.[2]).toBe(OVER_CONTRACT);
  expect(hashDesk(desk)).toBe(before);
  fillPurse(client, 1000, 0);
  expect(say(desk, FIRST, 'revive', [slots[2] as number, 5])[0]?.[0]).toBe('granted');
  expect(say(desk, FIRST, 'allocatePages', [own, 0, 1, flags])[0]?.[0]).toBe('pagesDone');
});
