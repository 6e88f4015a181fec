/**
 * Event queue: what happens when, on one machine.
 *
 * A heap (Williams 1964, "heapsort") in typed arrays, ordered by (time, sequence): events of the same
 * moment happen in the order in which they were pushed, so a run is the same everywhere. Each entry
 * has four below it, of which the times lie in one or two lines of the cache: a long queue has half
 * the levels of a binary heap. The heap moves times and slot numbers; what an event carries, and the
 * sequence that breaks a tie, stay in its slot. `slots` is a permutation: the first `size` entries are
 * in use, the rest are free.
 *
 * Left out: cancelling. An event that no longer matters is ignored by whoever it reaches.
 */

import { assert } from './assert.ts';
import { holdingDoubles } from './shape.ts';

export interface EventQueueState {
  size: number;
  /** Events pushed so far; breaks ties of time. */
  sequence: number;
  /** When, and the slot of, each heap entry; then the free slots. */
  times: Float64Array;
  slots: Int32Array;
  /** What an event carries, by slot. */
  sequences: Float64Array;
  kinds: Int32Array;
  as: Int32Array;
  bs: Int32Array;
  /** The event `popEvent` took last. */
  time: number;
  kind: number;
  a: number;
  b: number;
}

/** An empty queue for `capacity` events; it doubles when they do not suffice. */
export function createEventQueue(capacity: number): EventQueueState {
  assert(Number.isInteger(capacity) && capacity > 0, 'event-queue: capacity must be positive');
  const slots = new Int32Array(capacity);
  for (let slot = 0; slot < capacity; slot++) slots[slot] = slot;
  return holdingDoubles(
    {
      size: 0,
      sequence: 0,
      times: new Float64Array(capacity),
      slots,
      sequences: new Float64Array(capacity),
      kinds: new Int32Array(capacity),
      as: new Int32Array(capacity),
      bs: new Int32Array(capacity),
      time: 0,
      kind: 0,
      a: 0,
      b: 0,
    },
    'time',
    'sequence',
  );
}

/** Adds an event. `timeNs` is an integer in nanoseconds; `kind`, `a`, `b` are int32. */
export function pushEvent(
  q: EventQueueState,
  timeNs: number,
  kind: number,
  a: number,
  b: number,
): void {
  assert(timeNs === Math.floor(timeNs), 'event-queue: the time is not an integer');
  if (q.size === q.slots.length) grow(q);
  const { times, slots } = q;
  let place = q.size++;
  const slot = slots[place];
  q.sequences[slot] = q.sequence++;
  q.kinds[slot] = kind;
  q.as[slot] = a;
  q.bs[slot] = b;
  // The newest sequence is the highest, so the time alone decides how far the event rises.
  while (place > 0) {
    const parent = (place - 1) >> 2;
    if (times[parent] <= timeNs) break;
    times[place] = times[parent];
    slots[place] = slots[parent];
    place = parent;
  }
  times[place] = timeNs;
  slots[place] = slot;
}

/** Time of the earliest event, or Infinity. */
export function peekTime(q: EventQueueState): number {
  return q.size === 0 ? Infinity : q.times[0];
}

/** Takes the earliest event into `q.time`, `q.kind`, `q.a`, `q.b`; false when there is none. */
export function popEvent(q: EventQueueState): boolean {
  if (q.size === 0) return false;
  const taken = q.slots[0];
  q.time = q.times[0];
  q.kind = q.kinds[taken];
  q.a = q.as[taken];
  q.b = q.bs[taken];
  const last = --q.size;
  if (last > 0) replaceFirst(q, q.times[last], q.slots[last]);
  q.slots[last] = taken;
  return true;
}

/**
 * Puts an entry in the place of the first. The vacant place goes all the way down, and the entry
 * rises from there: it was the last, so it seldom rises, and no level compares with it in vain.
 */
function replaceFirst(q: EventQueueState, time: number, slot: number): void {
  const { size, times, slots, sequences } = q;
  let place = 0;
  for (let child = 1; child < size; child = 4 * place + 1) {
    const end = child + 4 < size ? child + 4 : size;
    let earliest = times[child];
    let next = child;
    while (++child < end) {
      const other = times[child];
      if (other > earliest) continue;
      if (other === earliest && sequences[slots[child]] > sequences[slots[next]]) continue;
      earliest = other;
      next = child;
    }
    times[place] = earliest;
    slots[place] = slots[next];
    place = next;
  }
  const sequence = sequences[slot];
  while (place > 0) {
    const parent = (place - 1) >> 2;
    const other = times[parent];
    if (other < time || (other === time && sequences[slots[parent]] < sequence)) break;
    times[place] = other;
    slots[place] = slots[parent];
    place = parent;
  }
  times[place] = time;
  slots[place] = slot;
}

function grow(q: EventQueueState): void {
  const old = q.slots.length;
  q.times = enlarged(q.times, new Float64Array(2 * old));
  q.sequences = enlarged(q.sequences, new Float64Array(2 * old));
  q.slots = enlarged(q.slots, new Int32Array(2 * old));
  for (let slot = old; slot < 2 * old; slot++) q.slots[slot] = slot;
  q.kinds = enlarged(q.kinds, new Int32Array(2 * old));
  q.as = enlarged(q.as, new Int32Array(2 * old));
  q.bs = enlarged(q.bs, new Int32Array(2 * old));
}

function enlarged<A extends Float64Array | Int32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
