/**
 * Disk: the lowest layer; pages in the blocks of a partition, or of a paging file that grows.
 *
 *   partition   all blocks from the start
 *   file        `blocks` at first; when they are used up it grows by `grow`, up to its limit. Its map
 *               of blocks is in block 0 and is written whenever it grows
 *   fixed       each id has its own block, written in place, as on a swap partition of old
 *
 * Where places are not fixed, a page is written to another block than the one it has, which is freed
 * when the write is done: a store that fails leaves what was there. Blocks are handed out by clusters,
 * one to a client at a time: what a client writes together lies together. Of each page the layer keeps
 * its stamp, and a checksum of its bytes, in memory: what the drive acknowledged and lost or tore
 * shows when it is read (LOST_PAGE). Blocks that cannot be written are used no more; a read that fails
 * is tried again once.
 */

import { DEVICE_FAILED, DONE, LOST_PAGE, STORE_FULL } from '../../../contracts/refusals.ts';
import { checksumOf } from '../../../sim-hw/contents.ts';
import { flushMedium, readBlock, writeBlock } from '../../../sim-hw/devices/medium.ts';
import { type Layer, NOTHING } from '../stack/layer.ts';
import { DISCARD, FETCH, FLUSH, type Request, STORE } from '../stack/requests.ts';
import { contentsOf, type Disk, finish, recordOf, type Stack, stateOf } from '../stack/stack.ts';
import { fillContents } from './below.ts';
import { type DiskLayerState, MAP_BLOCK, NOWHERE } from './disk-state.ts';
import { freeBlock, growFreeMap, takeBlock } from './free-map.ts';

/** Blocks that a write is tried at, and times that a block is read, before that is an error. */
const WRITES_MAX = 3;
const READS_MAX = 2;
/** Steps: the map of a growing file is being written; the page is. */
const GROWING = 1;
const MOVING = 2;

export const diskLayer: Layer = {
  name: 'disk',
  begin(stack, node, number) {
    const disk = stateOf<DiskLayerState>(stack, node);
    const request = recordOf(stack, number);
    if (request.kind === STORE) findPlace(stack, disk, number, request);
    else if (request.kind === FETCH) startReading(stack, disk, number, request);
    else if (request.kind === FLUSH) stack.port.submit(disk.disk, MAP_BLOCK, 1, true, number);
    else if (request.kind === DISCARD) {
      drop(disk, request.id);
      finish(stack, number, DONE);
    }
  },
  ended() {},
  woken(stack, node, number) {
    const disk = stateOf<DiskLayerState>(stack, node);
    const request = recordOf(stack, number);
    if (diskOf(stack, disk).isGone) deviceGone(stack, disk, number, request);
    else if (request.kind === FETCH) read(stack, disk, number, request);
    else if (request.kind === STORE && request.step === MOVING) write(stack, disk, number, request);
    else if (request.kind === STORE) hasGrown(stack, disk, number, request);
    else {
      flushMedium(diskOf(stack, disk).medium);
      disk.counts.flushes++;
      finish(stack, number, DONE);
    }
  },
  stat(stack, node) {
    const { map, blocksMax, counts, fixed } = stateOf<DiskLayerState>(stack, node);
    const { blocks, free, bad } = map;
    const isFile = blocksMax > blocks || counts.grown > 0;
    const note = fixed ? 'fixed places' : isFile ? 'paging file' : 'partition';
    return { name: 'disk', counts: { ...counts, blocks, free, bad }, note };
  },
};

function diskOf(stack: Stack, { disk }: DiskLayerState): Disk {
  return stack.state.disks[disk] as Disk;
}

/** Nothing has been read or written: the device's server is dead. */
function deviceGone(stack: Stack, disk: DiskLayerState, number: number, request: Request): void {
  const { kind, step, a: block } = request;
  if (kind === STORE && step === MOVING && isNew(disk, request)) freeBlock(disk.map, block);
  disk.counts.errors++;
  finish(stack, number, DEVICE_FAILED);
}

function findPlace(stack: Stack, disk: DiskLayerState, number: number, request: Request): void {
  const { fixed, place, map } = disk;
  if (fixed) return startWriting(stack, disk, number, request, request.id);
  const block = takeBlock(map, request.client);
  if (block !== NOWHERE) return startWriting(stack, disk, number, request, block);
  if (map.blocks < disk.blocksMax) {
    request.step = GROWING;
    stack.port.submit(disk.disk, MAP_BLOCK, 1, true, number);
    return;
  }
  disk.counts.full++;
  // A page that has a block already is written there when no other is free.
  const own = place[request.id] as number;
  if (own === NOWHERE) finish(stack, number, STORE_FULL);
  else startWriting(stack, disk, number, request, own);
}

function hasGrown(stack: Stack, disk: DiskLayerState, number: number, request: Request): void {
  const { map, blocksMax, grow } = disk;
  // Another store may have grown it meanwhile.
  if (map.free === 0 && map.blocks < blocksMax) {
    growFreeMap(map, Math.min(blocksMax, map.blocks + grow));
    disk.counts.grown++;
  }
  findPlace(stack, disk, number, request);
}

function startWriting(
  stack: Stack,
  disk: DiskLayerState,
  number: number,
  request: Request,
  block: number,
): void {
  request.step = MOVING;
  request.a = block;
  const { pageBlocks } = disk;
  stack.port.submit(disk.disk, block * pageBlocks, pageBlocks, true, number);
}

/** The drive has the page, or says that it has not. */
function write(stack: Stack, disk: DiskLayerState, number: number, request: Request): void {
  const { id, a: block } = request;
  const own = disk.place[id] as number;
  const isElsewhere = isNew(disk, request);
  const reason = fillContents(stack, number);
  if (reason !== DONE) {
    if (isElsewhere) freeBlock(disk.map, block);
    return finish(stack, number, reason);
  }
  const contents = contentsOf(stack, number);
  disk.counts.writes++;
  if (!writeBlock(diskOf(stack, disk).medium, block, contents)) {
    disk.counts.errors++;
    request.b++;
    // It stays taken: nobody gets it any more.
    if (isElsewhere) disk.map.bad++;
    if (isElsewhere && request.b < WRITES_MAX) return findPlace(stack, disk, number, request);
    return finish(stack, number, DEVICE_FAILED);
  }
  if (own === NOWHERE) disk.counts.stored++;
  else if (isElsewhere) freeBlock(disk.map, own);
  disk.place[id] = block;
  disk.low[id] = contents.low;
  disk.high[id] = contents.high;
  disk.sum[id] = checksumOf(contents);
  finish(stack, number, DONE);
}

function startReading(stack: Stack, disk: DiskLayerState, number: number, request: Request): void {
  const { fixed, place, pageBlocks } = disk;
  const own = place[request.id] as number;
  // Whoever has fixed places reads what is there, whatever that is.
  if (own === NOWHERE && !fixed) return finish(stack, number, NOTHING);
  request.a = fixed ? request.id : own;
  stack.port.submit(disk.disk, request.a * pageBlocks, pageBlocks, false, number);
}

function read(stack: Stack, disk: DiskLayerState, number: number, request: Request): void {
  const { id, a: block } = request;
  if (disk.place[id] === NOWHERE) return finish(stack, number, NOTHING);
  const contents = contentsOf(stack, number);
  disk.counts.reads++;
  if (!readBlock(diskOf(stack, disk).medium, block, contents)) {
    disk.counts.errors++;
    request.b++;
    if (request.b < READS_MAX) return startReading(stack, disk, number, request);
    return finish(stack, number, DEVICE_FAILED);
  }
  const isStamp = contents.low === disk.low[id] && contents.high === disk.high[id];
  const isSame = isStamp && checksumOf(contents) === disk.sum[id];
  if (!isSame) disk.counts.lost++;
  finish(stack, number, isSame ? DONE : LOST_PAGE);
}

/** Whether a page is being written to another block than the one that it has. */
function isNew({ place, fixed }: DiskLayerState, { id, a: block }: Request): boolean {
  return block !== place[id] && !fixed;
}

function drop(disk: DiskLayerState, id: number): void {
  const own = disk.place[id] as number;
  if (own === NOWHERE) return;
  if (!disk.fixed) freeBlock(disk.map, own);
  disk.place[id] = NOWHERE;
  disk.counts.stored--;
}
