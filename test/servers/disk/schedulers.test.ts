import fc from 'fast-check';
import { expect, test } from 'vitest';
import { promisedShare, setContract, streamOf } from '../../../servers/disk/queue.ts';
import { schedulers } from '../../../servers/disk/schedulers/index.ts';
import type { StreamContract } from '../../../servers/disk/state.ts';
import { driveDisk, type Wish } from '../../support/drive-disk.ts';

const NO_TERMS: StreamContract = { periodNs: 0, sliceNs: 0, laxityNs: 0, slack: 0 };
const blocks = [50, 90, 10, 60, 52, 95];
const wishes = blocks.map((block, account): Wish => ({ account, at: 0, ns: 5, block }));

/** Blocks in the order in which the device got them; the first goes before others have come. */
function order(name: keyof typeof schedulers, wanted = wishes): number[] {
  const { sent } = driveDisk(
    schedulers[name],
    blocks.map(() => null),
    wanted,
    100,
  );
  return sent.map(([, number]) => wanted[number].block as number);
}

test('[DISK7] first come first served, nearest first, and one way round', () => {
  expect(order('fcfs')).toEqual(blocks);
  expect(order('sstf')).toEqual([10, 50, 52, 60, 90, 95]);
  expect(order('c-look', [{ account: 0, at: 0, ns: 5, block: 55 }, ...wishes])).toEqual([
    10, 50, 52, 55, 60, 90, 95,
  ]);
  const late = wishes.map((wish, i) => ({ ...wish, at: i < 1 ? 0 : 1 }));
  expect(order('sstf', late)).toEqual([50, 52, 60, 90, 95, 10]);
  expect(order('c-look', late)).toEqual([50, 52, 60, 90, 95, 10]);
  expect(order('c-look', late.toSpliced(1, 1, { account: 1, at: 1, ns: 5, block: 20 }))).toEqual([
    50, 52, 60, 95, 10, 20,
  ]);
});

test('[DISK7] fair: time of the device by weight, whoever asks how often and for how much', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ weight: fc.integer({ min: 1, max: 9 }), ns: fc.integer({ min: 1, max: 20 }) }),
        {
          minLength: 2,
          maxLength: 5,
        },
      ),
      (drawn) => {
        const sum = drawn.reduce((all, { weight }) => all + weight, 0);
        const terms = drawn.map(({ weight }) => ({
          ...NO_TERMS,
          periodNs: 1000,
          sliceNs: Math.floor((900 * weight) / sum),
        }));
        const first = drawn.flatMap(({ ns }, account): Wish[] =>
          Array(2).fill({ account, at: 0, ns }),
        );
        const until = 20_000;
        const { queue, idleNs } = driveDisk(schedulers.fair, terms, first, until, (wish, done) => ({
          ...wish,
          at: done,
        }));
        // The last request ends a little later.
        expect(idleNs).toBeLessThanOrEqual(0);
        const whole = promisedShare(queue, -1);
        for (const { contract, counts } of queue.streams) {
          const due = (until * contract.sliceNs) / contract.periodNs / whole;
          expect(Math.abs(counts.sliceNs - due)).toBeLessThan(20 * drawn.length);
        }
      },
    ),
    { seed: 43, numRuns: 100 },
  );
});

test('[DISK7] fair: a stream that was away is owed nothing for the time it was not there', () => {
  const again = (wish: Wish, done: number): Wish => ({ ...wish, at: done });
  const half = { ...NO_TERMS, periodNs: 100, sliceNs: 50 };
  const first = [0, 0, 1, 1].map((account): Wish => ({ account, at: account * 1000, ns: 5 }));
  const { queue } = driveDisk(schedulers.fair, [half, half], first, 2000, again);
  const [there, late] = queue.streams.map(({ counts }) => counts.sliceNs);
  expect([there, late]).toEqual([1500, 500]);
});

test('[DISK6] ending a contract and proposing it anew gives no slice before the period is over', () => {
  const terms = { ...NO_TERMS, periodNs: 100, sliceNs: 10 };
  const wanted = [0, 0, 0, 0].map((account): Wish => ({ account, at: 0, ns: 5 }));
  const { queue, sent } = driveDisk(schedulers.contracts, [terms], wanted, 50);
  expect(sent.map(([at]) => at)).toEqual([0, 5]);
  const stream = streamOf(queue, 0);
  setContract(queue, stream, NO_TERMS, 50);
  setContract(queue, stream, terms, 50);
  expect(schedulers.contracts.choose(queue, 50)).toBe(-1);
  expect(queue.askAgainNs).toBe(100);
  expect(schedulers.contracts.choose(queue, 100)).toBe(2);
});

test('[DISK6] another contract in place of one: what is left is no more than the new slice', () => {
  const terms = { ...NO_TERMS, periodNs: 100, sliceNs: 40 };
  const { queue } = driveDisk(schedulers.contracts, [terms], [{ account: 0, at: 0, ns: 5 }], 10);
  setContract(queue, 0, { ...terms, sliceNs: 8 }, 10);
  expect(queue.streams[0]).toMatchObject({ leftNs: 8, deadlineNs: 110 });
  setContract(queue, 0, { ...terms, periodNs: 20 }, 10);
  expect(queue.streams[0]).toMatchObject({ leftNs: 8, deadlineNs: 110 });
});
