/**
 * Supply: what pagers answer to a request, and what they give unasked [EMMI3] [EMMI10]. Data that is
 * given twice is dropped: what is in memory is newer.
 */

import { resultOf, supplyIs } from '../../../../contracts/emmi-messages.ts';
import { OP } from '../../../../contracts/messages.ts';
import { reply } from '../../../../nucleus/ipc.ts';
import type { Kernel } from '../../../../nucleus/kernel.ts';
import type { Message } from '../../../../nucleus/messages.ts';
import { lockPage, supplyPage } from '../vm/external-pagers.ts';
import { discardCopy } from '../vm/index.ts';
import { reservePages } from '../vm/pageout.ts';
import { pagerOf } from '../vm/pager-store.ts';
import { residentPage } from '../vm/resident-pages.ts';
import { forgetRequests } from './asking.ts';
import { controlled } from './records.ts';
import { type Emmi, NONE, recordOfTask } from './state.ts';
import { dropUnasked, mayGiveUnasked } from './unasked.ts';
import { failWaits, retry } from './waits.ts';

/** Frames that one page takes at most: its own, and one to read what was sent from. */
const PAGES_OF_A_SUPPLY = 2;

export function hearSupply(kernel: Kernel, emmi: Emmi, message: Message): void {
  const { op, from, w0: control, w1: first, w2: memory, w3 } = message;
  const { state, vm } = emmi;
  if (!takeMemory(kernel, emmi, from, memory)) return;
  const managed = controlled(emmi, from, control);
  const isOld = op === OP.memoryObjectDataProvided;
  const how = isOld ? { length: 1, lock: w3, isPrecious: false, wantsReply: false } : supplyIs(w3);
  let isAll = managed !== undefined;
  for (let i = 0; managed !== undefined && i < how.length; i++) {
    const { pageBytes } = vm.parameters;
    const offset = (first + i) * pageBytes;
    if (!takePage(emmi, managed.pager, offset, memory, i * pageBytes, how)) isAll = false;
  }
  discardCopy(vm, memory);
  if (managed === undefined) return;
  if (how.wantsReply) {
    const result = isAll ? 0 : resultOf('RESOURCE_SHORTAGE');
    const done = OP.memoryObjectSupplyCompleted;
    reply(kernel, state.id, from, done, managed.object, first, how.length, result, 0);
  }
  retry(kernel, emmi, managed.pager);
}

/** The pager has nothing there: zeros, or what is below. */
export function hearUnavailable(
  kernel: Kernel,
  emmi: Emmi,
  from: number,
  control: number,
  first: number,
  length: number,
): void {
  const pager = controlled(emmi, from, control)?.pager;
  if (pager === undefined) return;
  const { absent } = pagerOf(emmi.vm, pager);
  for (const offset of askedWithin(emmi, pager, first, length)) {
    if (!absent.includes(offset)) absent.push(offset);
    forgetRequests(emmi, pager, offset);
  }
  retry(kernel, emmi, pager);
}

/** The pager cannot: who waits has a memory exception, and who comes later asks anew. */
export function hearError(
  kernel: Kernel,
  emmi: Emmi,
  from: number,
  control: number,
  first: number,
  length: number,
): void {
  const pager = controlled(emmi, from, control)?.pager;
  if (pager === undefined) return;
  for (const offset of askedWithin(emmi, pager, first, length)) {
    forgetRequests(emmi, pager, offset);
    failWaits(kernel, emmi, pager, 'MEMORY_ERROR', offset, offset + 1);
  }
}

function askedWithin(emmi: Emmi, pager: number, first: number, length: number): number[] {
  const { pageBytes } = emmi.vm.parameters;
  const [start, end] = [first * pageBytes, (first + length) * pageBytes];
  return emmi.state.requests
    .filter((one) => one.pager === pager && one.kind === 'data')
    .map(({ offset }) => offset)
    .filter((offset) => offset >= start && offset < end);
}

/** True: the memory was sent off by `from`, and is the kernel's now. */
function takeMemory(kernel: Kernel, emmi: Emmi, from: number, memory: number): boolean {
  const { state } = emmi;
  const at = state.underWay.findIndex((one) => one.memory === memory && one.from === from);
  if (at < 0) return false;
  state.underWay.splice(at, 1);
  const record = recordOfTask(emmi, from);
  if (record?.isHeldUp) {
    record.isHeldUp = false;
    reply(kernel, state.id, from, OP.machTaken, memory, 0, 0, 0, 0);
  }
  return true;
}

/** False: there is no room for a page that nobody has asked for, or nothing to read it from. */
function takePage(
  emmi: Emmi,
  pager: number,
  offset: number,
  memory: number,
  at: number,
  { lock, isPrecious }: { lock: number; isPrecious: boolean },
): boolean {
  const { vm, state } = emmi;
  const { object } = pagerOf(vm, pager);
  if (object === NONE) return false;
  const isAsked = state.requests.some(
    (one) => one.pager === pager && one.offset === offset && one.kind === 'data',
  );
  if (residentPage(vm, object, offset) !== NONE) return true;
  if (!isAsked && !mayGiveUnasked(emmi, pager)) return false;
  dropUnasked(emmi);
  if (!reservePages(vm, PAGES_OF_A_SUPPLY)) return false;
  if (!supplyPage(vm, object, offset, memory, at)) return false;
  const page = residentPage(vm, object, offset);
  lockPage(vm, page, lock);
  // Whoever waits for it is about to touch it.
  if (isAsked) vm.state.resident.referenced[page] = 1;
  vm.state.resident.precious[page] = isPrecious ? 1 : 0;
  forgetRequests(emmi, pager, offset);
  if (!isAsked) state.unasked.push({ pager, offset });
  return true;
}
