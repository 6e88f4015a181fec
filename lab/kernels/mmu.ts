/**
 * Compiled MMU: a kernel executes what goes by in the machine's hot loop (assembly/mmu.ts; twin:
 * sim-hw/mmu.ts), over the machine's own arrays, which lie in the kernel's memory:
 *
 *   address 0                             arrays                            end of memory
 *   +-------------------------------------+---------------------------------+
 *   | window: runs ahead, of each program | TLB, `unitOf`, `written` of all |
 *   +-------------------------------------+---------------------------------+
 *
 * Who reads, writes or hashes the state sees arrays like others. Those of a clone lie elsewhere: its
 * kernel (nucleus/kernel.ts) has no executor, and the twin runs.
 */

import { assert } from '../../sim-hw/assert.ts';
import type { Executor } from '../../sim-hw/executor.ts';
import { RUN_LENGTH_MAX } from '../../sim-hw/references.ts';
import type { Room } from '../../sim-hw/room.ts';
import type { TlbGeometry } from '../../sim-hw/tlb-geometry.ts';
import type { MmuState } from '../../sim-hw/translation.ts';
import { ask, type Kernel, startKernel, windowOf } from './kernel.ts';
import { addressAhead, countAhead, createRunsAhead } from './runs-ahead.ts';

/** Each array starts with a line of the cache. */
const LINE = 64;
/** The ticks of a group of four runs of the greatest length are a small integer. */
const TICKS_MAX = 1 << 21;

/**
 * A call costs as much as some tens of runs. After so many is looked whether they did enough of them, on
 * the average; if not, the twin has the next stretches, as many.
 */
const TRIAL = 64;
const RUNS_LEAST = 32;

/** Room for one machine, of one CPU and without promotion, and who executes what lies in it. */
export interface MmuRoom extends Room {
  /** For an MMU made in this room; null: its steps take no ticks that the kernel can count. */
  executorOf(mmu: MmuState): Executor | null;
}

/** For so many spaces of so many pages together; null: there is no kernel, or not with so much room. */
export function mmuRoom(geometry: TlbGeometry, pages: number, spaces: number): MmuRoom | null {
  const { firstSets, firstWays, secondSets, secondWays } = geometry;
  const entries = firstSets * firstWays + 1 + secondSets * secondWays + 1;
  const bytes = 11 * (pages + 1) + 8 * entries + LINE * (6 + 2 * spaces);
  const kernel = startKernel('mmu', bytes);
  if (kernel === null) return null;
  const { buffer } = kernel.memory;
  let top = ask(kernel, 'arraysAt') >>> 0;
  const end = top + bytes;
  function take(size: number): number {
    const at = top;
    top += Math.ceil(size / LINE) * LINE;
    assert(top <= end, 'kernel mmu: more arrays than there is room for');
    return at;
  }
  return {
    bytes: (length) => new Uint8Array(buffer, take(length), length),
    halves: (length) => new Uint16Array(buffer, take(2 * length), length),
    words: (length) => new Uint32Array(buffer, take(4 * length), length),
    executorOf: (mmu) => executorOf(kernel, mmu, spaces),
  };
}

type Advance = (
  from: number,
  to: number,
  key: number,
  unitOf: number,
  written: number,
  ticks: number,
  now: number,
) => number;

function executorOf(kernel: Kernel, mmu: MmuState, spaces: number): Executor | null {
  const { tlb, referenceTicks, secondTlbTicks } = mmu;
  const { firstPlace, firstUse, firstTag, firstWays, firstMask, secondPlace, secondUse } = tlb;
  if (!isCounted(referenceTicks) || !isCounted(secondTlbTicks)) return null;
  const firsts = [firstPlace, firstUse, firstTag].map(({ byteOffset }) => byteOffset);
  ask(kernel, 'setFirst', ...firsts, firstWays, firstMask);
  ask(kernel, 'setSecond', secondPlace.byteOffset, secondUse.byteOffset, tlb.secondWays);
  const toldAt = ask(kernel, 'setTicks', referenceTicks, secondTlbTicks) >>> 0;
  const told = new Int32Array(kernel.memory.buffer, toldAt, 4);
  const advance = kernel.calls.advance as Advance;
  const ahead = createRunsAhead(windowOf(kernel), spaces);
  const ticksLeast = RUN_LENGTH_MAX * referenceTicks + secondTlbTicks;
  let [calls, gone, rests] = [0, 0, 0];
  return {
    goBy(space, runs) {
      if (rests > 0 || mmu.left <= ticksLeast) {
        if (rests > 0) rests--;
        return false;
      }
      const key = space.base + 1;
      // After a fault the first run has no place: a call would be for nothing.
      if (firstPlace[4 * key + (runs[space.cursor] >>> 6)] === 0) return true;
      const unitOf = space.unitOf.byteOffset;
      const written = space.written.byteOffset;
      let cursor = space.cursor;
      let stops = false;
      while (!stops && cursor < runs.length) {
        const from = addressAhead(ahead, space.id, runs, cursor);
        const to = from + 4 * countAhead(ahead, space.id, runs, cursor);
        const reached = advance(from, to, key, unitOf, written, mmu.left, tlb.now);
        cursor += (reached - from) >> 2;
        mmu.left = told[0];
        tlb.now = told[1];
        mmu.references += told[2];
        mmu.secondLookups += told[3];
        stops = reached < to;
      }
      gone += cursor - space.cursor;
      if (++calls === TRIAL) {
        if (gone < TRIAL * RUNS_LEAST) rests = TRIAL;
        calls = gone = 0;
      }
      space.cursor = cursor;
      return true;
    },
  };
}

/** Whether the kernel's small integers do for these ticks. */
function isCounted(ticks: number): boolean {
  return Number.isInteger(ticks) && ticks >= 0 && ticks < TICKS_MAX;
}
