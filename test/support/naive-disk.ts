/**
 * Slices, periods, laxity and slack, moment by moment: what servers/disk/schedulers/contracts.ts does
 * with a queue and few moments to look at, written down as the definitions say it. For tests.
 */

import type { StreamContract } from '../../servers/disk/state.ts';
import type { Sent, Wish } from './drive-disk.ts';

interface NaiveStream {
  readonly contract: StreamContract | null;
  waiting: number[];
  left: number;
  end: number;
  /** Moments without a request since its last one, or -1 when it is not lax. */
  lax: number;
  turn: number;
}

export function naiveDisk(
  contracts: readonly (StreamContract | null)[],
  wishes: readonly Wish[],
  until: number,
): Sent {
  const streams = contracts.map(
    (contract): NaiveStream => ({ contract, waiting: [], left: 0, end: 0, lax: -1, turn: 0 }),
  );
  const sent: Sent = [];
  let busy = 0;
  let payer = -1;
  let turns = 0;
  for (let now = 0; now < until; now++) {
    // The device is done: whoever has nothing more to ask for is lax, if it has something left.
    if (busy === 0 && payer >= 0) {
      const { waiting, contract, left } = streams[payer];
      if (waiting.length === 0 && contract !== null && contract.laxityNs > 0 && left > 0)
        streams[payer].lax = 0;
      payer = -1;
    }
    for (const [number, wish] of wishes.entries())
      if (wish.at === now) comes(streams[wish.account], number, payer === wish.account, now);
    for (const stream of streams)
      if (stream.contract !== null && stream.lax >= stream.contract.laxityNs) stream.lax = -1;
    if (busy === 0) {
      const holds = turnOf(streams, now);
      if (holds !== null && holds.waiting.length === 0) holds.left--;
      else {
        const stream = holds ?? slackOf(streams);
        if (stream !== null) {
          const number = stream.waiting.shift() as number;
          sent.push([now, number]);
          busy = wishes[number].ns;
          payer = streams.indexOf(stream);
          if (holds !== null) stream.left -= busy;
          else stream.turn = ++turns;
        }
      }
    }
    if (busy > 0) busy--;
    for (const stream of streams) if (stream.lax >= 0) stream.lax++;
  }
  return sent;
}

/** A request has come. After a pause it may be too late for what is left of the slice. */
function comes(stream: NaiveStream, number: number, isServed: boolean, now: number): void {
  const { contract, waiting } = stream;
  const pauses = waiting.length === 0 && !isServed;
  waiting.push(number);
  if (contract === null || !pauses) return;
  const wasLax = stream.lax >= 0 && stream.lax <= contract.laxityNs;
  stream.lax = -1;
  if (wasLax && stream.left > 0) return;
  const rate = contract.sliceNs / contract.periodNs;
  if (stream.end > now && stream.left / (stream.end - now) <= rate) return;
  stream.left = contract.sliceNs + Math.min(0, stream.left);
  stream.end = now + contract.periodNs;
}

/** Of those that have something left and are runnable, the one whose period ends first. */
function turnOf(streams: NaiveStream[], now: number): NaiveStream | null {
  let first: NaiveStream | null = null;
  for (const stream of streams) {
    const { contract, waiting } = stream;
    if (contract === null || (waiting.length === 0 && stream.lax < 0)) continue;
    while (stream.left <= 0 && stream.end <= now) {
      stream.left += contract.sliceNs;
      stream.end += contract.periodNs;
    }
    if (stream.left > 0 && (first === null || stream.end < first.end)) first = stream;
  }
  return first;
}

/** Nobody's slice: the one whose last turn is longest ago, of those that want more. */
function slackOf(streams: NaiveStream[]): NaiveStream | null {
  const wanting = streams.filter(
    ({ waiting, contract }) => waiting.length > 0 && (contract === null || contract.slack === 1),
  );
  return wanting.length === 0 ? null : wanting.reduce((a, b) => (b.turn < a.turn ? b : a));
}
