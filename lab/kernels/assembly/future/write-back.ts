/**
 * Optimal with write-back (clients/policies/optimal-write-back.ts): of the clean pages the one used last, or of
 * the modified ones, by what each costs over time.
 *
 * A lane holds a page at one of two sets of moments, so it is known whether it is modified. Of pages that are
 * never used again nobody asks which is which: there are so many of a kind.
 */

import { countFault, countWriteBack, NONE, OWN, recordOf, takeFree, WRITE } from '../lane';
import { room } from '../memory';
import { farthest, heldAt, layOutMoments, lower, MOMENTS_RECORD, raise, setHeld } from './moments';
import { NEVER, nextOf, runAt, runsAll } from './next-uses';

/** Fields of a lane: pages held that are never used again. */
const CLEAN_GONE: usize = OWN;
const DIRTY_GONE: usize = OWN + 4;

/** What writing a page costs, in reads. */
let writeCost: f64 = 0;
let clean: usize = 0;
let dirty: usize = 0;

export function layOutWriteBack(wanted: f64): void {
  writeCost = wanted;
  clean = room(MOMENTS_RECORD);
  dirty = room(MOMENTS_RECORD);
  layOutMoments(clean, runsAll);
  layOutMoments(dirty, runsAll);
}

export function decideWriteBack(all: u32): void {
  for (let moment: u32 = 0; moment < runsAll; moment++) {
    const kind = (runAt(moment) >>> 6) & 3;
    const modified = heldAt(dirty, moment);
    for (let absent = all & ~(heldAt(clean, moment) | modified); absent !== 0; absent &= absent - 1)
      fault(ctz<u32>(absent), kind, moment);
    const written = kind === WRITE ? all : modified;
    const next = nextOf(moment);
    if (next === NEVER) {
      countGone(all & ~written, CLEAN_GONE);
      countGone(written, DIRTY_GONE);
      continue;
    }
    hold(clean, next, all & ~written);
    hold(dirty, next, written);
  }
}

function hold(moments: usize, moment: u32, lanes: u32): void {
  if (lanes === 0) return;
  setHeld(moments, moment, lanes);
  raise(moments, moment, lanes);
}

function countGone(lanes: u32, field: usize): void {
  for (let left = lanes; left !== 0; left &= left - 1) addTo(recordOf(ctz<u32>(left)) + field, 1);
}

function fault(lane: u32, kind: u32, moment: u32): void {
  const record = recordOf(lane);
  countFault(record, kind);
  if (takeFree(record)) return;
  if (load<u32>(record + CLEAN_GONE) !== 0) {
    addTo(record + CLEAN_GONE, -1);
    return;
  }
  const bit: u32 = 1 << lane;
  const lastClean = ahead(farthest(clean, bit), moment);
  const goneDirty = load<u32>(record + DIRTY_GONE);
  const lastDirty = goneDirty !== 0 ? NONE : ahead(farthest(dirty, bit), moment);
  const isDirty =
    lastClean === NONE ||
    goneDirty !== 0 ||
    (lastDirty !== NONE && isDearer(lastClean - moment, lastDirty - moment));
  if (!isDirty) {
    lower(clean, lastClean, bit);
    return;
  }
  countWriteBack(record);
  if (goneDirty !== 0) addTo(record + DIRTY_GONE, -1);
  else lower(dirty, lastDirty, bit);
}

/** Whether a clean page costs more over so many runs until its use than a modified one. */
function isDearer(cleanTime: u32, dirtyTime: u32): bool {
  return <f64>dirtyTime > (1 + writeCost) * <f64>cleanTime;
}

/** A moment that has gone by is none. */
function ahead(last: u32, moment: u32): u32 {
  return last !== NONE && last > moment ? last : NONE;
}

function addTo(field: usize, more: i32): void {
  store<u32>(field, load<u32>(field) + more);
}
