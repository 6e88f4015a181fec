import { expect, test } from 'vitest';
import type { Kinship } from '../../../clients/pager/child-contracts.ts';
import { OP } from '../../../contracts/messages.ts';
import { boot, type World } from '../../../lab/run/boot.ts';
import { runCell } from '../../../lab/run/cell.ts';
import type { CellOptions, CellTask } from '../../../lab/run/cell-options.ts';
import { send } from '../../../nucleus/ipc.ts';
import { givePort, type Receiver } from '../../../nucleus/kernel.ts';
import { stepKernel } from '../../../nucleus/scheduler.ts';
import type { PagerState } from '../../../paging/state.ts';
import type { MemoryServerState } from '../../../servers/memory/state.ts';
import { cell, task } from '../../support/cells.ts';
import { loop, toReferenceString } from '../../support/reference-strings.ts';

const reads = (pages: number, rounds: number) =>
  toReferenceString(loop(pages, rounds), { collapse: false });

const zero = { initial: 'zero' } as const;

/** A parent of 10 frames of its own, a child of 20, and whoever is given; oracles watch. */
function family(others: readonly CellTask[], more: Partial<CellOptions> = {}): CellOptions {
  const parent = task('parent', reads(10, 4000), 'lru', 10, zero);
  const child = task('child', reads(20, 400), 'lru', 20, zero);
  const parts = [{ parent: 0, tasks: [1], guaranteed: 20, extra: 0 }];
  return cell(40, [parent, child, ...others], { parts, slice: 5000, oracles: true, ...more });
}

/** Runs a cell; returns its tasks and what befell each, as `name kind`. */
function told(options: CellOptions) {
  const kinds: string[] = [];
  const observer: CellOptions['observer'] = ({ kind, task: whose }) => {
    kinds.push(`${whose} ${kind}`);
  };
  const { tasks, oracles } = runCell({ ...options, observer });
  expect(oracles.flatMap(({ violations }) => violations)).toEqual([]);
  return { tasks, kinds };
}

test('[CON11] [CON13] a child lives on what its parent splits off, and faults as on its own', () => {
  const { tasks, kinds } = told(family([]));
  expect(tasks.map(({ faults }) => faults)).toEqual([10, 20]);
  expect(kinds).toContain('parent split');
  expect(kinds).toContain('child use');
});

test('[CON14] two tasks share a part: together they hold all of it, and never more', () => {
  const parts = [{ parent: 0, tasks: [1, 2], guaranteed: 20, extra: 0 }];
  const [parent] = family([]).tasks as [CellTask];
  const sharers = ['one', 'other'].map((name) => task(name, reads(12, 2000), 'lru', 20, zero));
  const world = boot({ ...family([], { parts }), tasks: [parent, ...sharers] });
  const { clients } = (world.kernel.receivers[world.memory] as Receiver).state as MemoryServerState;
  let most = 0;
  let both = 0;
  while (stepKernel(world.kernel)) {
    const [first, second] = [1, 2].map((at) => clients[world.clients[at] as number]?.held ?? 0);
    most = Math.max(most, (first as number) + (second as number));
    both = Math.max(both, Math.min(first as number, second as number));
  }
  expect(most).toBe(20);
  expect(both).toBeGreaterThan(0);
});

test('[CON20] a parent that dies takes the part along: the child has one of its own', () => {
  const options = family([]);
  const [parent, child] = options.tasks as [CellTask, CellTask];
  const { tasks, kinds } = told({ ...options, tasks: [{ ...parent, killAt: 20_000 }, child] });
  expect(kinds.indexOf('child contract')).toBeGreaterThan(kinds.indexOf('child use'));
  expect(tasks[1]).toMatchObject({ references: 20 * 400 });
});

test('[CON20] a parent that dies before it has answered keeps no child waiting', () => {
  const options = family([task('third', reads(10, 2000), 'lru', 25, zero)]);
  const [parent, child, third] = options.tasks as [CellTask, CellTask, CellTask];
  // While the third has its contract the parent is refused one, and has nothing to split.
  const unlucky = { ...parent, start: 1000, killAt: 3000 };
  const { tasks, kinds } = told({
    ...options,
    tasks: [unlucky, { ...child, start: 1 }, third],
  });
  expect(kinds).not.toContain('parent split');
  expect(kinds).toContain('child contract');
  expect(tasks[1]).toMatchObject({ references: 20 * 400 });
});

test('[CON17] a term that the parent renews holds for the child as well', () => {
  const terms = { term: 9_000, graceExtra: 1000, graceShrink: 5000, penalty: 'repossess' } as const;
  const { tasks, kinds } = told(family([], { terms }));
  expect(tasks.map(({ faults }) => faults)).toEqual([10, 20]);
  expect(kinds).toContain('parent renewal');
  expect(kinds).not.toContain('child expiry');
});

test('[CON17] a part that ends with each term is split off anew each time: no place is lost', () => {
  const terms = { term: 9000, graceExtra: 1000, graceShrink: 5000, penalty: 'repossess' } as const;
  const options = family([], { terms });
  const [parent, child] = options.tasks as [CellTask, CellTask];
  const { program } = task('long', reads(20, 40_000), 'lru', 20, zero);
  const tasks = [
    { ...parent, program: reads(10, 80_000), renews: false },
    { ...child, program },
  ];
  const ran = told({ ...options, tasks });
  expect(ran.kinds.filter((kind) => kind === 'parent split').length).toBeGreaterThan(70);
  expect(ran.tasks.map(({ references }) => references)).toEqual([800_000, 800_000]);
});

test('[CON12] who asks for a part that is not meant for it is not heard', () => {
  const world = boot(family([task('stranger', reads(5, 4), 'lru', 5)]));
  const { kernel, clients } = world;
  const port = givePort(kernel, clients[2] as number, clients[0] as number);
  let asked = false;
  while (stepKernel(kernel)) {
    if (asked || kinOf(world, 0)?.parts[0]?.control === -1) continue;
    asked = send(kernel, clients[2] as number, port, OP.askControl, 0, 0, 0, 0, 0);
    expect(asked).toBe(true);
  }
  expect(asked).toBe(true);
  expect(kinOf(world, 0)?.parts[0]?.waiting).toEqual([]);
  expect(kinOf(world, 2)).toBe(null);
});

function kinOf({ kernel, clients }: World, at: number): Kinship | null {
  const pager = kernel.receivers[clients[at] as number]?.state as PagerState;
  return (pager.owner as { kin: Kinship | null }).kin;
}
