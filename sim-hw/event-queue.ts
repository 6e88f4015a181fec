/**
 * Event queue: what happens when, on one machine.
 *
 * A binary heap (Williams 1964, "heapsort") in typed arrays, ordered by (time, sequence): events of
 * the same moment happen in the order in which they were pushed, so a run is the same everywhere.
 * The heap moves keys and slot numbers; what an event carries stays in its slot. `slots` is a
 * permutation: the first `size` entries are in use, the rest are free.
 *
 * Left out: cancelling. An event that no longer matters is ignored by whoever it reaches.
 */

import { assert } from './assert.ts';
import { holdingDoubles } from './shape.ts';

export interface EventQueueState {
  size: number;
  /** Events pushed so far; breaks ties of time. */
  sequence: number;
  /** Keys, in heap order. */
  times: Float64Array;
  sequences: Float64Array;
  /** Slot of each heap entry, then the free slots. */
  slots: Int32Array;
  /** What an event carries, by slot. */
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
      sequences: new Float64Array(capacity),
      slots,
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
  const { times, sequences, slots } = q;
  let place = q.size++;
  const slot = slots[place];
  q.kinds[slot] = kind;
  q.as[slot] = a;
  q.bs[slot] = b;
  // The newest sequence is the highest, so the time alone decides how far the event rises.
  while (place > 0) {
    const parent = (place - 1) >> 1;
    if (times[parent] <= timeNs) break;
    times[place] = times[parent];
    sequences[place] = sequences[parent];
    slots[place] = slots[parent];
    place = parent;
  }
  times[place] = timeNs;
  sequences[place] = q.sequence++;
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
  if (last > 0) sink(q, q.times[last], q.sequences[last], q.slots[last]);
  q.slots[last] = taken;
  return true;
}

/** Places an entry that belongs somewhere below the root, which is vacant. */
function sink(q: EventQueueState, time: number, sequence: number, slot: number): void {
  const { size, times, sequences, slots } = q;
  let place = 0;
  for (;;) {
    let child = 2 * place + 1;
    if (child >= size) break;
    if (child + 1 < size && isBefore(q, child + 1, times[child], sequences[child])) child++;
    if (!isBefore(q, child, time, sequence)) break;
    times[place] = times[child];
    sequences[place] = sequences[child];
    slots[place] = slots[child];
    place = child;
  }
  times[place] = time;
  sequences[place] = sequence;
  slots[place] = slot;
}

function isBefore(q: EventQueueState, place: number, time: number, sequence: number): boolean {
  const other = q.times[place];
  return other < time || (other === time && q.sequences[place] < sequence);
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
