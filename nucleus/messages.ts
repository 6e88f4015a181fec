/**
 * Messages: fixed records in one bounded ring, delivered in the order they were sent.
 *
 *   word  0    1     2   3        4  5  6  7  8
 *        +----+-----+---+--------+--------------+
 *        | op | from| to| account| five words   |
 *        +----+-----+---+--------+--------------+
 *
 * `from` is written by the nucleus, so a receiver can trust it. `account` is the task that pays for
 * what the message causes: the sender's account goes along with a call to a server (the client
 * lends its time, as in L4), and a client's own memory-control thread always pays for itself.
 */

import { assert } from '../sim-hw/assert.ts';

const WORDS = 9;

export interface MessageQueueState {
  readonly ring: Float64Array;
  readonly capacity: number;
  head: number;
  count: number;
}

/** The message being delivered; one record, overwritten by the next. */
export interface Message {
  op: number;
  from: number;
  to: number;
  account: number;
  w0: number;
  w1: number;
  w2: number;
  w3: number;
  w4: number;
}

export function createMessageQueue(capacity: number): MessageQueueState {
  return { ring: new Float64Array(capacity * WORDS), capacity, head: 0, count: 0 };
}

export function createMessage(): Message {
  return { op: 0, from: 0, to: 0, account: 0, w0: 0, w1: 0, w2: 0, w3: 0, w4: 0 };
}

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
  w4: number,
): void {
  assert(queue.count < queue.capacity, 'messages: more messages under way than the bound allows');
  let place = queue.head + queue.count;
  if (place >= queue.capacity) place -= queue.capacity;
  queue.count++;
  const { ring } = queue;
  const at = place * WORDS;
  ring[at] = op;
  ring[at + 1] = from;
  ring[at + 2] = to;
  ring[at + 3] = account;
  ring[at + 4] = w0;
  ring[at + 5] = w1;
  ring[at + 6] = w2;
  ring[at + 7] = w3;
  ring[at + 8] = w4;
}

/** Takes the oldest message into `message`. The queue must not be empty. */
export function dequeue(queue: MessageQueueState, message: Message): void {
  const { ring } = queue;
  const at = queue.head * WORDS;
  message.op = (ring[at] as number) | 0;
  message.from = (ring[at + 1] as number) | 0;
  message.to = (ring[at + 2] as number) | 0;
  message.account = (ring[at + 3] as number) | 0;
  message.w0 = small(ring[at + 4] as number);
  message.w1 = small(ring[at + 5] as number);
  message.w2 = small(ring[at + 6] as number);
  message.w3 = small(ring[at + 7] as number);
  message.w4 = small(ring[at + 8] as number);
  queue.head = queue.head + 1 === queue.capacity ? 0 : queue.head + 1;
  queue.count--;
}

/** The same number; one that fits an integer register goes on as one, which is what most are. */
function small(word: number): number {
  const integer = word | 0;
  return integer === word ? integer : word;
}
