import { expect, test } from 'vitest';
import { termsSchema } from '../../../../contracts/terms.ts';
import { runCell } from '../../../../lab/run/cell.ts';
import { map } from '../../../../nucleus/memory-map.ts';
import { idleTax } from '../../../../servers/memory/revocation/arbiters/idle-tax.ts';
import {
  ALL,
  createUseSamples,
  sampleUse,
} from '../../../../servers/memory/revocation/use-samples.ts';
import { clientOf } from '../../../../servers/memory/state.ts';
import { runBatch } from '../../../../sim-hw/mmu.ts';
import { packRun, READ, type ReferenceString } from '../../../../sim-hw/references.ts';
import { cell, task } from '../../../support/cells.ts';
import { createDesk, FIRST, settleIn } from '../../../support/desk.ts';
import { loop, toReferenceString } from '../../../support/reference-strings.ts';

function rank(standing: number, extras: number, tax: number, weight = 1): number {
  const desk = createDesk();
  const client = Object.assign(clientOf(desk.server, FIRST), { standing, weight });
  return idleTax.rank(
    client,
    extras,
    termsSchema.parse({ graceExtra: 1, graceShrink: 1, idleTax: tax }),
  );
}

test('[REV22] an idle frame counts 1 / (1 - tax) times, for the weight', () => {
  expect(rank(1000, 10, 0.75)).toBe(40);
  expect(rank(0, 10, 0.75)).toBe(10);
  expect(rank(500, 10, 0.75)).toBe(25);
  expect(rank(1000, 10, 0)).toBe(10);
  expect(rank(1000, 10, 0.5, 4)).toBe(5);
});

test('[REV22] the part in use is that of the sample; less is believed by and by', () => {
  const desk = createDesk({ frames: 16, terms: { arbiter: 'idle-tax', idleSamples: 4 } });
  const slots = settleIn(desk, FIRST, 8, 0, 8);
  const { kernel, server } = desk;
  for (const [page, slot] of slots.entries()) map(kernel, FIRST, FIRST, page, slot, false);
  const space = kernel.state.spaces[0] as (typeof kernel.state.spaces)[0];
  const touch = (references: number) => {
    space.cursor = 0;
    runBatch(kernel.translation, space, kernel.programs[0] as ReferenceString, references * 1000);
  };
  const samples = createUseSamples();
  const client = clientOf(server, FIRST);
  const look = () => sampleUse(kernel, server, samples, client);
  expect(look()).toBe(ALL);
  touch(2);
  expect(look()).toBe(937.5);
  expect([1, 2, 3, 4].map(look)).toEqual([
    820.3125, 717.7734375, 628.0517578125, 549.5452880859375,
  ]);
  touch(8);
  expect(look()).toBe(ALL);
});

/** Uses its pages, leaves all but one of them alone, and uses them again. */
function idleFor(pages: number, references: number): ReferenceString {
  const round = Array.from({ length: pages }, (_, page) => packRun(page, READ, 1));
  const again = Array.from({ length: 8 }, () => round).flat();
  const spin = new Array<number>(references / 64).fill(packRun(0, READ, 64));
  const runs = Uint32Array.from([...round, ...round, ...spin, ...again]);
  const pageNumbers = Float64Array.from({ length: pages }, (_, page) => page);
  return { references: 10 * pages + references, runs, pageNumbers };
}

/** Two tasks for whom half of memory is not enough; one of them is idle most of the time. */
function held(tax: number): { idle: number[]; busy: number[]; violations: string[] } {
  const most = { idle: [0], busy: [0] };
  const now: Record<string, number> = { idle: 0, busy: 0 };
  let over = false;
  const tasks = [
    task('idle', idleFor(40, 256_000_000), 'clock', 4, { extra: 60 }),
    task('busy', toReferenceString(loop(60, 60), { collapse: false }), 'random', 4, { extra: 60 }),
  ];
  const { oracles } = runCell({
    ...cell(64, tasks, {
      slice: 50_000,
      oracles: true,
      terms: {
        graceExtra: 200_000,
        graceShrink: 1e6,
        arbiter: 'idle-tax',
        idleTax: tax,
        arbiterPeriod: 8e6,
      },
    }),
    observer: (event) => {
      if (event.kind === 'grant') now[event.task] = (now[event.task] ?? 0) + event.frames;
      if (event.kind === 'return') now[event.task] = (now[event.task] ?? 0) - event.frames;
      if (event.kind === 'death') over = true;
      if (over) return;
      for (const name of ['idle', 'busy'] as const) most[name].push(now[name] as number);
    },
  });
  return { ...most, violations: oracles.flatMap(({ violations }) => violations) };
}

test('[REV22] [REV20] the higher the tax, the more the busy one gets; the idle one gets its part back', () => {
  const runs = [0, 0.5, 0.9].map(held);
  for (const { violations } of runs) expect(violations).toEqual([]);
  const busiest = runs.map(({ busy }) => Math.max(...busy));
  expect(busiest).toEqual([...busiest].sort((a, b) => a - b));
  expect(new Set(busiest).size).toBe(3);
  expect(busiest).toEqual([32, 37, 50]);
  for (const { idle, busy } of runs) {
    const least = busy.indexOf(Math.max(...busy));
    expect(Math.max(...idle.slice(least))).toBeGreaterThanOrEqual(31);
  }
}, 60_000);
