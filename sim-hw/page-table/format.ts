/**
 * Page-table format: what a processor's memory-management unit walks, behind one pmap-like face.
 *
 * Mach's pmap (Rashid et al. 1987, section 3.6) is the model: the table is soft state, rebuilt by
 * faults, and all but wired mappings may be dropped at any time. A format is stateless code over
 * plain state, so that state can be cloned and hashed. Both formats keep leaf entries as words of
 * one `Uint32Array`, which the MMU reads and whose bits it sets in place:
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
}

export interface PageTableFormat<S extends PageTableState = PageTableState> {
  readonly name: string;
  /** One sentence and the source. */
  readonly summary: string;
  /** Base-2 logs, in base pages, of the sizes one entry can map: [0] or [0, 9]. */
  readonly orders: readonly number[];
  /** There is room for one mapping of a frame (an inverted table); absent: for any number. */
  readonly mapsFrameOnce?: true;
  /** Virtual page numbers must be below this. */
  readonly virtualPagesMax: number;
  create(frames: number, addressSpaces: number): S;
  /** Index of the leaf entry that maps `vpn` in `space`, or -1; counts `probes`. */
  walk(state: S, space: number, vpn: number): number;
  /** The same without counting: for the kernel's own bookkeeping. */
  find(state: S, space: number, vpn: number): number;
  /**
   * Maps `vpn` (aligned to `order`) to `frame` with PRESENT | flags. The place must be empty.
   * A format with one mapping per frame drops the frame's other mapping (an alias) first and
   * reports it in `state.droppedSpace/droppedVpn` (-1 when none).
   */
  enter(state: S, space: number, vpn: number, frame: number, order: number, flags: number): void;
  /** Table frames that `enter` would add; absent: the table's size depends on memory alone. */
  growth?(state: S, space: number, vpn: number, order: number): number;
  /** Removes the mapping; returns the entry word it held, or 0 when there was none. */
  remove(state: S, space: number, vpn: number): number;
  /** Drops a whole space; tables are freed. */
  removeSpace(state: S, space: number): void;
  /** Re-sums the table; returns what is wrong, or undefined. For tests and oracles. */
  check(state: S): string | undefined;
}
