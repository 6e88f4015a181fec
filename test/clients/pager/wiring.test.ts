import { expect, test } from 'vitest';
import type { ContractWish } from '../../../clients/pager/memory-control.ts';
import { boot, type World } from '../../../lab/run/boot.ts';
import { runCell, runWorld } from '../../../lab/run/cell.ts';
import type { CellOptions, CellTask } from '../../../lab/run/cell-options.ts';
import { watch } from '../../../lab/run/watch.ts';
import { stepKernel } from '../../../nucleus/scheduler.ts';
import { PLAIN_PAGES } from '../../../paging/page-kinds.ts';
import { RESIDENT, slotOf, WIRED } from '../../../paging/page-word.ts';
import type { PagerState } from '../../../paging/state.ts';
import type { MemoryServerState } from '../../../servers/memory/state.ts';
import { isWired, wiredLimit } from '../../../servers/memory/wiring.ts';
import { cell, task, writing } from '../../support/cells.ts';
import { loop, randomPages, toReferenceString } from '../../support/reference-strings.ts';

const terms = {
  term: 0,
  graceExtra: 1e6,
  graceShrink: 1e8,
  penalty: 'repossess',
  wiredMax: 0.5,
  wiredTimeMax: 1e12,
} as const;

function wired(from: number, to: number): Partial<CellTask> {
  return { kinds: { ...PLAIN_PAGES, wired: [[from, to]] } };
}

/** Steps a world to its end; `look` after each step while the first task lives. */
function stepThrough(
  options: CellOptions,
  look: (pager: PagerState, server: MemoryServerState, world: World) => void,
): World {
  const world = boot({ ...options, oracles: true });
  const oracles = watch(world);
  const { receivers, state } = world.kernel;
  const id = world.clients[0] as number;
  while (stepKernel(world.kernel)) {
    if (state.finished[id] === null)
      look(receivers[id]?.state as PagerState, receivers[world.memory]?.state as never, world);
  }
  for (const { findings } of [oracles?.pages, oracles?.revocation, oracles?.contracts].filter(
    (one) => one !== null && one !== undefined,
  ))
    expect(findings.violations).toEqual([]);
  return world;
}

test('[MEM14] wired pages are not given up: of a loop only the others fault', () => {
  const reads = toReferenceString(loop(60, 100), { collapse: false });
  const one = task('one', reads, 'lru', 40, wired(0, 20));
  expect(runCell(cell(40, [one], { terms })).tasks[0]?.faults).toBe(20 + 40 * 100);
  const plain = { ...terms, wiredTimeMax: 0 };
  // Asked for and refused: no page is wired, and the program runs as ever.
  const none = { ...plain, wiredMax: 0 };
  expect(runCell(cell(40, [one], { terms: none })).tasks[0]?.faults).toBe(6000);
});

test('[MEM14] never more than half of what is guaranteed, and what its pager and the server say agrees', () => {
  const renegotiate = [
    { at: 800, guaranteed: 6, extra: 6 },
    { at: 1600, guaranteed: 14, extra: 4 },
  ];
  const program = writing(randomPages(5, 3000, 30));
  const one = task('one', program, 'clock', 12, { extra: 6, renegotiate, ...wired(0, 30) });
  const other = task('other', program, 'lru', 10, { start: 3_000_000 });
  const short = { ...terms, graceShrink: 5_000_000, wiredTimeMax: 4_000_000, wiredMax: 1 };
  let most = 0;
  let after = 0;
  const world = stepThrough(cell(26, [one, other], { terms: short }), (pager, server) => {
    const { wiring } = pager.owner as ContractWish;
    const words = [...pager.pageWord.entries()].filter(([, word]) => (word & WIRED) !== 0);
    most = Math.max(most, words.length);
    if (pager.guaranteed === 6) after = Math.max(after, words.length);
    expect(2 * (wiring?.pages.length ?? 0)).toBeLessThanOrEqual(Math.max(12, pager.guaranteed));
    for (const [page, word] of words) {
      expect(word & RESIDENT, `page ${page}`).toBe(RESIDENT);
      expect(isWired(server, pager.id, slotOf(word)), `page ${page}`).toBe(true);
    }
    const client = server.clients[pager.id];
    if (client === null || client === undefined) return;
    const frames = server.wirings[pager.id]?.frames ?? 0;
    expect(frames).toBeLessThanOrEqual(wiredLimit(server, client));
  });
  expect([most, after]).toEqual([7, 3]);
  const unwired = world.kernel.receivers[world.memory]?.state as MemoryServerState;
  expect(unwired.wirings.every((wiring) => (wiring?.frames ?? 0) === 0)).toBe(true);
});

test('[MEM11] [MEM14] when the time limit has come the page is like any other', () => {
  const reads = toReferenceString(loop(60, 100), { collapse: false });
  const one = task('one', reads, 'lru', 40, wired(0, 20));
  const short = { ...terms, wiredTimeMax: 50_000_000 };
  const faults = runCell(cell(40, [one], { terms: short })).tasks[0]?.faults as number;
  expect(faults).toBeGreaterThan(20 + 40 * 100);
  expect(faults).toBeLessThan(6000);
});

test('[MEM12] a wirer beside an honest client: its claims are met by every deadline', () => {
  for (const penalty of ['repossess', 'kill'] as const)
    for (const wiredMax of [0.5, 1]) {
      const all = { ...terms, penalty, wiredMax };
      const honest = task('honest', writing(randomPages(5, 1500, 20)), 'lru', 12, {
        start: 6_000_000,
      });
      const wirer = task('wirer', writing(randomPages(7, 4000, 30)), 'fifo', 4, {
        extra: 20,
        hostile: 'wirer',
      });
      const alone = runCell(cell(24, [honest], { terms: all })).tasks[0]?.faults;
      const world = boot({ ...cell(24, [honest, wirer], { terms: all }), oracles: true });
      const oracles = watch(world);
      runWorld(world);
      const { finished } = world.kernel.state;
      expect(finished[world.clients[0] as number]).toMatchObject({ faults: alone, lostFaults: 0 });
      expect(finished[world.clients[1] as number]?.revocationsMissed).toBeGreaterThan(0);
      expect(oracles?.revocation.findings.violations).toEqual([]);
      expect(oracles?.contracts.findings.violations).toEqual([]);
    }
});
