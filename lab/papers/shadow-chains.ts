/**
 * Shadow chains: a process that forks again and again, the child writing a few pages and the parent
 * ending, is what makes chains of shadow objects grow (Rashid et al. 1987, section 3.5). How deep they
 * are after that, and how many pages they hold, with each way of shortening them.
 *
 * The process begins with a file of so many pages, all in memory, mapped as a copy. Pages to write are
 * drawn by xorshift32 (13, 17, 5).
 */

import * as mach from '../../servers/central/mach/vm/index.ts';
import { assert } from '../../sim-hw/assert.ts';
import { createContents, stamped } from '../../sim-hw/contents.ts';
import type { Measured } from '../scenario/expectations.ts';
import type { ProbedMachine } from './transfer-desk.ts';

export interface ChainSettings {
  readonly pages: number;
  readonly rounds: number;
  readonly writes: number;
  readonly seed: number;
}

const PAGE = 4096;
const collapsings: readonly mach.Collapsing[] = ['off', 'resident', 'existence'];

/** By way of collapsing, as a task of one row. */
export function shadowChains(machine: ProbedMachine, settings: ChainSettings): Measured {
  const tasks = collapsings.map((name) => ({ name, ...chain(machine, settings, name) }));
  return { rows: [{ management: 'chains', frames: settings.pages, tasks, totals: {} }] };
}

function chain(
  { format }: ProbedMachine,
  { pages, rounds, writes, seed }: ChainSettings,
  collapsing: mach.Collapsing,
): object {
  const frames = pages * 2 + rounds * writes + 64;
  const vm = mach.createVm({ format, frames, spaces: 2, blocks: pages, collapsing });
  let task = taken(mach.createTask(vm));
  const file = taken(mach.createFile(vm, pages, 'temporary'));
  taken(mach.vmMap(vm, task, file, 0, pages * PAGE, true, 0));
  const contents = createContents(false);
  for (let page = 0; page < pages; page++) mach.readMemory(vm, task, page * PAGE, contents);
  const draws = { word: seed };
  for (let round = 0; round < rounds; round++) {
    const child = taken(mach.forkTask(vm, task));
    for (let write = 0; write < writes; write++) {
      const address = (nextWord(draws) % pages) * PAGE;
      const refusal = mach.writeMemory(vm, child, address, stamped(round + 1, 1));
      assert(refusal === undefined, `shadow chains: a write is refused: ${refusal}`);
    }
    mach.endTask(vm, task);
    task = child;
  }
  const region = mach.vmRegion(vm, task, 0);
  assert(typeof region === 'object', 'shadow chains: the process has lost its memory');
  const { collapses, bypasses } = vm.state.counts;
  const { active, inactive } = mach.vmStatistics(vm);
  const depth = mach.chainDepth(vm, region.name);
  return { depth, pages: active + inactive, collapses, bypasses };
}

function nextWord(draws: { word: number }): number {
  draws.word ^= draws.word << 13;
  draws.word ^= draws.word >>> 17;
  draws.word ^= draws.word << 5;
  return draws.word >>> 0;
}

function taken(answer: number | mach.VmRefusal): number {
  assert(typeof answer === 'number', `shadow chains: ${answer}`);
  return answer;
}
