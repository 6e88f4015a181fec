import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boot } from '../../lab/run/boot.ts';
import { runCell } from '../../lab/run/cell.ts';
import type { CellOptions, CellTask } from '../../lab/run/cell-options.ts';
import { collect } from '../../lab/run/collect.ts';
import { cloneKernel } from '../../nucleus/kernel.ts';
import { stepKernel } from '../../nucleus/scheduler.ts';
import { PLAIN_PAGES } from '../../paging/page-kinds.ts';
import type { PagerState } from '../../paging/state.ts';
import { packRun, READ, type ReferenceString, WRITE } from '../../sim-hw/references.ts';
import { hashState } from '../../sim-hw/state.ts';
import { cell, task } from '../support/cells.ts';

const SIZE = 512;
const zero = { initial: 'zero' } as const;
const terms = { term: 0, graceExtra: 400_000, graceShrink: 1e8, penalty: 'repossess' } as const;

function superpages(apart = false): Partial<CellTask> {
  return { kinds: { ...PLAIN_PAGES, superpages: { orders: [9], apart } } };
}

/** A program over pages 0 to `pages` - 1, whose ids are their numbers: page, and 1 to write it. */
function program(pages: number, touches: readonly (readonly [number, number])[]): ReferenceString {
  return {
    references: touches.length,
    runs: Uint32Array.from(touches, ([page, write]) => packRun(page, write ? WRITE : READ, 1)),
    pageNumbers: Float64Array.from({ length: pages }, (_, page) => page),
  };
}

function sweep(pages: number, rounds: number, writes: (page: number, round: number) => boolean) {
  return program(
    pages,
    Array.from({ length: pages * rounds }, (_, i) => {
      const page = i % pages;
      return [page, writes(page, Math.floor(i / pages)) ? 1 : 0] as const;
    }),
  );
}

function quiet(options: CellOptions) {
  const result = runCell({ ...options, oracles: true });
  for (const { name, violations } of result.oracles) expect(violations, name).toEqual([]);
  return result.tasks;
}

test('[POL7] [POL8] frames are reserved at the first fault, and one mapping made when all are in use', () => {
  const two = sweep(2 * SIZE, 3, () => false);
  const [plain] = quiet(cell(4 * SIZE, [task('a', two, 'clock', 2 * SIZE, zero)]));
  const [one] = quiet(
    cell(4 * SIZE, [task('a', two, 'clock', 2 * SIZE, { ...zero, ...superpages() })]),
  );
  expect(one).toMatchObject({
    reservations: 2,
    promotions: 2,
    demotions: 0,
    reservationsBroken: 0,
  });
  expect(one?.faults).toBe(plain?.faults);
  expect(one?.framesMax).toBe(2 * SIZE);
  // A request, an answer, for each of two; and the end of the program.
  expect(one?.messages).toBeLessThan(8);
  expect(plain?.messages).toBeGreaterThan(2 * SIZE);
  expect(one?.timeNs?.translation as number).toBeLessThan(plain?.timeNs?.translation as number);
});

test('[POL7] what is not filled is broken before a page is given up', () => {
  // Half of the first range, then as many pages beyond the second as there is room for.
  const touches = Array.from({ length: SIZE / 2 }, (_, page) => [page, 0] as const);
  const more = Array.from({ length: 400 }, (_, i) => [SIZE + i, 0] as const);
  const pages = program(2 * SIZE - 10, [...touches, ...more, ...touches, ...more]);
  const one = task('a', pages, 'lru', SIZE / 2 + 400, { ...zero, ...superpages() });
  const [result] = quiet(cell(4 * SIZE, [one]));
  expect(result).toMatchObject({ reservations: 1, reservationsBroken: 1, promotions: 0 });
  expect(result).toMatchObject({ faults: SIZE / 2 + 400, framesMax: SIZE / 2 + 400 });
});

test('[POL7] a reservation keeps to the contract, and to the pages that the program has', () => {
  const small = task(
    'a',
    sweep(SIZE, 2, () => false),
    'lru',
    SIZE - 1,
    { ...zero, ...superpages() },
  );
  expect(quiet(cell(4 * SIZE, [small]))[0]).toMatchObject({ reservations: 0, framesMax: SIZE - 1 });
  const short = task(
    'a',
    sweep(SIZE / 2 - 1, 2, () => false),
    'lru',
    SIZE,
    { ...zero, ...superpages() },
  );
  expect(quiet(cell(4 * SIZE, [short]))[0]).toMatchObject({ reservations: 0 });
  // No aligned run is free: small pages all the same.
  const tight = task(
    'a',
    sweep(SIZE, 2, () => false),
    'lru',
    SIZE,
    { ...zero, ...superpages() },
  );
  expect(
    quiet(
      cell(SIZE + 8, [
        task(
          'b',
          sweep(4, 9, () => true),
          'lru',
          4,
        ),
        { ...tight, start: 5_000 },
      ]),
    )[1],
  ).toMatchObject({ reservations: 0, faults: SIZE });
});

test('[POL9] [POL10] a clean superpage that is written is demoted, and promoted when all is written', () => {
  const told = sweep(SIZE, 3, (page, round) => round === 2 || (round === 1 && page === 7));
  const [apart] = quiet(
    cell(4 * SIZE, [task('a', told, 'lru', SIZE, { ...zero, ...superpages(true) })]),
  );
  expect(apart).toMatchObject({ promotions: 2, demotions: 1, faults: 2 * SIZE });
  const [blunt] = quiet(
    cell(4 * SIZE, [task('a', told, 'lru', SIZE, { ...zero, ...superpages() })]),
  );
  expect(blunt).toMatchObject({ promotions: 1, demotions: 0, faults: SIZE });
});

test('[POL10] told apart, what was not written is not written out', () => {
  // One superpage, of which ten pages are written; then another range takes its frames.
  const first = Array.from(
    { length: 2 * SIZE },
    (_, i) => [i % SIZE, i > SIZE && i % SIZE < 10 ? 1 : 0] as const,
  );
  const then = Array.from({ length: SIZE - 20 }, (_, i) => [SIZE + i, 0] as const);
  const pages = program(2 * SIZE, [...first, ...then]);
  const written = (apart: boolean) =>
    quiet(cell(4 * SIZE, [task('a', pages, 'fifo', SIZE, superpages(apart))]))[0]
      ?.pageOuts as number;
  expect(written(true)).toBeLessThanOrEqual(10);
  expect(written(false)).toBeGreaterThan(400);
});

test('[POL9] [REV2] called back, open reservations go first, then the superpage page by page', () => {
  const lender = task(
    'a',
    sweep(SIZE + 100, 900, () => false),
    'clock',
    64,
    {
      ...zero,
      ...superpages(),
      extra: 2 * SIZE,
      atEnd: 'restart',
    },
  );
  const claimant = task(
    'b',
    sweep(900, 3, () => true),
    'lru',
    900,
    { ...zero, start: 1_400_000 },
  );
  const [a, b] = quiet(cell(2 * SIZE, [lender, claimant], { terms }));
  expect(a).toMatchObject({ revocationsMissed: 0, lostFaults: 0, promotions: 1, demotions: 1 });
  expect(b).toMatchObject({ faults: 900, lostFaults: 0 });
});

test('[POL8] [POL9] any program, contract and neighbour: contents are right, books hold', () => {
  const drawn = fc.record({
    touches: fc.array(fc.tuple(fc.nat(15), fc.nat(1)), { minLength: 4, maxLength: 24 }),
    guaranteed: fc.integer({ min: 40, max: 700 }),
    extra: fc.integer({ min: 0, max: 700 }),
    apart: fc.boolean(),
    image: fc.boolean(),
    hostile: fc.constantFrom(null, 'silent', 'hoarder'),
    claim: fc.integer({ min: 100, max: 600 }),
  });
  fc.assert(
    fc.property(drawn, ({ touches, guaranteed, extra, apart, image, hostile, claim }) => {
      // Each touch is a stretch of 96 pages out of 1,100.
      const runs = touches.flatMap(([at, write]) =>
        Array.from({ length: 96 }, (_, i) => [(at * 67 + i) % 1100, write] as const),
      );
      const one = task('a', program(1100, runs), 'clock', guaranteed, {
        ...superpages(apart),
        initial: image ? 'image' : 'zero',
        extra,
        hostile: extra > 0 ? hostile : null,
        atEnd: 'restart',
      });
      const two = task(
        'b',
        sweep(claim, 3, (page) => page % 3 === 0),
        'lru',
        claim,
        {
          ...zero,
          start: 1_500_000,
        },
      );
      const options = cell(1300, [one, two], { terms });
      const world = boot({ ...options, oracles: true });
      const [id = -1] = world.clients;
      for (let i = 0; i < 60 && stepKernel(world.kernel); i++)
        checkBooks(world.kernel.receivers[id]?.state as PagerState);
      const tasks = quiet(options);
      expect(tasks[1]).toMatchObject({ lostFaults: 0 });
      if (hostile === null || extra === 0) expect(tasks[0]).toMatchObject({ lostFaults: 0 });
    }),
    { seed: 21, numRuns: 10 },
  );
}, 120_000);

/** What a pager holds is what its slots and reservations say. */
function checkBooks(pager: PagerState): void {
  const { superpages: state } = pager;
  if (state === null) return;
  let bound = 0;
  for (const page of pager.slotPage) if (page >= 0) bound++;
  let kept = 0;
  for (const { live, slot, order, filled } of state.reservations) {
    if (!live) continue;
    let unfilled = 0;
    for (let at = slot; at < slot + (1 << order); at++) if (pager.slotPage[at] === -1) unfilled++;
    expect(filled + unfilled).toBe(1 << order);
    kept += unfilled;
  }
  const moving = pager.transfers.records.filter(({ purpose }) => purpose === 1).length;
  expect(bound + kept + pager.freeSlots).toBeGreaterThanOrEqual(pager.held - moving);
  expect(bound + kept + pager.freeSlots).toBeLessThanOrEqual(pager.held + moving);
}

test('[POL7] a clone in the middle ends as the run does; a central pager makes none', () => {
  const one = task(
    'a',
    sweep(SIZE, 3, (page) => page % 2 === 0),
    'clock',
    SIZE,
    superpages(),
  );
  const options = cell(2 * SIZE, [one]);
  const world = boot(options);
  for (let i = 0; i < 300; i++) stepKernel(world.kernel);
  const twin = cloneKernel(world.kernel);
  while (stepKernel(world.kernel));
  while (stepKernel(twin));
  expect(hashState(twin.state)).toBe(hashState(world.kernel.state));
  expect(collect(world).tasks[0]).toMatchObject({ promotions: 1 });
  expect(quiet({ ...options, management: 'mach' })[0]?.promotions).toBeUndefined();
});
