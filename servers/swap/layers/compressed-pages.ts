/**
 * Compressed pages: into a block and out of one, by the compressor or by the model of sizes; and the
 * blocks that go below.
 */

import { DONE } from '../../../contracts/refusals.ts';
import { PAGE_BYTES } from '../../../sim-hw/contents.ts';
import { STORE } from '../stack/requests.ts';
import { contentsOf, finish, recordOf, type Stack } from '../stack/stack.ts';
import { askBelow, dropBelow } from './below.ts';
import { freeHolder, unwrittenMax } from './compressed-frames.ts';
import { type CompressedState, NO_BLOCK, SIZE_MAX } from './compressed-state.ts';
import {
  BELOW,
  freeBlockOf,
  IN_MEMORY,
  KEPT,
  leaveList,
  oldestFull,
  RAW,
  WRITING,
} from './packed-blocks.ts';
import { isAwaited } from './parking.ts';
import { modelSize } from './size-model.ts';
import { compress, decompress, SLACK_WORDS } from './wkdm.ts';

const WORD = 4;
/** `high` of the stamp of a block: with its number and its writing it is like no other. */
const BLOCK_STAMP = 0xfffffffe;

const packed = new Int32Array(SIZE_MAX / WORD + SLACK_WORDS);

/** Size of a request's page, in bytes, compressed into `packed` where there are bytes; 0: too large. */
export function sizeOf(stack: Stack, state: CompressedState, number: number): number {
  const request = recordOf(stack, number);
  // One that waited for a frame is charged once.
  if (request.c === 0) stack.port.charge(stack.state.work.compressNs);
  request.c = 1;
  const { bytes, low, high } = contentsOf(stack, number);
  if (bytes.length === 0) return modelSize(state.seed, low, high, SIZE_MAX);
  return compress(wordsOf(bytes, 0, PAGE_BYTES), packed, SIZE_MAX / WORD) * WORD;
}

/** Puts what `sizeOf` has compressed last into the block in `holder`, from byte `at` on. */
export function pack(stack: Stack, holder: number, at: number, size: number): void {
  const { bytes } = contentsOf(stack, holder);
  if (bytes.length > 0) wordsOf(bytes, at, size).set(packed.subarray(0, size / WORD));
}

/** The page is in that block from now on, and its stamp is known. */
export function enterBlock(
  state: CompressedState,
  id: number,
  block: number,
  at: number,
  size: number,
): void {
  state.block[id] = block;
  state.offset[id] = at;
  state.size[id] = size;
  state.counts.stored++;
}

/** The page is in its block no more; a block of which nothing is left goes. */
export function leaveBlock(stack: Stack, node: number, state: CompressedState, id: number): void {
  const { blocks } = state;
  const block = state.block[id] as number;
  if (block === NO_BLOCK) return;
  state.block[id] = NO_BLOCK;
  state.counts.stored--;
  const left = (blocks.live[block] as number) - 1;
  blocks.live[block] = left;
  const stands = blocks.state[block] as number;
  if (left > 0 || stands === WRITING) return;
  if (stands === KEPT) leaveList(blocks, blocks.kept, block);
  if (stands === KEPT || stands === IN_MEMORY) freeHolder(stack, state, block);
  if (stands === KEPT || stands === BELOW || stands === RAW)
    dropBelow(stack, node, block, blocks.client[block] as number);
  freeBlockOf(blocks, block);
}

/** The oldest full block goes below, or an open one where there is none that is full. */
export function writeOldest(stack: Stack, node: number, state: CompressedState): void {
  const { blocks } = state;
  if (state.writings > 1) return;
  const must = isAwaited(state.parking) || blocks.inMemory > unwrittenMax(state);
  const block = oldestFull(blocks, must);
  if (block === NO_BLOCK) return;
  blocks.state[block] = WRITING;
  state.writings++;
  state.counts.blocksWritten++;
  const own = blocks.holder[block] as number;
  const contents = contentsOf(stack, own);
  contents.low = blocks.serial++;
  contents.high = BLOCK_STAMP;
  blocks.stamp[block] = contents.low;
  askBelow(stack, node, own, STORE);
}

/** Writes as long as more is in memory alone than may be. */
export function writeAhead(stack: Stack, node: number, state: CompressedState): void {
  if (state.blocks.inMemory > unwrittenMax(state)) writeOldest(stack, node, state);
}

/** Whether these are the contents of the block, as it was written below. */
export function isBlock(
  stack: Stack,
  state: CompressedState,
  block: number,
  from: number,
): boolean {
  const { low, high } = contentsOf(stack, from);
  return high === BLOCK_STAMP && low === state.blocks.stamp[block];
}

/** Decompresses a request's page out of the block in `holder`. */
export function extract(
  stack: Stack,
  state: CompressedState,
  number: number,
  holder: number,
): void {
  const { id } = recordOf(stack, number);
  const into = contentsOf(stack, number);
  stack.port.charge(stack.state.work.decompressNs);
  if (into.bytes.length > 0) {
    const from = contentsOf(stack, holder).bytes;
    const at = state.offset[id] as number;
    decompress(wordsOf(from, at, state.size[id] as number), wordsOf(into.bytes, 0, PAGE_BYTES));
  }
  into.low = state.low[id] as number;
  into.high = state.high[id] as number;
  finish(stack, number, DONE);
}

function wordsOf(bytes: Uint8Array, at: number, size: number): Int32Array {
  return new Int32Array(bytes.buffer, bytes.byteOffset + at, size / WORD);
}
