/**
 * Sending memory: what a pager supplies is written into pages of its own and sent off as memory under way.
 * A sender is held up, as by a full queue of messages, while memory is short and its last page has not been
 * taken: so that nobody's frames go to what nobody has asked for [EMMI10].
 */

import type { Contents } from '../../../../sim-hw/contents.ts';
import { copyIn, mapOf, vmAllocate, vmDeallocate, writeMemory } from '../vm/index.ts';
import { thresholds } from '../vm/pageout.ts';
import { FREE } from '../vm/resident-pages.ts';
import { controlledBy } from './records.ts';
import { type Emmi, NONE, recordOfTask } from './state.ts';
import { mayGiveUnasked } from './unasked.ts';

/** Whether `task` may send so many pages now; if not, it is told by machTaken when to try again. */
export function maySendOff(emmi: Emmi, task: number, pages: number): boolean {
  const { state, vm } = emmi;
  const isFirst = !state.underWay.some(({ from }) => from === task);
  const isRoom = vm.state.resident.queued[FREE] - pages > thresholds(vm).freeTarget;
  if (isFirst || isRoom) return true;
  const record = recordOfTask(emmi, task);
  if (record !== undefined) record.isHeldUp = true;
  return false;
}

/**
 * Whether pages from `first` on, of the object of `control`, are taken at all: not if nobody has asked for
 * any of them and there is no room for such.
 */
export function isWelcome(emmi: Emmi, control: number, first: number, pages: number): boolean {
  const { state, vm } = emmi;
  const record = controlledBy(emmi, control);
  if (record === undefined) return true;
  const { pageBytes } = vm.parameters;
  const [start, end] = [first * pageBytes, (first + pages) * pageBytes];
  const isAsked = state.requests.some(
    ({ kind, pager, offset }) =>
      kind === 'data' && pager === record.pager && offset >= start && offset < end,
  );
  return isAsked || mayGiveUnasked(emmi, record.pager);
}

/** Pages with these contents, under way; NONE: there is no memory for them. */
export function sendOff(emmi: Emmi, task: number, pages: readonly Contents[]): number {
  const { vm, state } = emmi;
  const vmTask = recordOfTask(emmi, task)?.vmTask ?? NONE;
  const map = mapOf(vm, vmTask);
  const { pageBytes } = vm.parameters;
  const size = pages.length * pageBytes;
  const start = vmAllocate(vm, vmTask, size);
  if (typeof start === 'string' || typeof map === 'string') return NONE;
  const isWritten = pages.every(
    (contents, i) => writeMemory(vm, vmTask, start + i * pageBytes, contents) === undefined,
  );
  const memory = isWritten ? copyIn(vm, map, start, size) : NONE;
  vmDeallocate(vm, vmTask, start, size);
  if (typeof memory !== 'number' || memory === NONE) return NONE;
  state.underWay.push({ memory, from: task });
  return memory;
}
