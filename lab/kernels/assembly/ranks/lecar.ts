/**
 * LeCaR (clients/policies/lecar.ts): LRU or LFU, drawn by weights that fall when a ghost is wanted again. LRU
 * asks the log that all sizes share (recency.ts), LFU the ranks of the lane; pages that one of them gave up
 * leave what the other one keeps when their turn comes there.
 */

import { framesOf, OWN, pages } from '../lane';
import { room } from '../memory';
import { append, dropFirst, firstOf, layOutQueue } from './queue';
import { leastRecent } from './recency';

/** Of a lane, behind what all rules have: by page, when and through whom it left (below); 0: no ghost. */
const LEFT: usize = OWN + 24;
/** Ghosts of LRU and of LFU, and how many each may have. */
const BY_LRU: usize = OWN + 28;
const BY_LFU: usize = OWN + 32;
const MOST: usize = OWN + 36;
/** The weight of LRU, a double; state of the generator. */
const WEIGHT: usize = OWN + 40;
const DRAW: usize = OWN + 48;

const LOGARITHM_OF_DISCOUNT: f64 = -5.298317366548036;

let learning: f64 = 0;
let least: f64 = 0;

/** Rate at which regret moves the weights, and what either weighs at least. */
export function layOutLecars(rate: f64, leastWeight: f64): void {
  learning = rate;
  least = leastWeight;
}

export function layOutLecar(record: usize, ghosts: u32, seed: u32): void {
  const most = min(ghosts, pages);
  const left = room((<usize>pages) << 3);
  store<usize>(record, left, LEFT);
  store<usize>(record, layOutGhosts(most, left), BY_LRU);
  store<usize>(record, layOutGhosts(most, left), BY_LFU);
  store<u32>(record, most, MOST);
  store<f64>(record, 0.5, WEIGHT);
  store<u32>(record, seed, DRAW);
}

/** How many there are, and their queue. One is remembered before another one is forgotten. */
function layOutGhosts(most: u32, left: usize): usize {
  const ghosts = room(8);
  store<usize>(ghosts, layOutQueue(most + 1, left), 4);
  return ghosts;
}

/** The page that leaves where `page` is wanted: `rare`, which LFU names, or the one that LRU does. */
export function chooseByLecar(record: usize, bit: u32, page: u32, rare: u32, now: f64): u32 {
  regret(record, page, now);
  const recent = leastRecent(record, bit);
  // Nobody is to blame for it.
  if (recent === rare) return rare;
  if (drawOne(record) < load<f64>(record, WEIGHT)) {
    becomeGhost(record, BY_LRU, recent, now);
    return recent;
  }
  becomeGhost(record, BY_LFU, rare, -now);
  return rare;
}

/** `mark`: when it left; below 0 through LFU. */
function becomeGhost(record: usize, list: usize, page: u32, mark: f64): void {
  const left = load<usize>(record, LEFT);
  const ghosts = load<usize>(record + list);
  const queue = load<usize>(ghosts, 4);
  store<f64>(left + ((<usize>page) << 3), mark);
  append(queue, page, mark);
  let count = load<u32>(ghosts) + 1;
  for (const most = load<u32>(record, MOST); count > most; count--) {
    store<f64>(left + ((<usize>firstOf(queue)) << 3), 0);
    dropFirst(queue);
  }
  store<u32>(ghosts, count);
}

/** If `page` is a ghost, whoever had it leave loses weight, the more the sooner it is wanted. */
function regret(record: usize, page: u32, now: f64): void {
  const at = load<usize>(record, LEFT) + ((<usize>page) << 3);
  const mark = load<f64>(at);
  if (mark === 0) return;
  store<f64>(at, 0);
  const isOfLru = mark > 0;
  const ghosts = load<usize>(record + (isOfLru ? BY_LRU : BY_LFU));
  store<u32>(ghosts, load<u32>(ghosts) - 1);
  const time = now - abs<f64>(mark);
  const loss = exponential((time * LOGARITHM_OF_DISCOUNT) / <f64>framesOf(record));
  const factor = exponential(-learning * loss);
  const before = load<f64>(record, WEIGHT);
  const lru = isOfLru ? before * factor : before;
  const lfu = isOfLru ? 1 - before : (1 - before) * factor;
  const weight = lru / (lru + lfu);
  store<f64>(record, weight < least ? least : weight > 1 - least ? 1 - least : weight, WEIGHT);
}

/** A number from 0 to 1, which it is not, by xorshift32. */
function drawOne(record: usize): f64 {
  let draw = load<u32>(record, DRAW);
  draw ^= draw << 13;
  draw ^= draw >>> 17;
  draw ^= draw << 5;
  store<u32>(record, draw, DRAW);
  return <f64>draw / 4294967296;
}

/** e to the power of `power`, 0 or less, by the same steps as the twin: the same to the last bit. */
function exponential(power: f64): f64 {
  let part = power;
  let halvings: u32 = 0;
  for (; part < -0.5; part /= 2) halvings++;
  let term: f64 = 1;
  let sum: f64 = 1;
  for (let n: f64 = 1; n <= 16; n++) {
    term *= part / n;
    sum += term;
  }
  for (; halvings > 0; halvings--) sum *= sum;
  return sum;
}
