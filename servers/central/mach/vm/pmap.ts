/**
 * pmap: what the hardware knows of an address space. Soft state: any mapping that is not wired may be
 * dropped at any time and is made again by a fault [VM11].
 *
 * Rashid et al. 1987, section 3.6, with the queries of a physical page that Mach gained later. Over
 * any page-table format of the machine; where one holds a frame once only, a second mapping drops
 * the first (an alias). What a mapping has seen of writes and references goes to the resident page
 * when it is dropped, and its bits are read where it stands, so neither is ever lost [VM12].
 *
 * Left out: TLBs, whose consistency the processors see to, and pmap_copy, which is optional.
 */

import { assert } from '../../../../sim-hw/assert.ts';
import { MODIFIED, REFERENCED, WRITABLE } from '../../../../sim-hw/page-table/format.ts';
import { findMapping, linkMapping, unlinkMapping } from './mappings.ts';
import { NONE } from './pool.ts';
import type { Vm } from './state.ts';

const FRAME_BYTES = 4096;

/** pmap_enter: maps the Mach page at `address` to `page`, in place of what is mapped there. */
export function enterMapping(
  vm: Vm,
  space: number,
  address: number,
  page: number,
  isWritable: boolean,
  isWired: boolean,
): void {
  const { mappings, counts } = vm.state;
  const old = mappedPage(vm, space, address);
  let mapping = old === NONE ? NONE : findMapping(mappings, old, space, address);
  if (old !== NONE && old !== page) {
    removeMapping(vm, mapping);
    mapping = NONE;
  }
  if (mapping === NONE) {
    if (vm.format.mapsFrameOnce) dropAliases(vm, page);
    mapping = linkMapping(mappings, page, space, address);
    enterFrames(vm, space, address, page, isWritable);
    counts.mappingsEntered++;
  } else setRights(vm, mapping, isWritable);
  mappings.wired[mapping] = isWired ? 1 : 0;
}

/** pmap_extract: the page that `address` is mapped to, or NONE. */
export function mappedPage(vm: Vm, space: number, address: number): number {
  const index = vm.format.find(vm.state.table, space, address / FRAME_BYTES);
  if (index < 0) return NONE;
  return vm.state.table.entries[index] >>> (8 + vm.parameters.pageOrder);
}

/** pmap_remove: nothing of [start, end) is mapped any more, wired or not. */
export function removeRange(vm: Vm, space: number, start: number, end: number): void {
  for (const mapping of mappingsWithin(vm, space, start, end)) removeMapping(vm, mapping);
}

/** pmap_protect: nothing of [start, end) is writable any more. */
export function writeProtectRange(vm: Vm, space: number, start: number, end: number): void {
  for (const mapping of mappingsWithin(vm, space, start, end)) setRights(vm, mapping, false);
}

/** pmap_remove_all: nobody maps `page` any more. */
export function removeFromAll(vm: Vm, page: number): void {
  const { mappings } = vm.state;
  while (mappings.firstOfPage[page] !== NONE) removeMapping(vm, mappings.firstOfPage[page]);
}

/** The same, but for mappings that are wired. */
export function removeUnwired(vm: Vm, page: number): void {
  const { mappings } = vm.state;
  let at = mappings.firstOfPage[page];
  while (at !== NONE) {
    const next = mappings.nextOfPage[at];
    if (mappings.wired[at] === 0) removeMapping(vm, at);
    at = next;
  }
}

/** pmap_copy_on_write: nobody may write to `page` any more. */
export function writeProtectAll(vm: Vm, page: number): void {
  const { mappings } = vm.state;
  for (let at = mappings.firstOfPage[page]; at !== NONE; at = mappings.nextOfPage[at])
    setRights(vm, at, false);
}

/** pmap_change_wiring. */
export function changeWiring(vm: Vm, space: number, address: number, isWired: boolean): void {
  const { mappings } = vm.state;
  const page = mappedPage(vm, space, address);
  if (page === NONE) return;
  mappings.wired[findMapping(mappings, page, space, address)] = isWired ? 1 : 0;
}

/** The machine drops a mapping of its own accord; false where there is none, or it is wired. */
export function dropMapping(vm: Vm, space: number, address: number): boolean {
  const page = mappedPage(vm, space, address);
  if (page === NONE) return false;
  const mapping = findMapping(vm.state.mappings, page, space, address);
  if (vm.state.mappings.wired[mapping] === 1) return false;
  removeMapping(vm, mapping);
  return true;
}

/** pmap_is_modified, what dropped mappings said included. */
export function isModified(vm: Vm, page: number): boolean {
  return vm.state.resident.modified[page] === 1 || hasBit(vm, page, MODIFIED);
}

export function isReferenced(vm: Vm, page: number): boolean {
  return vm.state.resident.referenced[page] === 1 || hasBit(vm, page, REFERENCED);
}

export function clearModified(vm: Vm, page: number): void {
  vm.state.resident.modified[page] = 0;
  clearBit(vm, page, MODIFIED);
}

export function clearReferenced(vm: Vm, page: number): void {
  vm.state.resident.referenced[page] = 0;
  clearBit(vm, page, REFERENCED);
}

/** pmap_destroy: the space is empty, and its tables are gone. */
export function emptySpace(vm: Vm, space: number): void {
  const { mappings } = vm.state;
  while (mappings.firstOfSpace[space] !== NONE) removeMapping(vm, mappings.firstOfSpace[space]);
  vm.format.removeSpace(vm.state.table, space);
}

/** What is wrong between table and mappings, or undefined. */
export function checkMappings(vm: Vm): string | undefined {
  const { table, mappings } = vm.state;
  const wrong = vm.format.check(table);
  if (wrong !== undefined) return `pmap: ${wrong}`;
  for (let mapping = 0; mapping < mappings.used; mapping++) {
    const page = mappings.page[mapping];
    if (page === NONE) continue;
    const space = mappings.space[mapping];
    const address = mappings.address[mapping];
    if (mappedPage(vm, space, address) !== page)
      return `pmap: space ${space} does not map ${address} to page ${page}`;
    if (findMapping(mappings, page, space, address) !== mapping)
      return `pmap: page ${page} is mapped twice at ${address} of space ${space}`;
  }
  for (let space = 0; space < mappings.firstOfSpace.length; space++) {
    let count = 0;
    for (let at = mappings.firstOfSpace[space]; at !== NONE; at = mappings.nextOfSpace[at]) count++;
    if (count !== mappings.countOfSpace[space]) return `pmap: space ${space} has ${count} mappings`;
  }
  return undefined;
}

/** Whether the Mach page at `address` is mapped for writing. */
export function isMappedWritable(vm: Vm, space: number, address: number): boolean {
  const index = vm.format.find(vm.state.table, space, address / FRAME_BYTES);
  return index >= 0 && (vm.state.table.entries[index] & WRITABLE) !== 0;
}

/** Mappings of a range: by the list of the space, or one page after another, whichever is shorter. */
function mappingsWithin(vm: Vm, space: number, start: number, end: number): number[] {
  const { mappings } = vm.state;
  const { pageBytes } = vm.parameters;
  const found: number[] = [];
  if (mappings.countOfSpace[space] <= (end - start) / pageBytes) {
    for (let at = mappings.firstOfSpace[space]; at !== NONE; at = mappings.nextOfSpace[at])
      if (mappings.address[at] >= start && mappings.address[at] < end) found.push(at);
    return found;
  }
  for (let address = start; address < end; address += pageBytes) {
    const page = mappedPage(vm, space, address);
    if (page !== NONE) found.push(findMapping(mappings, page, space, address));
  }
  return found;
}

function enterFrames(
  vm: Vm,
  space: number,
  address: number,
  page: number,
  isWritable: boolean,
): void {
  const { pageOrder } = vm.parameters;
  const vpn = address / FRAME_BYTES;
  const frame = page << pageOrder;
  for (let i = 0; i < 1 << pageOrder; i++)
    vm.format.enter(vm.state.table, space, vpn + i, frame + i, 0, isWritable ? WRITABLE : 0);
}

function dropAliases(vm: Vm, page: number): void {
  const { mappings, counts } = vm.state;
  while (mappings.firstOfPage[page] !== NONE) {
    removeMapping(vm, mappings.firstOfPage[page]);
    counts.aliasesDropped++;
  }
}

function removeMapping(vm: Vm, mapping: number): void {
  const { mappings, table, resident, counts } = vm.state;
  const page = mappings.page[mapping];
  const space = mappings.space[mapping];
  const vpn = mappings.address[mapping] / FRAME_BYTES;
  let word = 0;
  for (let i = 0; i < 1 << vm.parameters.pageOrder; i++)
    word |= vm.format.remove(table, space, vpn + i);
  assert(word !== 0, 'pmap: a mapping is removed that the table does not have');
  if ((word & MODIFIED) !== 0) resident.modified[page] = 1;
  if ((word & REFERENCED) !== 0) resident.referenced[page] = 1;
  unlinkMapping(mappings, mapping);
  counts.mappingsRemoved++;
}

function setRights(vm: Vm, mapping: number, isWritable: boolean): void {
  if (isWritableNow(vm, mapping) === isWritable) return;
  forEntries(vm, mapping, (entries, at) => {
    entries[at] = isWritable ? entries[at] | WRITABLE : entries[at] & ~WRITABLE;
  });
  vm.state.counts.mappingsProtected++;
}

function isWritableNow(vm: Vm, mapping: number): boolean {
  const { mappings } = vm.state;
  return isMappedWritable(vm, mappings.space[mapping], mappings.address[mapping]);
}

function hasBit(vm: Vm, page: number, bit: number): boolean {
  const { mappings } = vm.state;
  let seen = 0;
  for (let at = mappings.firstOfPage[page]; at !== NONE; at = mappings.nextOfPage[at])
    forEntries(vm, at, (entries, index) => {
      seen |= entries[index];
    });
  return (seen & bit) !== 0;
}

function clearBit(vm: Vm, page: number, bit: number): void {
  const { mappings } = vm.state;
  for (let at = mappings.firstOfPage[page]; at !== NONE; at = mappings.nextOfPage[at])
    forEntries(vm, at, (entries, index) => {
      entries[index] &= ~bit;
    });
}

/** Calls `visit` for each entry of the hardware that the mapping takes. */
function forEntries(
  vm: Vm,
  mapping: number,
  visit: (entries: Uint32Array, at: number) => void,
): void {
  const { mappings, table } = vm.state;
  const vpn = mappings.address[mapping] / FRAME_BYTES;
  for (let i = 0; i < 1 << vm.parameters.pageOrder; i++)
    visit(table.entries, vm.format.find(table, mappings.space[mapping], vpn + i));
}
