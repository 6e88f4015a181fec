/**
 * Compressed: pages are kept compressed in a pool of the server's own frames (Wilson, Kaplan and
 * Smaragdakis 1999; Linux's zswap). Compressed pages are packed into *blocks* of 4096 bytes, of which
 * a few are open at a time; when the pool is full its oldest block goes below, as one page.
 *
 *   store --> open block --(no more fits)--> full --(oldest, pool full)--> being written --> below
 *       `--(does not compress)-----------------------------------------------------------> below
 *
 * Bytes fidelity: sizes are those of our own WKdm (wkdm.ts), and decide what happens; a library's
 * would vary from version to version. Stamped: there are no bytes, and sizes are a declared, seeded
 * *model* (size-model.ts), which the note of `stat` and every table of it say.
 *
 * How many frames the pool uses follows what it is good for (pool-size.ts). A page that does not
 * compress to three quarters is passed on as it is. A flush writes every block; stores wait for it.
 * Left out: compaction of blocks below of which few pages are left.
 */

import { DONE, LOST_PAGE } from '../../../contracts/refusals.ts';
import { type Layer, NOTHING } from '../stack/layer.ts';
import { FETCH, FLUSH, NONE, OWN, STORE } from '../stack/requests.ts';
import { beginChild, belowOf, finish, recordOf, type Stack, stateOf } from '../stack/stack.ts';
import { compressedFrames, isGone } from './compressed-frames.ts';
import { extract, isBlock, leaveBlock, writeAhead, writeOldest } from './compressed-pages.ts';
import { type CompressedState, NO_BLOCK } from './compressed-state.ts';
import { beginStore, blockWritten, drained, rawStored, serveParked } from './compressed-stores.ts';
import { BELOW, RAW } from './packed-blocks.ts';
import { noteFetch } from './pool-size.ts';

export const compressedLayer: Layer = {
  name: 'compressed',
  begin(stack, node, number) {
    const state = stateOf<CompressedState>(stack, node);
    const { kind, id } = recordOf(stack, number);
    if (kind === STORE) beginStore(stack, node, state, number);
    else if (kind === FETCH) beginFetch(stack, node, state, number);
    else if (kind === FLUSH) beginFlush(stack, node, state, number);
    else {
      leaveBlock(stack, node, state, id);
      finish(stack, number, DONE);
      serveParked(stack, node, state);
      drained(stack, node, state);
    }
  },
  ended(stack, node, number, child) {
    const state = stateOf<CompressedState>(stack, node);
    const { kind } = recordOf(stack, number);
    const { reason } = recordOf(stack, child);
    if (kind === OWN) blockWritten(stack, node, state, number, reason);
    else if (kind === STORE) rawStored(stack, node, state, number, reason);
    else if (kind === FETCH) fetched(stack, state, number, child, reason);
    else finish(stack, number, reason);
  },
  woken() {},
  stat(stack, node) {
    const { counts, pool, blocks, room } = stateOf<CompressedState>(stack, node);
    const { frames, framesMax } = pool;
    const sizes = stack.state.pool.keepsBytes ? 'sizes: WKdm' : 'sizes: a model';
    const leased = room.keeps ? { kept: blocks.kept.count, inHand: room.held } : {};
    return {
      name: 'compressed',
      counts: { ...counts, used: blocks.inMemory, frames, framesMax, ...leased },
      note: sizes,
    };
  },
  frames: {
    ...compressedFrames,
    adjust(stack, node) {
      const state = stateOf<CompressedState>(stack, node);
      serveParked(stack, node, state);
      writeAhead(stack, node, state);
      drained(stack, node, state);
    },
  },
};

function beginFetch(stack: Stack, node: number, state: CompressedState, number: number): void {
  const request = recordOf(stack, number);
  const { blocks, counts } = state;
  const block = state.block[request.id] as number;
  if (block === NO_BLOCK) return finish(stack, number, NOTHING);
  counts.fetches++;
  if (isGone(stack, state, block)) {
    counts.lost++;
    return finish(stack, number, LOST_PAGE);
  }
  const stands = blocks.state[block] as number;
  const isBelow = stands === BELOW || stands === RAW;
  if (stands !== RAW)
    noteFetch(state.pool, isBelow ? blocks.written - (blocks.writtenAt[block] as number) : 0);
  state.room.most = state.pool.frames;
  if (isBelow) {
    const slot = stands === RAW ? request.slot : NONE;
    const client = blocks.client[block] as number;
    beginChild(stack, belowOf(stack, node), FETCH, block, client, number, slot);
    return;
  }
  counts.hits++;
  extract(stack, state, number, blocks.holder[block] as number);
}

/** What is below has been read: the block, or the page itself. */
function fetched(
  stack: Stack,
  state: CompressedState,
  number: number,
  child: number,
  reason: number,
): void {
  const block = state.block[recordOf(stack, number).id] as number;
  const isRaw = state.blocks.state[block] === RAW;
  if (!isRaw) state.counts.blocksRead++;
  if (reason !== DONE) return finish(stack, number, reason === NOTHING ? LOST_PAGE : reason);
  if (isRaw) return finish(stack, number, DONE);
  if (isBlock(stack, state, block, child)) return extract(stack, state, number, child);
  state.counts.lost++;
  finish(stack, number, LOST_PAGE);
}

function beginFlush(stack: Stack, node: number, state: CompressedState, number: number): void {
  state.parking.flushes.push(number);
  writeOldest(stack, node, state);
  drained(stack, node, state);
}
