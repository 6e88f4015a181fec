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

import type { SpaceState } from '../../sim-hw/address-space.ts';
import { assert } from '../../sim-hw/assert.ts';
import type { Executor } from '../../sim-hw/executor.ts';
import { runOne, WENT_BY } from '../../sim-hw/mmu.ts';
import { type ReferenceString, RUN_LENGTH_MAX } from '../../sim-hw/references.ts';
import type { Room } from '../../sim-hw/room.ts';
import type { TlbGeometry } from '../../sim-hw/tlb-geometry.ts';
import type { MmuState, Translation } from '../../sim-hw/translation.ts';
import { ask, type Call, type Kernel, startKernelWith, windowOf } from './kernel.ts';
import { addressAhead, countAhead, createRunsAhead } from './runs-ahead.ts';

/** Each array starts with a line of the cache. */
const LINE = 64;
/** The ticks of a group of four runs, of the greatest length and with all that befalls each, are fewer. */
const TICKS_MAX = 1 << 30;
/** Probes of a walk that is known (`walked` of sim-hw/tlb.ts): levels of a page table. */
const PROBES_MOST = 4;

/** Room for one machine, of one CPU and without promotion, and who executes what lies in it. */
export interface MmuRoom extends Room {
  /** For an MMU made in this room; null: its steps take no ticks that the kernel can count. */
  executorOf(mmu: MmuState): Executor | null;
}

/** For so many spaces of so many pages together; null: there is no kernel, or not with so much room. */
export function mmuRoom(geometry: TlbGeometry, pages: number, spaces: number): MmuRoom | null {
  const { firstSets, firstWays, secondSets, secondWays } = geometry;
  const entries = firstSets * firstWays + 1 + secondSets * secondWays + 1;
  const bytes = 12 * (pages + 1) + 8 * entries + LINE * (8 + 2 * spaces);
  const turn: Turn = {
    at: null,
    space: null,
    program: null,
    cursorAt0: 0,
    result: WENT_BY,
    told: new Int32Array(5),
  };
  const kernel = startKernelWith({ one: executeOne.bind(null, turn) }, 'mmu', bytes);
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
    executorOf: (mmu) => executorOf(kernel, turn, mmu, spaces),
  };
}

/** Whose runs the kernel executes, and what became of the last that it called back for. */
interface Turn {
  at: Translation | null;
  space: SpaceState | null;
  program: ReferenceString | null;
  /** Cursor of the run at address 0 of the window, were there one. */
  cursorAt0: number;
  result: number;
  /** As the kernel tells it: ticks left; references, looks at the second level, walks, their probes. */
  told: Int32Array;
}

/** The run at `address`, by the twin: ticks left, or 0 when the batch is over. */
function executeOne(turn: Turn, address: number): number {
  const { at, space, program, told } = turn;
  assert(at !== null && space !== null && program !== null, 'kernel mmu: nobody runs');
  hear(at.mmu, space, (address >>> 2) + turn.cursorAt0, told);
  turn.result = runOne(at, space, program);
  return turn.result === WENT_BY ? at.mmu.left : 0;
}

/** Runs before `cursor` have gone by in the kernel: `told` is what they changed since it told of some last. */
function hear(mmu: MmuState, space: SpaceState, cursor: number, told: Int32Array): void {
  mmu.tlb.now += cursor - space.cursor;
  space.cursor = cursor;
  mmu.left = told[0];
  mmu.references += told[1];
  mmu.secondLookups += told[2];
  mmu.walks += told[3];
  mmu.probes += told[4];
}

function executorOf(kernel: Kernel, turn: Turn, mmu: MmuState, spaces: number): Executor | null {
  const { tlb, referenceTicks, secondTlbTicks, walkStartTicks, walkProbeTicks } = mmu;
  const { firstPlace, firstMask, firstWays, secondMask, secondWays } = tlb;
  const group = groupTicks(mmu);
  if (!(group < TICKS_MAX)) return null;
  function at(...arrays: readonly ArrayBufferView[]): number[] {
    return arrays.map(({ byteOffset }) => byteOffset);
  }
  ask(kernel, 'setFirst', ...at(firstPlace, tlb.firstUse, tlb.firstTag), firstWays, firstMask);
  const second = at(tlb.secondPlace, tlb.secondUse, tlb.secondTag);
  ask(kernel, 'setSecond', ...second, secondWays, secondMask, ...at(tlb.walked));
  const ticks = [referenceTicks, secondTlbTicks, walkStartTicks, walkProbeTicks];
  const toldAt = ask(kernel, 'setTicks', ...ticks, group) >>> 0;
  const told = new Int32Array(kernel.memory.buffer, toldAt, turn.told.length);
  turn.told = told;
  const advance = kernel.calls.advance as Call;
  const ahead = createRunsAhead(windowOf(kernel), spaces);
  return {
    execute(at, space, program) {
      const { runs } = program;
      const key = space.base + 1;
      // After a fault the first run has no place: a call would be for nothing.
      if (firstPlace[4 * key + (runs[space.cursor] >>> 6)] === 0) return WENT_BY;
      const unitOf = space.unitOf.byteOffset;
      const written = space.written.byteOffset;
      turn.at = at;
      turn.space = space;
      turn.program = program;
      while (space.cursor < runs.length) {
        const { cursor } = space;
        const from = addressAhead(ahead, space.id, runs, cursor);
        const to = from + 4 * countAhead(ahead, space.id, runs, cursor);
        turn.cursorAt0 = cursor - (from >>> 2);
        if (advance(from, to, key, unitOf, written, mmu.left, tlb.now) === 0) return turn.result;
        hear(mmu, space, turn.cursorAt0 + (to >>> 2), told);
      }
      return WENT_BY;
    },
  };
}

/** What a group of four runs takes at most; Infinity where a step takes no whole number of ticks. */
function groupTicks(mmu: MmuState): number {
  const { referenceTicks, secondTlbTicks, walkStartTicks, walkProbeTicks, trapTicks } = mmu;
  const ticks = [referenceTicks, secondTlbTicks, walkStartTicks, walkProbeTicks, trapTicks];
  if (!ticks.every((each) => Number.isInteger(each) && each >= 0)) return Number.POSITIVE_INFINITY;
  const walk = walkStartTicks + PROBES_MOST * walkProbeTicks;
  return 4 * (RUN_LENGTH_MAX * referenceTicks + secondTlbTicks + walk);
}
