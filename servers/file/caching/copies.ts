/**
 * Copies between a client's container and the cache: what was read into the one is kept in the other,
 * what is kept comes back without the disk. All of a request is one transfer, after the lock, or
 * without any where the cache has all:
 *
 *   ... unlock -> fromPages, intoPages, ..., transferPages -> inspect
 *       pagesDone, containerStands: is its version what these alone make of it? -> fileDone
 *
 * The version tells whether the client wrote to its pages between the device and the copy: then what
 * was copied is not what the disk has, and is thrown away [FILE14]. A page that the cache lost while
 * a request counted on it is noticed too, and the request begins anew.
 */

import { COPY, OP } from '../../../contracts/messages.ts';
import { DONE, TAMPERED } from '../../../contracts/refusals.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { addBlock } from '../drive.ts';
import type { Request } from '../requests.ts';
import { HOLE } from '../system/index.ts';
import { admitBlock, type CacheState, lookUpBlock, NOTHING, pageOf, partOf } from './cache.ts';
import { type CachingServer, dropSlot, tell } from './contract.ts';

/** Versions of containers wrap round here. */
const VERSIONS = 2 ** 24;
/** Ranges that one list of a transfer may have. */
const RANGES_MAX = 64;

/** Looks up each page of a read, and pins what is there; true where all of them are. */
export function lookUpPages(cache: CacheState, request: Request): boolean {
  const { plan, hits, serials } = request;
  hits.length = 0;
  serials.length = 0;
  for (let run = 0; run < plan.runs.length; run += 2)
    for (let at = 0; at < plan.runs[run + 1]; at++) {
      const isHole = plan.runs[run] === HOLE;
      const slot = isHole ? NOTHING : lookUpBlock(cache, plan.runs[run] + at);
      if (slot !== NOTHING) cache.pins[slot]++;
      hits.push(slot);
      serials.push(slot === NOTHING ? 0 : cache.serials[slot]);
    }
  return !hits.includes(NOTHING);
}

/** The runs of a read without what the cache has, or a buffer. */
export function missingRuns({ plan, hits, buffered }: Request): readonly number[] {
  const isMissing = (at: number) => at === NOTHING;
  if (hits.every(isMissing) && buffered.every(isMissing)) return plan.runs;
  const runs: number[] = [];
  forEachBlock(plan.runs, (block, index) => {
    if ((hits[index] ?? NOTHING) === NOTHING && (buffered[index] ?? NOTHING) === NOTHING)
      addBlock(runs, block);
  });
  return runs;
}

/** Has the cache still what the request has counted on? */
export function hitsStand({ blockOf, serials }: CacheState, request: Request): boolean {
  return request.hits.every(
    (slot, index) =>
      slot === NOTHING || (blockOf[slot] !== NOTHING && serials[slot] === request.serials[index]),
  );
}

/** Sends the transfer of a request; false where there is nothing to copy. */
export function copyPages(
  kernel: Kernel,
  server: CachingServer,
  cache: CacheState,
  number: number,
  request: Request,
): boolean {
  const { plan, hits, admitted, capability } = request;
  // Pages as container, page, container, page: from, into.
  const pairs: number[] = [];
  forEachBlock(plan.runs, (block, index) => {
    const slot = hits[index];
    if (slot !== NOTHING) pairs.push(partOf(cache, slot), pageOf(slot), capability, index);
    else if (block !== HOLE && cache.slotOf[block] === NOTHING) {
      const place = admitBlock(cache, block, request.hint);
      if (place === NOTHING) return;
      cache.pins[place]++;
      admitted.push(place);
      pairs.push(capability, index, partOf(cache, place), pageOf(place));
    }
  });
  if (pairs.length === 0) return false;
  let ranges = 0;
  for (let pair = 0; pair < pairs.length; ) {
    const length = runLength(pairs, pair);
    // Whatever was refused before is forgotten, and no list is longer than it may be.
    if (ranges % RANGES_MAX === 0) {
      if (ranges > 0) tell(kernel, server, OP.transferPages, COPY, number, 0, 0);
      tell(kernel, server, OP.fromPages, capability, 0, 0, 0);
    }
    ranges++;
    tell(kernel, server, OP.fromPages, pairs[pair], pairs[pair + 1], length, 0);
    tell(kernel, server, OP.intoPages, pairs[pair + 2], pairs[pair + 3], length, 0);
    pair += 4 * length;
  }
  tell(kernel, server, OP.transferPages, COPY, number, 0, 0);
  tell(kernel, server, OP.inspectContainer, capability, number, 0, 0);
  return true;
}

/** Pairs from `pair` on that go from neighbours to neighbours. */
function runLength(pairs: readonly number[], pair: number): number {
  let length = 1;
  while (isNext(pairs, pair, length)) length++;
  return length;
}

function isNext(pairs: readonly number[], pair: number, by: number): boolean {
  const at = pair + 4 * by;
  return (
    pairs[at] === pairs[pair] &&
    pairs[at + 1] === pairs[pair + 1] + by &&
    pairs[at + 2] === pairs[pair + 2] &&
    pairs[at + 3] === pairs[pair + 3] + by
  );
}

/** The transfer is over and the container stands at `version`: what the client is told. */
export function copiesEnd(
  kernel: Kernel,
  server: CachingServer,
  cache: CacheState,
  request: Request,
  version: number,
): number {
  const { hits, admitted, copied } = request;
  const brought = hits.filter((slot) => slot !== NOTHING).length;
  const isAsLeft = version === (request.version + brought) % VERSIONS;
  if (copied === DONE && isAsLeft) return DONE;
  for (const slot of admitted) dropSlot(kernel, server, cache, slot);
  if (copied === DONE) return TAMPERED;
  return brought > 0 ? copied : DONE;
}

/** The request counts on nothing any more. */
export function unpin(cache: CacheState | null, { hits, admitted }: Request): void {
  if (cache !== null) {
    for (const slot of hits) if (slot !== NOTHING) cache.pins[slot]--;
    for (const slot of admitted) cache.pins[slot]--;
  }
  hits.length = 0;
  admitted.length = 0;
}

function forEachBlock(runs: readonly number[], look: (block: number, index: number) => void): void {
  let index = 0;
  for (let run = 0; run < runs.length; run += 2)
    for (let at = 0; at < runs[run + 1]; at++)
      look(runs[run] === HOLE ? HOLE : runs[run] + at, index++);
}
