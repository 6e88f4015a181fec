/**
 * A mover: has the memory server move frames at random moments, and defragment now and then. What it
 * moves, where to and when is drawn from the scenario's seed. No client, pager or device may see any
 * of it (SPEC [CONT32]); what it costs is charged to nobody's program.
 */

import { termNow, timerAt } from '../../nucleus/clock.ts';
import { addTask, type Kernel, NUCLEUS, type Step, TIMER } from '../../nucleus/kernel.ts';
import { defragment, relocateRun } from '../../servers/memory/containers/relocation.ts';
import type { MemoryServerState } from '../../servers/memory/state.ts';
import { poolOf } from '../../servers/memory/upstream/upstream.ts';
import { nextBelow, type RandomState, splitRandom } from '../../sim-hw/random.ts';
import type { CellOptions } from './cell-options.ts';
import { MEMORY } from './layout.ts';

/** Moves between two defragmentations. */
const DEFRAGMENT_EVERY = 64;

export interface MoverState {
  readonly id: number;
  readonly random: RandomState;
  /** Ticks between two moves, on average. */
  readonly every: number;
  moves: number;
  /** Frames that have been moved. */
  moved: number;
}

export function addMover(options: CellOptions, kernel: Kernel): void {
  if (!options.relocate || options.management !== 'contracts') return;
  const id = kernel.state.tasks.length;
  const random = splitRandom(options.seed, 'mover');
  const state: MoverState = { id, random, every: options.relocate.every, moves: 0, moved: 0 };
  addTask(kernel, 'mover', -1, { step: moverStep, state });
  kernel.state.account = NUCLEUS;
  wait(kernel, state);
}

const moverStep: Step = (kernel, state, message) => {
  const mover = state as MoverState;
  if (message.from !== NUCLEUS || message.op !== TIMER) return;
  const server = kernel.receivers[MEMORY].state as MemoryServerState;
  const { count, keeper } = poolOf(kernel, server);
  kernel.state.account = NUCLEUS;
  if (++mover.moves % DEFRAGMENT_EVERY === 0) mover.moved += defragment(kernel, server);
  else {
    const from = nextFrame(kernel, nextBelow(mover.random, count), false, keeper);
    const into = nextFrame(kernel, nextBelow(mover.random, count), true, keeper);
    if (from >= 0 && into >= 0 && relocateRun(kernel, server, from, 0, into)) mover.moved++;
  }
  if (kernel.state.unfinished > 0) wait(kernel, mover);
};

/** The first frame that is free, or is somebody's, from `start` on and round; -1: none. */
function nextFrame(kernel: Kernel, start: number, free: boolean, keeper: number): number {
  const { owner, count } = kernel.state.frames;
  for (let step = 0; step < count; step++) {
    const frame = (start + step) % count;
    if ((owner[frame] === keeper) === free) return frame;
  }
  return -1;
}

function wait(kernel: Kernel, { id, random, every }: MoverState): void {
  timerAt(kernel, termNow(kernel) + 1 + nextBelow(random, 2 * every), id, 0);
}
