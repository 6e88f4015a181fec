/**
 * Buffers: pages of the server's own guarantee in which blocks stand while they are on their way: read
 * before anybody asked for them, or written by somebody who has been answered already. The buffer cache
 * of UNIX in small (Bach 1986, chapter 3: breada, bdwrite); what stays in memory is the page cache's.
 *
 *   FREE --read ahead--> FILLING --device--> CLEAN --read, or taken for another block--> FREE
 *     |                     `--error--> BAD --nobody counts on it--> FREE
 *     `--written to--> DIRTY --flush--> WRITING --device--> FREE
 *
 * They are guaranteed, for extras are due back with no time for a device: a lock on what may be extra is
 * no longer than the shortest grace [CONT21]. They are locked by the server itself all the time, so that
 * a window is open to them, and take no message of their own (memory.ts).
 */

/** No block in a buffer, no buffer for a block. */
export const NO_BUFFER = -1;

export const FREE = 0;
export const FILLING = 1;
export const CLEAN = 2;
export const DIRTY = 3;
export const WRITING = 4;
/** The device could not read it, and somebody waits for it. */
export const BAD = 5;

export interface BufferOptions {
  /** Buffers for reading ahead, and for what is written behind; those of one client. */
  readonly ahead: number;
  readonly behind: number;
  readonly behindEach: number;
  /** How long something may be dirty before it is flushed, on the clock of terms. */
  readonly age: number;
}

export interface BuffersState {
  readonly options: BufferOptions;
  readonly count: number;
  /** The server's capabilities to its container, and the window that its lock has opened. */
  own: number;
  weak: number;
  window: number;
  serial: number;
  /** The contract is to be smaller: nothing is taken any more, and all goes when nothing is dirty. */
  leaving: boolean;
  readonly status: Uint8Array;
  readonly blockOf: Int32Array;
  /** By block. */
  readonly bufferOf: Int32Array;
  /** Requests that count on a buffer. */
  readonly pins: Uint16Array;
  /** Of what is dirty, who wrote it; of the others the file they were read for. */
  readonly whose: Int32Array;
  /** Of which transfer of the device it is part. */
  readonly batch: Int32Array;
  readonly free: number[];
  /** Where the search for a clean one that can be taken goes on. */
  hand: number;
  /** Buffers in use for either purpose; dirty ones by client. */
  ahead: number;
  dirty: number;
  readonly dirtyOf: number[];
  /** Blocks read ahead, those of them that were read; written behind; overwritten before they were. */
  readAhead: number;
  used: number;
  delayed: number;
  absorbed: number;
}

export function createBuffers(blocks: number, options: BufferOptions): BuffersState {
  const count = options.ahead + options.behind;
  return {
    options,
    count,
    own: NO_BUFFER,
    weak: NO_BUFFER,
    window: NO_BUFFER,
    serial: 0,
    leaving: false,
    status: new Uint8Array(count),
    blockOf: new Int32Array(count).fill(NO_BUFFER),
    bufferOf: new Int32Array(blocks).fill(NO_BUFFER),
    pins: new Uint16Array(count),
    whose: new Int32Array(count),
    batch: new Int32Array(count),
    free: Array.from({ length: count }, (_, at) => count - 1 - at),
    hand: 0,
    ahead: 0,
    dirty: 0,
    dirtyOf: [],
    readAhead: 0,
    used: 0,
    delayed: 0,
    absorbed: 0,
  };
}

/** Is the window to them open, and are they to stay? */
export function isReady({ window, leaving }: BuffersState): boolean {
  return window >= 0 && !leaving;
}

/** A buffer for a block of `file` that is to be read ahead and is in none; or NO_BUFFER. */
export function takeAhead(state: BuffersState, block: number, file: number, batch: number): number {
  if (state.ahead === state.options.ahead && !reclaim(state, file)) return NO_BUFFER;
  const buffer = state.free.pop() as number;
  place(state, buffer, block, FILLING);
  state.whose[buffer] = file;
  state.batch[buffer] = batch < 0 ? buffer : batch;
  state.ahead++;
  state.readAhead++;
  return buffer;
}

/** A buffer for a block that `client` has written; there is room. */
export function takeDirty(state: BuffersState, block: number, client: number): number {
  const buffer = state.free.pop() as number;
  place(state, buffer, block, DIRTY);
  state.whose[buffer] = client;
  state.dirty++;
  state.dirtyOf[client] = (state.dirtyOf[client] ?? 0) + 1;
  state.delayed++;
  return buffer;
}

function place(state: BuffersState, buffer: number, block: number, status: number): void {
  state.status[buffer] = status;
  state.blockOf[buffer] = block;
  state.bufferOf[block] = buffer;
}

/**
 * Frees the clean buffer that the hand comes to first; false: there is none. Not one of the same file: what
 * was read ahead first is what its reader comes to first.
 */
function reclaim(state: BuffersState, file: number): boolean {
  const { status, pins, count, whose } = state;
  for (let step = 0; step < count; step++) {
    const buffer = (state.hand + step) % count;
    if (status[buffer] !== CLEAN || pins[buffer] > 0 || whose[buffer] === file) continue;
    state.hand = (buffer + 1) % count;
    freeBuffer(state, buffer);
    return true;
  }
  return false;
}

/** Nothing counts on the buffer, and what it has is elsewhere or of no use. */
export function freeBuffer(state: BuffersState, buffer: number): void {
  const block = state.blockOf[buffer];
  if (block !== NO_BUFFER && state.bufferOf[block] === buffer) state.bufferOf[block] = NO_BUFFER;
  if (state.status[buffer] === DIRTY || state.status[buffer] === WRITING) {
    state.dirty--;
    state.dirtyOf[state.whose[buffer]]--;
  } else state.ahead--;
  state.status[buffer] = FREE;
  state.blockOf[buffer] = NO_BUFFER;
  state.free.push(buffer);
}

/** A block is about to hold something else: what was read of it ahead is of no use. */
export function forgetBuffer(state: BuffersState, block: number): void {
  const buffer = state.bufferOf[block];
  if (buffer === NO_BUFFER) return;
  // The device is still at it: the buffer is free when it is done.
  if (state.status[buffer] === FILLING) state.blockOf[buffer] = NO_BUFFER;
  else freeBuffer(state, buffer);
  state.bufferOf[block] = NO_BUFFER;
}

/** A file is read elsewhere: what was read ahead in it, and nobody waits for, is of no use. */
export function forgetAhead(state: BuffersState, file: number): void {
  for (let buffer = 0; buffer < state.count; buffer++)
    if (state.status[buffer] === CLEAN && state.pins[buffer] === 0 && state.whose[buffer] === file)
      freeBuffer(state, buffer);
}

/** A request has what it wanted of the buffer, or wants it no more. `used`: it was read. */
export function unpinBuffer(state: BuffersState, buffer: number, used: boolean): void {
  const isClean = state.status[buffer] === CLEAN;
  if (used && isClean) state.used++;
  if (--state.pins[buffer] > 0) return;
  // Whoever reads on has it in its own pages now, and the cache from there.
  if (state.status[buffer] === BAD || (used && isClean)) freeBuffer(state, buffer);
}

/** What is wrong with the books, or undefined. */
export function checkBuffers(state: BuffersState): string | undefined {
  const { status, blockOf, bufferOf, count, free, options } = state;
  let ahead = 0;
  let dirty = 0;
  for (let buffer = 0; buffer < count; buffer++) {
    if (status[buffer] === FREE) continue;
    const block = blockOf[buffer];
    if (status[buffer] === DIRTY || status[buffer] === WRITING) dirty++;
    else ahead++;
    if (block !== NO_BUFFER && bufferOf[block] !== buffer) return `block ${block} is elsewhere`;
  }
  if (ahead !== state.ahead || dirty !== state.dirty) return `${ahead} ahead, ${dirty} dirty`;
  if (ahead > options.ahead || dirty > options.behind) return 'more buffers than there may be';
  return ahead + dirty + free.length === count ? undefined : `${free.length} of ${count} are free`;
}
