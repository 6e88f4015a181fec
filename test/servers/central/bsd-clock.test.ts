/** The two-handed clock against hands that go round an array. */

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CellOptions } from '../../../lab/run/cell-options.ts';
import type { TaskState } from '../../../nucleus/tasks.ts';
import bsdClock from '../../../servers/central/bsd-clock.ts';
import { task, writing } from '../../support/cells.ts';
import { central, pagerOf, steps } from '../../support/managements.ts';
import { loop, toReferenceString, traceL } from '../../support/reference-strings.ts';

const image = { initial: 'image' } as const;

function settings(parameters: Record<string, number>): Partial<CellOptions> {
  return {
    central: {
      kernel: 'servers',
      defaultPager: 'server',
      pager: 'kernel',
      parameters: { 'bsd-clock': parameters },
    },
    clock: 'references',
  };
}

/** Hard and soft faults of two hands over so many frames, with nothing done ahead of need. */
function naive(trace: readonly number[], frames: number, spread: number): [number, number] {
  const at: (number | null)[] = Array.from({ length: frames }, () => null);
  const free = at.map((_, place) => place);
  const valid = new Set<number>();
  let hand = 0;
  let hard = 0;
  let soft = 0;
  for (const page of trace) {
    if (valid.has(page)) continue;
    if (at.includes(page)) {
      soft++;
      valid.add(page);
      continue;
    }
    hard++;
    while (free.length === 0) {
      valid.delete(at[hand] as number);
      const behind = (hand - spread + frames) % frames;
      hand = (hand + 1) % frames;
      const back = at[behind] as number;
      if (back === null || valid.has(back)) continue;
      at[behind] = null;
      free.unshift(behind);
    }
    at[free.shift() as number] = page;
    valid.add(page);
  }
  return [hard, soft];
}

function counts(trace: readonly number[], frames: number, spread: number): number[] {
  const program = toReferenceString(trace, { collapse: false });
  const parameters = { handspreadKib: 4 * spread, saferss: 0, period: 1e9 };
  const world = central(
    'bsd-clock',
    frames,
    [task('one', program, 'fifo', 1, image)],
    settings(parameters),
  );
  steps(world);
  const one = world.kernel.state.finished[world.clients[0] as number] as TaskState;
  return [one.hardFaults, one.softFaults];
}

test('faults and reclaims are those of two hands round an array [CENT1]', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 14 }), { minLength: 20, maxLength: 200 }),
      fc.integer({ min: 3, max: 12 }),
      fc.integer({ min: 1, max: 11 }),
      (pages, frames, apart) => {
        const known = [...new Set(pages)];
        const trace = pages.map((page) => known.indexOf(page));
        const places = Math.min(frames, known.length);
        const spread = Math.max(1, Math.min(apart, frames, places - 1));
        fc.pre(known.length > frames);
        expect(counts(trace, frames, apart)).toEqual(naive(trace, places, spread));
      },
    ),
    { numRuns: 40, seed: 3 },
  );
});

test('the further apart the hands, the more reclaims and the fewer page-ins [CENT1]', () => {
  const trace = traceL().slice(0, 6000);
  const [near, far] = [2, 24].map((spread) => counts(trace, 32, spread)) as [number[], number[]];
  expect(far[0] as number).toBeLessThan(near[0] as number);
  expect(far[1] as number).toBeGreaterThan(near[1] as number);
});

test('below lotsfree the hands go on by themselves, faster the fewer are free [CENT4]', () => {
  const freeAfter = (fastscan: number) => {
    const program = toReferenceString([...loop(60, 1), ...Array(4000).fill(0)], {
      collapse: false,
    });
    const world = central(
      'bsd-clock',
      64,
      [task('one', program, 'fifo', 1, image)],
      settings({ period: 100, fastscan, slowscan: fastscan / 2, handspreadKib: 32 }),
    );
    let most = 0;
    steps(world, () => {
      if (world.kernel.state.references > 500 && world.kernel.state.references < 700)
        most = Math.max(most, pagerOf(world).freeSlots);
      return false;
    });
    return most;
  };
  const [slow, fast] = [freeAfter(8), freeAfter(200)] as [number, number];
  expect(slow).toBe(4);
  expect(fast).toBe(16);
});

test('a process keeps its least, whoever else must give [CENT5]', () => {
  const small = toReferenceString(loop(6, 200), { collapse: false });
  const large = toReferenceString(loop(60, 40), { collapse: false });
  const run = (saferss: number) => {
    const tasks = [task('small', small, 'fifo', 1, image), task('large', large, 'fifo', 1, image)];
    const world = central('bsd-clock', 32, tasks, {
      ...settings({ saferss, period: 1e9 }),
      slice: 100,
    });
    steps(world);
    return (world.kernel.state.finished[world.clients[0] as number] as TaskState).hardFaults;
  };
  expect(run(8)).toBe(6);
  expect(run(0)).toBeGreaterThan(6);
});

test('dirty pages are written with their dirty neighbours [CENT3]', () => {
  const run = (cluster: number) => {
    const world = central('bsd-clock', 32, [task('one', writing(loop(64, 20)), 'fifo', 1)], {
      ...settings({ cluster, period: 1e9, saferss: 0 }),
      oracles: true,
    });
    steps(world);
    return pagerOf(world).central?.cleanings ?? 0;
  };
  expect(run(4)).toBeGreaterThan(100);
  expect(run(1)).toBe(0);
});

test('its check notices a page that is counted to nobody [CENT8]', () => {
  const state = bsdClock.create({
    pages: 8,
    guaranteedFrames: 4,
    parameters: bsdClock.parameters ?? {},
    seed: 1,
    members: [{ name: 'one', firstPage: 0, pages: 8, parameters: {} }],
  }) as { pageAt: Int32Array };
  expect(bsdClock.check?.(state as never)).toBeUndefined();
  state.pageAt[1] = 3;
  expect(bsdClock.check?.(state as never)).toContain('page 3');
});
