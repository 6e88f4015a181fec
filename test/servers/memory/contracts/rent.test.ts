import { expect, test } from 'vitest';
import type { TermsWish } from '../../../../contracts/terms.ts';
import { chargedTo } from '../../../../servers/memory/contracts/purse.ts';
import { noteDemand, pricedTicks, type Rent } from '../../../../servers/memory/contracts/rent.ts';
import type { TurnsState } from '../../../../servers/memory/revocation/turns-state.ts';
import { clientOf } from '../../../../servers/memory/state.ts';
import { advance, createDesk, type Desk, FIRST, say, settleIn } from '../../../support/desk.ts';

const PERIOD = 8000;
const MARKET: Partial<TermsWish> = { arbiter: 'market', price: 1_000_000, arbiterPeriod: PERIOD };

/** Two clients have borrowed all 4 frames, two each; nobody is poor. */
function market(terms: Partial<TermsWish> = MARKET): Desk {
  const desk = createDesk({ frames: 4, terms });
  for (const id of [FIRST, FIRST + 1]) settleIn(desk, id, 0, 4, 2);
  return desk;
}

/** In each of so many periods an extra is wanted, and none is free. */
function want(desk: Desk, periods: number): void {
  for (let period = 0; period < periods; period++) {
    say(desk, FIRST, 'allocate', [0, 0, 1]);
    advance(desk, PERIOD);
  }
}

function ticksIn(desk: Desk, ns: number): number {
  const { kernel, server } = desk;
  const before = pricedTicks(kernel, server);
  advance(desk, ns);
  return (pricedTicks(kernel, server) - before) / ns;
}

test('[CON29] an eighth more after each period of demand, an eighth less after any other', () => {
  const desk = market();
  expect(ticksIn(desk, PERIOD)).toBe(1);
  want(desk, 1);
  expect(ticksIn(desk, PERIOD)).toBe(9 / 8);
  expect(ticksIn(desk, PERIOD)).toBe(1);
  want(desk, 12);
  expect(ticksIn(desk, PERIOD)).toBe(24 / 8);
  for (const price of [21, 19, 17, 15, 14, 13, 12, 11, 10, 9, 8, 8])
    expect(ticksIn(desk, PERIOD)).toBe(price / 8);
});

test('[CON29] it stays between the price of the terms and 1024 times it, however long', () => {
  const desk = market();
  want(desk, 100);
  expect(ticksIn(desk, PERIOD)).toBe(1024);
  ticksIn(desk, 1000 * PERIOD);
  expect(ticksIn(desk, PERIOD)).toBe(1);
  advance(desk, 1e15);
  expect(ticksIn(desk, PERIOD)).toBe(1);
});

test('[CON26] [CON29] purses are charged what frames cost at each moment', () => {
  const desk = market();
  const { kernel, server } = desk;
  const charged = () => chargedTo(kernel, server, clientOf(server, FIRST));
  advance(desk, PERIOD);
  expect(charged()).toBe((2 * PERIOD) / 1000);
  want(desk, 8);
  const before = charged();
  const price = ticksIn(desk, PERIOD);
  expect(price).toBe(2);
  expect(charged() - before).toBe((2 * PERIOD * price) / 1000);
});

test('[CON29] in the midst of a period it is what it has been since its beginning', () => {
  const desk = market();
  want(desk, 8);
  expect(ticksIn(desk, PERIOD / 4)).toBe(2);
  expect(ticksIn(desk, PERIOD / 4)).toBe(2);
  // The other half, and a half at an eighth less.
  expect(ticksIn(desk, PERIOD)).toBe((2 + 14 / 8) / 2);
});

test('[CON29] what is wanted counts for its own period, however long nobody looked', () => {
  const desk = market();
  advance(desk, 5 * PERIOD + 10);
  const { rent } = desk.server.turns as TurnsState;
  noteDemand(desk.kernel, desk.server, rent as Rent);
  advance(desk, PERIOD - 10);
  expect(ticksIn(desk, PERIOD)).toBe(9 / 8);
});

test('[CON26] under other arbiters the price stays', () => {
  const desk = market({ price: 1_000_000 });
  want(desk, 9);
  expect(ticksIn(desk, PERIOD)).toBe(1);
});
