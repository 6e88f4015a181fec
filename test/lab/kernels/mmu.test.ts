import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { draw } from '../../../lab/fuzz/draw.ts';
import { type MmuRoom, mmuRoom } from '../../../lab/kernels/mmu.ts';
import { moduleOf } from '../../../lab/kernels/modules.ts';
import { FREE_COSTS } from '../../../lab/run/bare-kernel.ts';
import { boot } from '../../../lab/run/boot.ts';
import { runWorld } from '../../../lab/run/cell.ts';
import type { CellOptions } from '../../../lab/run/cell-options.ts';
import { collect } from '../../../lab/run/collect.ts';
import { readTrace } from '../../../lab/traces/index.ts';
import { cloneKernel } from '../../../nucleus/kernel.ts';
import { stepKernel } from '../../../nucleus/scheduler.ts';
import { createSpace } from '../../../sim-hw/address-space.ts';
import type { Executor } from '../../../sim-hw/executor.ts';
import { createFrames } from '../../../sim-hw/frames.ts';
import { FAULTED, PROGRAM_ENDED, runBatch } from '../../../sim-hw/mmu.ts';
import { WRITABLE } from '../../../sim-hw/page-table/format.ts';
import { x8664 } from '../../../sim-hw/page-table/x86-64.ts';
import { packRun, type ReferenceString } from '../../../sim-hw/references.ts';
import { HEAP } from '../../../sim-hw/room.ts';
import { hashState } from '../../../sim-hw/state.ts';
import { clearWriteReady, invalidate } from '../../../sim-hw/tlb.ts';
import { type TlbGeometry, tlbGeometries } from '../../../sim-hw/tlb-geometry.ts';
import { createMmu, type Translation } from '../../../sim-hw/translation.ts';
import { cell, task } from '../../support/cells.ts';
import { pressedCell } from '../../support/pressed-cell.ts';
import { randomPages } from '../../support/reference-strings.ts';

afterEach(() => vi.unstubAllEnvs());

const small = { name: 'small', summary: '', firstSets: 2, firstWays: 2, secondSets: 4 } as const;
const geometries: readonly TlbGeometry[] = [
  { ...small, secondWays: 3 },
  { ...small, firstSets: 1, firstWays: 1, secondWays: 9 },
  { ...small, firstSets: 1, firstWays: 5, secondSets: 0, secondWays: 0 },
  tlbGeometries.skylake as TlbGeometry,
];
const PAGES = 24;

test('[POL18] there is a kernel, or nothing here would be tested', () => {
  expect(moduleOf('mmu')).not.toBeNull();
});

interface Drawn {
  readonly geometry: TlbGeometry;
  readonly programs: readonly ReferenceString[];
  readonly batches: readonly number[];
  /** Pages to which something befalls between two batches. */
  readonly dropped: readonly number[];
  readonly ticks: readonly [reference: number, second: number];
}

/** Counts the runs that an executor takes. */
function counting(executor: Executor, counted: { runs: number }): Executor {
  return {
    execute(at, space, program) {
      const from = space.cursor;
      const result = executor.execute(at, space, program);
      counted.runs += space.cursor - from;
      return result;
    },
  };
}

/** Programs in turn on one machine, a fault mapped where it occurs; a hash of everything at each batch. */
function machine(drawn: Drawn, room: MmuRoom | null, counted = { runs: 0 }): string[] {
  const { geometry, programs, batches, dropped } = drawn;
  const [referencePs, secondTlbPs] = drawn.ticks;
  const costs = { ...FREE_COSTS, referencePs, secondTlbPs, walkStartPs: 300, walkProbePs: 900 };
  const table = x8664.create(3 * PAGES, programs.length);
  const where = room ?? HEAP;
  const spaces = programs.map((program, id) => createSpace(id, id * PAGES, program, 0, where));
  const pages = PAGES * programs.length;
  const mmu = createMmu(geometry, pages, costs, false, false, null, where);
  const own = room?.executorOf(mmu) ?? null;
  const executor = own === null ? null : counting(own, counted);
  const at: Translation = {
    mmu,
    frames: createFrames(3 * PAGES, 6),
    format: x8664,
    table,
    executor,
  } as Translation;
  const hashes: string[] = [];
  const ended = programs.map(() => false);
  for (let batch = 0; ended.includes(false); batch++) {
    const id = batch % programs.length;
    const space = spaces[id] as (typeof spaces)[number];
    const program = programs[id] as ReferenceString;
    const end = runBatch(at, space, program, batches[batch % batches.length] as number);
    ended[id] = end === PROGRAM_ENDED;
    if (end === FAULTED) {
      const page = (program.runs[space.cursor] as number) >>> 8;
      const number = program.pageNumbers[page] as number;
      const index = x8664.find(table, id, number);
      if (mmu.protection) table.entries[index] = (table.entries[index] as number) | WRITABLE;
      else x8664.enter(table, id, number, id * PAGES + page, 0, 0);
    } else {
      // A page is made clean for the MMU, as a page-out does it, or its entry dropped as well.
      const page = dropped[batch % dropped.length] as number;
      space.written[page] = 0;
      clearWriteReady(mmu.tlb, space.base + page + 1);
      if (batch % 2 === 0) invalidate(mmu.tlb, space.unitOf[page] as number);
    }
    const words = spaces.map(({ id }) =>
      programs[id]?.pageNumbers.map((number) => table.entries[x8664.find(table, id, number)] ?? 0),
    );
    hashes.push(hashState([end, mmu, spaces, words, at.frames.stampLow, at.frames.stampHigh]));
  }
  return hashes;
}

const run = fc
  .tuple(fc.oneof(fc.nat(5), fc.nat(PAGES - 1)), fc.nat(2), fc.constantFrom(1, 1, 2, 64))
  .map(([page, kind, length]) => packRun(page, kind, length));
const program = fc
  .tuple(fc.array(run, { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 120 }))
  .map(([runs, rounds]) => ({
    references: 0,
    runs: Uint32Array.from(Array(rounds).fill(runs).flat()),
    pageNumbers: Float64Array.from({ length: PAGES }, (_, page) => page * 3 + 7),
  }));
const drawnMachine: fc.Arbitrary<Drawn> = fc.record({
  geometry: fc.constantFrom(...geometries),
  programs: fc.array(program, { minLength: 1, maxLength: 3 }),
  // With a long one among them, or what every batch ends in would take too long to hash.
  batches: fc
    .array(fc.constantFrom(1, 900, 30_000, 77_777, 500_000), { maxLength: 4 })
    .map((short) => [...short, 40_000_000]),
  dropped: fc.array(fc.nat(PAGES - 1), { minLength: 1, maxLength: 7 }),
  ticks: fc.tuple(fc.constantFrom(1, 7, 240, 1000), fc.constantFrom(0, 700, 2900)),
});

test('[POL18] any programs in turn, in any batches: the whole machine at the end of each is the same', () => {
  const counted = { runs: 0 };
  fc.assert(
    fc.property(drawnMachine, (drawn) => {
      const room = mmuRoom(drawn.geometry, PAGES * drawn.programs.length, drawn.programs.length);
      expect(room).not.toBeNull();
      expect(machine(drawn, room, counted)).toEqual(machine(drawn, null));
    }),
    { seed: 611, numRuns: 40 },
  );
  expect(counted.runs).toBeGreaterThan(5000);
});

/** The run by the kernel and by its twin: results, and the hash of all state at the end. */
function both(options: CellOptions): [object, object] {
  const [compiled, plain] = (['compiled', 'plain'] as const).map((hotLoop) => {
    const world = boot({ ...options, hotLoop });
    expect(world.kernel.translation.executor !== null).toBe(hotLoop === 'compiled');
    runWorld(world);
    return { state: hashState(world.kernel.state), results: collect(world, []) };
  });
  return [compiled as object, plain as object];
}

function cutShort(program: ReferenceString): ReferenceString {
  return { ...program, runs: program.runs.slice(0, 5000) };
}

describe('recorded programs', async () => {
  const files = readdirSync('traces').filter((file) => file.endsWith('.lht'));
  const programs = await Promise.all(
    files.map((file) => readTrace(`traces/${file}`, { limit: 200_000 })),
  );

  test.each(files)('[POL18] %s with ample memory, on each TLB', (file) => {
    const program = programs[files.indexOf(file)] as ReferenceString;
    const tasks = [task('one', program, 'clock', 1200, { initial: 'zero' })];
    for (const tlb of Object.keys(tlbGeometries)) {
      const options = cell(1200, tasks);
      const [compiled, plain] = both({ ...options, machine: { ...options.machine, tlb } });
      expect(compiled).toEqual(plain);
    }
  });

  test.each([
    ['contracts', 'ns', 'slices'],
    ['contracts', 'references', 'slices'],
    ['contracts', 'references', 'lockstep'],
    ['mach', 'ns', 'slices'],
    ['global-lru', 'ns', 'slices'],
    ['linux', 'references', 'slices'],
  ] as const)('[POL18] all under pressure: %s, clock of %s, %s', (management, clock, schedule) => {
    const few = schedule === 'lockstep' ? programs.slice(0, 2).map(cutShort) : programs;
    const tasks = few.map((program, i) => task(`task${i}`, program, 'clock', 60));
    const slice = clock === 'ns' ? 50_000 : 20_000;
    const [compiled, plain] = both({
      ...cell(tasks.length * 70, tasks),
      management,
      clock,
      schedule,
      slice,
    });
    expect(compiled).toEqual(plain);
  });

  test('[POL18] threads, more programs than have a part of the window, a program that stops', () => {
    const [one, two] = programs as unknown as [ReferenceString, ReferenceString];
    const stops = {
      at: Uint32Array.from([10_000, 10_001, 60_000]),
      restNs: Float64Array.from([5000, 0, 70_000]),
      workNs: Float64Array.from([0, 9000, 100]),
    };
    const short = cutShort(two);
    const tasks = [
      task('stops', { ...one, stops }, 'clock', 300, { threads: [one] }),
      ...Array.from({ length: 66 }, (_, i) => task(`task${i}`, short, 'fifo', 40)),
    ];
    const [compiled, plain] = both({ ...cell(3200, tasks), slice: 20_000 });
    expect(compiled).toEqual(plain);
  });
});

test('[POL18] drawn scenarios, terms that run out, clients that lie', () => {
  for (const clock of ['ns', 'references'] as const) {
    const [compiled, plain] = both(pressedCell(clock));
    expect(compiled).toEqual(plain);
  }
  let compiledRuns = 0;
  for (let seed = 1; seed <= 10; seed++) {
    const [compiled, plain] = (['compiled', 'plain'] as const).map((hotLoop) => {
      const { kernel } = boot({ ...draw(seed).options, hotLoop });
      if (kernel.translation.executor) compiledRuns++;
      // Not all of them end by themselves.
      for (let step = 0; step < 2000 && stepKernel(kernel); step++);
      return hashState([kernel.state, kernel.receivers.map(({ state }) => state)]);
    });
    expect(compiled).toBe(plain);
  }
  expect(compiledRuns).toBeGreaterThan(4);
});

test('[TIME7] a copy of a compiled run has arrays of its own, and ends as it does', () => {
  const pages = randomPages(3, 9000, 60);
  const program: ReferenceString = {
    references: pages.length,
    runs: Uint32Array.from(pages, (page, at) => packRun(page, at % 3, 1)),
    pageNumbers: Float64Array.from({ length: 60 }, (_, page) => page),
  };
  const tasks = ['one', 'two'].map((name) => task(name, program, 'clock', 50));
  const world = boot({ ...cell(100, tasks), slice: 900, hotLoop: 'compiled' });
  for (let step = 0; step < 400; step++) stepKernel(world.kernel);
  const copy = { ...world, kernel: cloneKernel(world.kernel) };
  expect([world, copy].map(({ kernel }) => kernel.translation.executor === null)).toEqual([
    false,
    true,
  ]);
  const hash = hashState(world.kernel.state);
  runWorld(copy);
  expect(hashState(world.kernel.state)).toBe(hash);
  runWorld(world);
  expect(collect(copy, [])).toEqual(collect(world, []));
  expect(hashState(copy.kernel.state)).toBe(hashState(world.kernel.state));
});

test('[POL18] no kernel, several CPUs, ticks that it cannot count: the machine runs its own loop', () => {
  const program: ReferenceString = {
    references: 1,
    runs: Uint32Array.of(packRun(0, 0, 1)),
    pageNumbers: Float64Array.of(7),
  };
  const options = cell(8, [task('one', program, 'clock', 4)]);
  const executorOf = (more: Partial<CellOptions>, machine: Partial<CellOptions['machine']> = {}) =>
    boot({ ...options, ...more, machine: { ...options.machine, ...machine } }).kernel.translation
      .executor;
  expect(executorOf({ hotLoop: 'compiled' })).not.toBeNull();
  expect(executorOf({})).toBeNull();
  expect(executorOf({ hotLoop: 'compiled' }, { cpus: 2 })).toBeNull();
  expect(executorOf({ hotLoop: 'compiled' }, { figures: { referencePs: 2 ** 22 } })).toBeNull();
  expect(executorOf({ hotLoop: 'compiled' }, { figures: { referencePs: 0.5 } })).toBeNull();
  vi.stubEnv('LEASEHOLD_KERNELS', 'off');
  expect(executorOf({ hotLoop: 'compiled' })).toBeNull();
});
