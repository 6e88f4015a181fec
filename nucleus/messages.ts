/**
 * Messages: fixed records in one bounded ring, delivered in the order they were sent.
 *
 *   +----+------+----+---------+-------------+------+-----------+
 *   | op | from | to | account | w0 w1 w2 w3 | time | cameAlong |
 *   +----+------+----+---------+-------------+------+-----------+
 *
 * w0 to w3 hold small integers; a time, which may be large, has a word of its own, so that the
 * others never turn into boxed doubles on their way. `from` is written by the nucleus, so a
 * receiver can trust it. `account` is the task that pays for what the message causes: the sender's
 * account goes along with a call to a server (the client lends its time, as in L4), and a client's
 * own memory-control thread always pays for itself.
 */

import { assert } from '../sim-hw/assert.ts';
import { holdingDoubles } from '../sim-hw/shape.ts';

export interface MessageQueueState {
  /** Records in use and to be used again: `count` from `head` on, round the end. */
  ring: Message[];
  readonly capacity: number;
  /** Messages there is room for before the ring has to grow, or the bound is reached. */
  room: number;
  head: number;
  count: number;
}

/** One message; the receiver may read it until its step is over. */
export interface Message {
  op: number;
  from: number;
  to: number;
  account: number;
  w0: number;
  w1: number;
  w2: number;
  w3: number;
  /** A duration or a moment, where the message has one. */
  time: number;
  /** A capability came along, and w0 is its slot in the receiver's table: the nucleus says so. */
  cameAlong: boolean;
}

const FIRST_SIZE = 32;

export function createMessageQueue(capacity: number): MessageQueueState {
  const ring = Array.from({ length: FIRST_SIZE }, createMessage);
  return { ring, capacity, room: roomIn(ring, capacity), head: 0, count: 0 };
}

export function createMessage(): Message {
  return holdingDoubles(
    {
      op: 0,
      from: 0,
      to: 0,
      account: 0,
      w0: 0,
      w1: 0,
      w2: 0,
      w3: 0,
      time: 0,
      cameAlong: false,
    },
    'time',
  );
}

/** Adds a message; no capability comes along with it unless the nucleus then says so. */
export function enqueue(
  queue: MessageQueueState,
  op: number,
  from: number,
  to: number,
  account: number,
  w0: number,
  w1: number,
  w2: number,
  w3: number,
  time: number,
): void {
  if (queue.count >= queue.room) grow(queue);
  const message = queue.ring[(queue.head + queue.count) & (queue.ring.length - 1)] as Message;
  queue.count++;
  message.op = op;
  message.from = from;
  message.to = to;
  message.account = account;
  message.w0 = w0;
  message.w1 = w1;
  message.w2 = w2;
  message.w3 = w3;
  message.time = time;
  message.cameAlong = false;
}

/** The message sent last. The queue must not be empty. */
export function newest(queue: MessageQueueState): Message {
  const { ring, head, count } = queue;
  return ring[(head + count - 1) & (ring.length - 1)] as Message;
}

/** Takes the oldest message. The queue must not be empty. */
export function dequeue(queue: MessageQueueState): Message {
  const message = queue.ring[queue.head] as Message;
  queue.head = (queue.head + 1) & (queue.ring.length - 1);
  queue.count--;
  return message;
}

/** The record taken last is still being read: it is never the next to be written. */
function roomIn(ring: readonly Message[], capacity: number): number {
  return Math.min(capacity, ring.length - 1);
}

/** Doubles the ring; its length stays a power of two, and the record taken last stays last. */
function grow(queue: MessageQueueState): void {
  const { ring, head, capacity } = queue;
  assert(queue.count < capacity, 'messages: more messages under way than the bound allows');
  const inOrder = [...ring.slice(head), ...ring.slice(0, head)];
  const more = Array.from({ length: ring.length }, createMessage);
  queue.ring = [...inOrder.slice(0, -1), ...more, ...inOrder.slice(-1)];
  queue.room = roomIn(queue.ring, capacity);
  queue.head = 0;
}
