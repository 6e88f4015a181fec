/**
 * Page-table format: what a processor's memory-management unit walks, behind one pmap-like face.
 *
 * Mach's pmap (Rashid et al. 1987, section 3.6) is the model: the table is soft state, rebuilt by
 * faults, and all but wired mappings may be dropped at any time. What the hardware sees (`walk`) and
 * what the kernel knows (`find`) are told apart: a mapping that the hardware has lost, since its
 * part of the table, its segment or its context was taken for another, keeps its word, and `reload`
 * brings it back at the next touch.
 *
 *   enter --> seen by the hardware --stolen, forget--> known to the kernel --reload--> seen again
 *
 * A format is stateless code over plain state, so that state can be cloned and hashed. All keep leaf
 * entries as words of one `Uint32Array`, which the MMU reads and whose bits it sets in place:
 *
 *   31            8   7      6     5      4       3          2          1         0
 *  +---------------+------+-------+------+-------+----------+------------+----------+---------+
 *  |  frame (24)   | USED | YOUNG | LENT | LARGE | MODIFIED | REFERENCED | WRITABLE | PRESENT |
 *  +---------------+------+-------+------+-------+----------+------------+----------+---------+
 */

export const PRESENT = 1;
export const WRITABLE = 2;
export const REFERENCED = 4;
export const MODIFIED = 8;
/** The entry maps 2 MiB (512 frames) rather than 4 KiB. */
export const LARGE = 16;
/** For software alone: the memory server made the mapping, so no pager may raise its rights. */
export const LENT = 32;
/** For software alone: the memory server has cleared REFERENCED, and the pager has not seen it. */
export const YOUNG = 64;
/** For software alone: the pager has cleared REFERENCED, and the memory server has not seen it. */
export const USED = 128;

/** State common to all formats. */
export interface PageTableState {
  readonly format: string;
  /** Leaf entries; `walk` and `find` return indices into it. Reassigned when the table grows. */
  entries: Uint32Array;
  /** Memory accesses the last `walk` made: levels, or hash probes. The MMU charges them. */
  probes: number;
  /** Frames' worth of memory the table itself takes now (4 KiB units). */
  tableFrames: number;
  /** The alias the last `enter` dropped (one-mapping-per-frame formats), or -1, -1. */
  droppedSpace: number;
  droppedVpn: number;
  /**
   * Mappings that the hardware has lost to the last `enter` or `reload`: space, page number, space,
   * ... The TLB must forget them.
   */
  readonly lost: number[];
  readonly counts: TableCounts;
}

/** What a format cost beside its walks. */
export interface TableCounts {
  /** Touches of mappings that the hardware had lost and the kernel brought back. */
  reloads: number;
  /** Mappings dropped, since a frame has room for one. */
  aliasFaults: number;
  /** Contexts, and groups or parts of tables, taken from others. */
  contextSteals: number;
  groupSteals: number;
  /** Software refills of the TLB, and referenced or modified bits set by software. */
  traps: number;
  /** Writes that the hardware reported as reads. */
  misreports: number;
  /** Mappings dropped at random, where a scenario wants that. */
  drops: number;
  /** Most bytes that the table has taken. */
  bytesMost: number;
}

export function createCounts(): TableCounts {
  return {
    reloads: 0,
    aliasFaults: 0,
    contextSteals: 0,
    groupSteals: 0,
    traps: 0,
    misreports: 0,
    drops: 0,
    bytesMost: 0,
  };
}

export interface PageTableFormat<S extends PageTableState = PageTableState> {
  readonly name: string;
  /** One sentence and the source. */
  readonly summary: string;
  /** Base-2 logs, in base pages, of the sizes one entry can map: [0] or [0, 9]. */
  readonly orders: readonly number[];
  /** How long a walk is hangs on other mappings as well; absent: on its own alone. */
  readonly walksVary?: true;
  /** There is room for one mapping of a frame (an inverted table); absent: for any number. */
  readonly mapsFrameOnce?: true;
  /** Virtual page numbers must be below this. */
  readonly virtualPagesMax: number;
  /** Named where the format itself folds 2^k hardware pages into one; absent: these have 4096. */
  readonly hardwarePageBytes?: number;
  /** Physical addresses end here; absent: beyond any memory that is simulated. */
  readonly physicalBytesMax?: number;
  /** A TLB miss is a trap, and software looks the page up. */
  readonly softwareFilled?: true;
  /** There is no referenced bit, no modified bit: the first touch, the first write, is a trap. */
  readonly emulatesReferenced?: true;
  readonly emulatesModified?: true;
  /** A write that faults is reported as a read, as if it were a read-modify-write cycle. */
  readonly misreportsWrites?: true;
  /** `pageBytes`: of a page; absent: 4096, or the hardware's own if these are larger. */
  create(frames: number, addressSpaces: number, pageBytes?: number): S;
  /** Index of the leaf entry by which the hardware maps `vpn`, or -1; counts `probes`. */
  walk(state: S, space: number, vpn: number): number;
  /** The same of what the kernel knows, without counting: also of what the hardware has lost. */
  find(state: S, space: number, vpn: number): number;
  /**
   * Maps `vpn` (aligned to `order`) to `frame` with PRESENT | flags. The place must be empty.
   * A format with one mapping per frame drops the frame's other mapping (an alias) first and
   * reports it in `state.droppedSpace/droppedVpn` (-1 when none).
   */
  enter(state: S, space: number, vpn: number, frame: number, order: number, flags: number): void;
  /** The hardware loses the mapping, the kernel does not; false: there is none, or it may not. */
  forget(state: S, space: number, vpn: number): boolean;
  /** The hardware gets back what it had lost; false: it had lost nothing there. */
  reload(state: S, space: number, vpn: number): boolean;
  /** Bytes that the tables take; absent: those of its frames. */
  tableBytes?(state: S): number;
  /** Table frames that `enter` would add; absent: the table's size depends on memory alone. */
  growth?(state: S, space: number, vpn: number, order: number): number;
  /** Removes the mapping; returns the entry word it held, or 0 when there was none. */
  remove(state: S, space: number, vpn: number): number;
  /** Drops a whole space; tables are freed. */
  removeSpace(state: S, space: number): void;
  /** Re-sums the table; returns what is wrong, or undefined. For tests and oracles. */
  check(state: S): string | undefined;
}

/**
 * `forget` for a table whose words the hardware reads where they are: PRESENT goes. Not of frame 0,
 * whose word could be empty then.
 */
export function hideWord(entries: Uint32Array, index: number): boolean {
  const word = index < 0 ? 0 : (entries[index] as number);
  if ((word & PRESENT) === 0 || word >>> 8 === 0) return false;
  entries[index] = word & ~PRESENT;
  return true;
}

/** `reload` for the same. */
export function showWord(entries: Uint32Array, index: number): boolean {
  if (index < 0 || ((entries[index] as number) & PRESENT) !== 0) return false;
  entries[index] = (entries[index] as number) | PRESENT;
  return true;
}

/** Bytes of a page unless a scenario says otherwise. */
export function pageBytesOf({ hardwarePageBytes = 4096 }: PageTableFormat): number {
  return Math.max(4096, hardwarePageBytes);
}
