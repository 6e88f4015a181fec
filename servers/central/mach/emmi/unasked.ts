/**
 * Pages that nobody has asked for [EMMI10]. A pager may read ahead: what it gives is kept while memory is
 * there, up to so many pages that nobody has touched; and these are the first to go, so that they
 * take no frame that another would have had.
 */

import { discardPage } from '../vm/objects.ts';
import { thresholds } from '../vm/pageout.ts';
import { pagerOf } from '../vm/pager-store.ts';
import { isModified, isReferenced } from '../vm/pmap.ts';
import { FREE, residentPage } from '../vm/resident-pages.ts';
import { type Emmi, managedOf, NONE, type Place, removeFrom } from './state.ts';

/** Whether the pager's task may have one page more in memory that was not asked for. */
export function mayGiveUnasked(emmi: Emmi, pager: number): boolean {
  const { state, vm, parameters } = emmi;
  removeFrom(state.unasked, (place) => untouchedPage(emmi, place) === NONE);
  const task = managedOf(emmi, pager)?.task;
  const held = state.unasked.filter((place) => managedOf(emmi, place.pager)?.task === task).length;
  const isRoom = vm.state.resident.queued[FREE] > thresholds(vm).freeTarget;
  if (held < parameters.unaskedMax && isRoom) return true;
  state.counts.unaskedRefused++;
  return false;
}

/** When memory is short they go, before anybody's page. */
export function dropUnasked(emmi: Emmi): void {
  const { state, vm } = emmi;
  if (vm.state.resident.queued[FREE] >= thresholds(vm).freeMin) return;
  for (const place of state.unasked) {
    const page = untouchedPage(emmi, place);
    if (page === NONE) continue;
    discardPage(vm, page);
    state.counts.unaskedDropped++;
  }
  state.unasked.length = 0;
}

function untouchedPage({ vm }: Emmi, { pager, offset }: Place): number {
  const page = residentPage(vm, pagerOf(vm, pager).object, offset);
  if (page === NONE || isReferenced(vm, page) || isModified(vm, page)) return NONE;
  const { resident, mappings } = vm.state;
  const isMapped = mappings.firstOfPage[page] !== NONE;
  return isMapped || resident.wirings[page] > 0 || resident.precious[page] === 1 ? NONE : page;
}
