/**
 * CLOCK-Pro (clients/policies/clock-pro.ts): hot, cold and departed pages on one clock (hands.ts). In the word of a
 * page that has left, HIGH says that it is on the clock still.
 */

import { framesOf } from '../lane';
import {
  addTo,
  entryAt,
  HOT,
  IN_TEST,
  layOutHands,
  leaveFrame,
  MARKS,
  moveToTail,
  nextCold,
  OWN_AFTER_HANDS,
  PAGE_SHIFT,
  passTest,
  placeOf,
  placeOfHot,
  putAtHead,
  RESIDENT,
  takeOff,
} from './hands';
import { layOutNewest } from './newest';
import { high, low, words } from './words';

/** Hot pages; pages on the clock that have left. */
const HOTS: usize = OWN_AFTER_HANDS;
const LEFT: usize = OWN_AFTER_HANDS + 4;
/** Frames for cold pages: how many, and the least there may be. */
const TARGET: usize = OWN_AFTER_HANDS + 8;
const TARGET_LEAST: usize = OWN_AFTER_HANDS + 12;

/** `coldLeast`: frames for cold pages at the least. */
export function layOutClockPro(record: usize, coldLeast: u32, countsFault: u32): void {
  layOutNewest(record, countsFault);
  layOutHands(record);
  store<u32>(record + TARGET, coldLeast);
  store<u32>(record + TARGET_LEAST, coldLeast);
}

/** Names the page that leaves: cold and not used since the hand was here. In test, it stays on the clock. */
export function takeFromClockPro<W>(record: usize, bit: W): u32 {
  coolDown<W>(record, bit);
  while (true) {
    const at = nextCold(record);
    const entry = load<u32>(entryAt(record, at));
    const page = entry >>> PAGE_SHIFT;
    const isInTest = (entry & IN_TEST) !== 0;
    if (!unmark<W>(page, bit << low<W>())) {
      if (isInTest) leave<W>(record, bit, at, page);
      else takeOff(record, at);
      return page;
    }
    takeOff(record, at);
    putAtHead(record, page, isInTest ? RESIDENT | HOT : RESIDENT | IN_TEST);
    if (!isInTest) continue;
    addTo(record + HOTS, 1);
    setTarget(record, 1);
    coolDown<W>(record, bit);
  }
}

/** `page` has come, into a frame that nobody had before or not; its word is as it was before. */
export function admitToClockPro<W>(record: usize, bit: W, page: u32, isFree: bool): void {
  const frames = framesOf(record);
  if (unmark<W>(page, bit << high<W>())) {
    addTo(record + LEFT, -1);
    takeOff(record, placeOf(record, page));
    putAtHead(record, page, RESIDENT | HOT);
    addTo(record + HOTS, 1);
    setTarget(record, 1);
  } else if (isFree && load<u32>(record + HOTS) < frames - load<u32>(record + TARGET)) {
    putAtHead(record, page, RESIDENT | HOT);
    addTo(record + HOTS, 1);
  } else putAtHead(record, page, RESIDENT | IN_TEST);
  coolDown<W>(record, bit);
  while (load<u32>(record + LEFT) > frames) runTest<W>(record, bit);
}

/** The cold page at this place leaves, but for the clock. */
function leave<W>(record: usize, bit: W, at: u32, page: u32): void {
  leaveFrame(record, at, page);
  const word = words + <usize>page * sizeof<W>();
  store<W>(word, load<W>(word) | (bit << high<W>()));
  addTo(record + LEFT, 1);
}

/** Makes hot pages cold until there are as few as the cold target wants. */
function coolDown<W>(record: usize, bit: W): void {
  while (load<u32>(record + HOTS) > framesOf(record) - load<u32>(record + TARGET))
    coolOne<W>(record, bit);
}

/** Moves the hand of hot pages until one, which there is, has become cold, and on to the next hot one. */
function coolOne<W>(record: usize, bit: W): void {
  for (let isDone = false; ; ) {
    const at = placeOfHot(record);
    let entry = load<u32>(entryAt(record, at));
    const isHot = (entry & HOT) !== 0;
    if (isDone && (isHot || load<u32>(record + HOTS) === 0)) return;
    if (!isHot) entry = endTest<W>(record, bit, at, entry);
    else if (!unmark<W>(entry >>> PAGE_SHIFT, bit << low<W>())) {
      entry &= ~HOT;
      addTo(record + HOTS, -1);
      isDone = true;
    }
    if ((entry & MARKS) !== 0) moveToTail(record, at, entry);
  }
}

/** Ends the tests of cold pages until one that has left is off the clock. */
function runTest<W>(record: usize, bit: W): void {
  const before = load<u32>(record + LEFT);
  while (load<u32>(record + LEFT) === before) {
    const at = passTest(record);
    const entry = load<u32>(entryAt(record, at));
    if ((entry & HOT) !== 0) continue;
    const after = endTest<W>(record, bit, at, entry);
    if ((after & MARKS) !== 0) store<u32>(entryAt(record, at), after);
  }
}

/** The test of the cold page at this place is over. Gives its entry from now on; 0: it is off the clock. */
function endTest<W>(record: usize, bit: W, at: u32, entry: u32): u32 {
  if ((entry & IN_TEST) === 0) return entry;
  const page = entry >>> PAGE_SHIFT;
  const word = load<W>(words + <usize>page * sizeof<W>());
  const isResident = (entry & RESIDENT) !== 0;
  if (!isResident || (word & (bit << low<W>())) === 0) setTarget(record, -1);
  if (isResident) return entry & ~IN_TEST;
  addTo(record + LEFT, -1);
  takeOff(record, at);
  unmark<W>(page, bit << high<W>());
  return 0;
}

function setTarget(record: usize, change: i32): void {
  const target = min<i32>(framesOf(record), load<i32>(record + TARGET) + change);
  store<i32>(record + TARGET, max<i32>(load<i32>(record + TARGET_LEAST), target));
}

/** Clears that mark of a page. False: it was clear. */
function unmark<W>(page: u32, mark: W): bool {
  const at = words + <usize>page * sizeof<W>();
  const word = load<W>(at);
  if ((word & mark) === 0) return false;
  store<W>(at, word & ~mark);
  return true;
}
