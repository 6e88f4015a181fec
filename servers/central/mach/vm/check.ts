/**
 * Checks of the whole: everything that is told twice is told alike [VM1] [VM2] [VM4]. For tests and
 * oracles; returns what is wrong, or undefined.
 */

import { locatePage } from './fault.ts';
import { entryAt, findEntry, mapAt, READ, WRITE } from './maps.ts';
import { objectAt } from './objects.ts';
import { checkPagerStore } from './pager-store.ts';
import { checkMappings, isMappedWritable } from './pmap.ts';
import { NONE, placesOf } from './pool.ts';
import { checkResidentPages } from './resident-pages.ts';
import { bottomOf } from './resolve.ts';
import type { Vm } from './state.ts';

export function checkVm(vm: Vm): string | undefined {
  const { state } = vm;
  return (
    checkResidentPages(state.resident) ??
    checkPagerStore(vm) ??
    checkMappings(vm) ??
    firstOf(placesOf(state.maps), (map) => checkMap(vm, map)) ??
    checkReferences(vm) ??
    firstOf(placesOf(state.objects), (object) => checkObject(vm, object)) ??
    firstOf(placesOf(state.maps), (map) => checkSpace(vm, map))
  );
}

function firstOf(ids: number[], check: (id: number) => string | undefined): string | undefined {
  for (const id of ids) {
    const wrong = check(id);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** Counts references anew: of objects by entries, shadows and memory under way, of maps by entries. */
function checkReferences(vm: Vm): string | undefined {
  const { state } = vm;
  const toObject = new Map<number, number>();
  const toMap = new Map<number, number>();
  const add = (counts: Map<number, number>, id: number) => {
    if (id !== NONE) counts.set(id, (counts.get(id) ?? 0) + 1);
  };
  for (const id of placesOf(state.entries)) {
    add(toObject, entryAt(vm, id).object);
    add(toMap, entryAt(vm, id).submap);
  }
  for (const id of placesOf(state.objects)) add(toObject, objectAt(vm, id).shadow);
  for (const copy of state.copies.records)
    for (const piece of copy?.pieces ?? []) add(toObject, piece.object);
  for (const task of state.tasks.records) add(toMap, task?.map ?? NONE);
  for (const id of placesOf(state.objects)) {
    const { references } = objectAt(vm, id);
    const counted = toObject.get(id) ?? 0;
    if (references !== counted)
      return `object ${id}: ${references} references, ${counted} are there`;
    if ((references === 0) !== state.cachedObjects.includes(id))
      return `object ${id}: cached and referred to, or neither`;
  }
  for (const id of placesOf(state.maps)) {
    const { references } = mapAt(vm, id);
    const counted = toMap.get(id) ?? 0;
    if (references !== counted) return `map ${id}: ${references} references, ${counted} are there`;
  }
  return undefined;
}

/** What is wrong with the order or the links of a map, or undefined. */
function checkMap(vm: Vm, map: number): string | undefined {
  const record = mapAt(vm, map);
  let before = NONE;
  let count = 0;
  let address = record.start;
  for (let at = record.first; at !== NONE; at = entryAt(vm, at).next) {
    const { start, end, previous, submap, object } = entryAt(vm, at);
    if (start < address || end <= start || end > record.end)
      return `map ${map}: entry [${start}, ${end}) is out of order`;
    if (previous !== before) return `map ${map}: entry at ${start} has a wrong neighbour`;
    if (submap !== NONE && (object !== NONE || record.space === NONE))
      return `map ${map}: entry at ${start} shares what it may not`;
    address = end;
    before = at;
    count++;
  }
  if (record.last !== before || record.entries !== count)
    return `map ${map} has ${count} entries, not ${record.entries}`;
  if (record.hint !== NONE && (vm.state.entries.records[record.hint] ?? null) === null)
    return `map ${map}: its hint is gone`;
  return undefined;
}

function checkObject(vm: Vm, id: number): string | undefined {
  const { index, wirings } = vm.state.resident;
  const object = objectAt(vm, id);
  let wired = 0;
  for (let page = 0; page < wirings.length; page++)
    if (index.owner[page] === id && wirings[page] > 0) wired++;
  if (wired !== object.wiredPages) return `object ${id}: ${wired} of its pages are wired`;
  if (object.copy !== NONE && objectAt(vm, object.copy).shadow !== id)
    return `object ${id}: its copy object shadows another`;
  let before = NONE;
  let shadows = 0;
  for (let at = object.firstShadow; at !== NONE; at = objectAt(vm, at).nextShadow) {
    const { shadow, previousShadow } = objectAt(vm, at);
    if (shadow !== id || previousShadow !== before)
      return `object ${id}: wrong list of its shadows`;
    before = at;
    shadows++;
  }
  const counted = placesOf(vm.state.objects).filter((at) => objectAt(vm, at).shadow === id).length;
  return counted === shadows
    ? undefined
    : `object ${id}: ${shadows} of ${counted} shadows are listed`;
}

/** A mapping is one that a fault would make now, or less. */
function checkSpace(vm: Vm, map: number): string | undefined {
  const { mappings, resident } = vm.state;
  const { space } = mapAt(vm, map);
  if (space === NONE) return undefined;
  for (let at = mappings.firstOfSpace[space]; at !== NONE; at = mappings.nextOfSpace[at]) {
    const address = mappings.address[at];
    const where = `space ${space} at ${address}`;
    const found = findEntry(vm, map, address);
    if (found === NONE) return `${where}: mapped, and nothing is there`;
    const top = entryAt(vm, found);
    if ((top.protection & READ) === 0) return `${where}: mapped without the right to read`;
    const [bottom, below] = bottomOf(vm, top, address);
    if (bottom.object === NONE) return `${where}: mapped, and has no object`;
    const offset = bottom.offset + below - bottom.start;
    const { page, isUnknown } = locatePage(vm, bottom.object, offset);
    // A task has said, when it was asked, that the page is below.
    if (isUnknown) continue;
    if (page !== mappings.page[at]) return `${where}: mapped to ${mappings.page[at]}, not ${page}`;
    if (!isMappedWritable(vm, space, address)) continue;
    if ((top.protection & WRITE) === 0) return `${where}: writable without the right`;
    if (bottom.needsCopy) return `${where}: writable, and another's as well`;
    if (resident.index.owner[page] !== bottom.object) return `${where}: writable, and from below`;
    const { copy } = objectAt(vm, bottom.object);
    if (copy === NONE || offset >= objectAt(vm, copy).size) continue;
    if (locatePage(vm, copy, offset).object === bottom.object)
      return `${where}: writable, and not pushed to its copy`;
  }
  return undefined;
}
