/** A pager whose own records are paged: faults put aside and retried, in frames of its final pager. */

import { expect, test } from 'vitest';
import type { FinalPagerState } from '../../../clients/pager/final-pager.ts';
import type { PrimaryWish } from '../../../clients/pager/primary-pager.ts';
import { OP } from '../../../contracts/messages.ts';
import { boot, type World } from '../../../lab/run/boot.ts';
import { runCell } from '../../../lab/run/cell.ts';
import type { CellOptions } from '../../../lab/run/cell-options.ts';
import { MEMORY } from '../../../lab/run/layout.ts';
import type { Message } from '../../../nucleus/messages.ts';
import { stepKernel } from '../../../nucleus/scheduler.ts';
import type { PagerState } from '../../../paging/state.ts';
import type { MemoryServerState } from '../../../servers/memory/state.ts';
import { cell, task, writing } from '../../support/cells.ts';
import { loop } from '../../support/reference-strings.ts';

const PAGES = 900;
const FRAMES = 2;

/** One task of 900 pages in 40 frames with a final pager, beside one that takes all there is left. */
function options(more: Partial<CellOptions> = {}): CellOptions {
  const split = task('split', writing(loop(PAGES, 2)), 'clock', 40, { finalFrames: FRAMES });
  const greedy = task('greedy', writing(loop(60, 40)), 'clock', 20, { extra: 60 });
  return cell(80, [split, greedy], {
    oracles: true,
    slice: 50_000,
    terms: { term: 0, graceExtra: 200_000, graceShrink: 1_000_000, penalty: 'repossess' },
    ...more,
  });
}

function parts(world: World) {
  const { receivers, state } = world.kernel;
  const pager = receivers[world.clients[0]].state as PagerState;
  const at = state.tasks.findIndex(({ name }) => name === 'split-final');
  const { clients } = receivers[MEMORY].state as MemoryServerState;
  return {
    pager,
    records: (pager.owner as PrimaryWish).records,
    final: receivers[at].state as FinalPagerState,
    held: () => clients[at]?.held ?? 0,
  };
}

test('[LAST9] faults that lack their records are put aside and retried, and nothing is lost', () => {
  const world = boot(options());
  const { final, records, held } = parts(world);
  let most = 0;
  while (stepKernel(world.kernel)) most = Math.max(most, held());
  const task = world.kernel.state.finished[world.clients[0]];
  expect(task).toMatchObject({ references: 2 * PAGES, lostFaults: 0 });
  // Every page of records came in, more than there are frames for them, and again in the second round.
  expect(records.isIn.length).toBeGreaterThan(FRAMES);
  expect(records.putAside).toBe(2 * records.isIn.length);
  expect(records.isIn.filter((isIn) => isIn === 1)).toHaveLength(FRAMES);
  // It was never granted more than what is guaranteed to it, and its task's end frees that.
  expect([most, final.frames, held()]).toEqual([FRAMES, FRAMES, 0]);
  const { oracles, tasks } = runCell(options());
  expect(oracles.flatMap(({ violations }) => violations)).toEqual([]);
  expect(tasks[0]).toMatchObject({ references: 2 * PAGES, lostFaults: 0 });
});

test('[LAST9] where all records are in the task runs as it does without a final pager', () => {
  const faults = (finalFrames: number | null) => {
    const { tasks } = options();
    const [split, greedy] = tasks as [(typeof tasks)[0], (typeof tasks)[0]];
    const { tasks: results } = runCell(options({ tasks: [{ ...split, finalFrames }, greedy] }));
    const { hardFaults, softFaults, pageOuts } = results[0] as (typeof results)[0];
    return [hardFaults, softFaults, pageOuts];
  };
  expect(faults(9)).toEqual(faults(null));
});

test('[LAST9] while a fault is put aside the pager serves what else it is told', () => {
  const world = boot(options());
  const { kernel } = world;
  const { pager, records, final } = parts(world);
  const receiver = kernel.receivers[final.id] as { step: unknown };
  const { step } = receiver;
  while (records.putAside < 1) stepKernel(kernel);
  // Its final pager hears nothing for a while; a notice comes meanwhile.
  const unheard: Message[] = [];
  receiver.step = (_: unknown, __: unknown, message: Message) => unheard.push({ ...message });
  while (records.page < 0) stepKernel(kernel);
  const before = pager.held;
  const notice = {
    ...kernel.message,
    op: OP.notice,
    from: MEMORY,
    to: pager.id,
    w0: 3,
    w1: 0,
    w2: 0,
  };
  kernel.receivers[pager.id].step(kernel, pager, notice);
  for (let i = 0; i < 2000 && pager.held > before - 3; i++) stepKernel(kernel);
  expect(pager.held).toBe(before - 3);
  const references = kernel.state.tasks[pager.id]?.references ?? 0;
  expect(records.page).toBeGreaterThanOrEqual(0);
  // It hears what it was asked: the fault is retried, and the task goes on.
  receiver.step = step;
  for (const message of unheard) (step as (...all: unknown[]) => void)(kernel, final, message);
  for (let i = 0; i < 2000; i++) stepKernel(kernel);
  expect(kernel.state.tasks[pager.id]?.references).toBeGreaterThan(references);
});

test('[LAST9] only its own task asks a final pager, and only its final pager is believed', () => {
  const world = boot(options());
  const { kernel } = world;
  const { pager, records, final } = parts(world);
  const [, stranger] = world.clients as [number, number];
  const tell = (to: number, op: number, w0: number) =>
    kernel.receivers[to].step(kernel, kernel.receivers[to].state, {
      ...kernel.message,
      op,
      from: stranger,
      to,
      w0,
      w1: 0,
    });
  tell(final.id, OP.needRecords, 0);
  expect(final.wanted).toBe(-1);
  tell(pager.id, OP.recordsIn, 0);
  expect(records.isIn[0]).toBe(0);
});
