/**
 * Free map: which blocks of a partition or paging file are free, a bit each. Blocks are handed out by
 * clusters: a client goes on in the cluster it has, then takes a wholly free one, then any block.
 */

const BITS = 32;
const NONE = -1;
const FULL_WORD = 0xffffffff;

export interface FreeMap {
  blocks: number;
  free: number;
  /** Blocks of a cluster. */
  readonly cluster: number;
  /** A bit for each block, 1: used, or bad. */
  used: Uint32Array;
  /** By cluster: free blocks in it. */
  freeIn: Uint16Array;
  /** Clusters that are wholly free. */
  freeClusters: number;
  /** By client: the block after the one it was given last. */
  next: Int32Array;
  /** Where the search for a cluster, and for a block, goes on. */
  clusterHand: number;
  blockHand: number;
  /** Blocks that nobody gets any more. */
  bad: number;
}

export function createFreeMap(blocks: number, cluster: number): FreeMap {
  const map: FreeMap = {
    blocks: 0,
    free: 0,
    cluster,
    used: new Uint32Array(0),
    freeIn: new Uint16Array(0),
    freeClusters: 0,
    next: new Int32Array(0),
    clusterHand: 0,
    blockHand: 0,
    bad: 0,
  };
  growFreeMap(map, blocks);
  return map;
}

/** There are `blocks` of them from now on, at least as many as before. */
export function growFreeMap(map: FreeMap, blocks: number): void {
  const { blocks: before, cluster } = map;
  const used = new Uint32Array(Math.ceil(blocks / BITS));
  used.set(map.used);
  const freeIn = new Uint16Array(Math.ceil(blocks / cluster));
  freeIn.set(map.freeIn);
  map.used = used;
  map.freeIn = freeIn;
  map.blocks = blocks;
  for (let block = before; block < blocks; block++) addFree(map, block);
}

function addFree(map: FreeMap, block: number): void {
  const at = Math.floor(block / map.cluster);
  const free = (map.freeIn[at] as number) + 1;
  map.freeIn[at] = free;
  if (free === map.cluster) map.freeClusters++;
  map.free++;
}

/** A block for `client`, or -1. */
export function takeBlock(map: FreeMap, client: number): number {
  if (map.free === 0) return NONE;
  const wanted = nextOf(map, client);
  let block = NONE;
  if (wanted % map.cluster !== 0) block = freeBetween(map, wanted, endOf(map, wanted));
  if (block === NONE && map.freeClusters > 0) block = freeCluster(map);
  if (block === NONE) block = anyBlock(map);
  map.next[client] = block + 1;
  take(map, block);
  return block;
}

/** The block that the client would like best; 0: it has no cluster. */
function nextOf(map: FreeMap, client: number): number {
  if (client >= map.next.length) {
    const next = new Int32Array(client + 8);
    next.set(map.next);
    map.next = next;
  }
  return map.next[client] as number;
}

/** End of the cluster that `block` is in. */
function endOf({ cluster, blocks }: FreeMap, block: number): number {
  return Math.min(blocks, (Math.floor(block / cluster) + 1) * cluster);
}

function freeBetween(map: FreeMap, from: number, end: number): number {
  for (let block = from; block < end; block++) {
    const word = map.used[block >>> 5] as number;
    if (((word >>> (block & 31)) & 1) === 0) return block;
    if (word === FULL_WORD) block |= 31;
  }
  return NONE;
}

/** Goes round, from where the last one was found. */
function freeCluster(map: FreeMap): number {
  const { cluster, freeIn, clusterHand } = map;
  for (let i = 0; i < freeIn.length; i++) {
    const at = (clusterHand + i) % freeIn.length;
    if (freeIn[at] !== cluster) continue;
    map.clusterHand = at + 1;
    return at * cluster;
  }
  return NONE;
}

function anyBlock(map: FreeMap): number {
  let block = freeBetween(map, map.blockHand, map.blocks);
  if (block === NONE) block = freeBetween(map, 0, map.blockHand);
  map.blockHand = block + 1;
  return block;
}

function take(map: FreeMap, block: number): void {
  const at = Math.floor(block / map.cluster);
  const free = map.freeIn[at] as number;
  if (free === map.cluster) map.freeClusters--;
  map.freeIn[at] = free - 1;
  map.used[block >>> 5] = (map.used[block >>> 5] as number) | (1 << (block & 31));
  map.free--;
}

export function freeBlock(map: FreeMap, block: number): void {
  map.used[block >>> 5] = (map.used[block >>> 5] as number) & ~(1 << (block & 31));
  addFree(map, block);
}
