/**
 * UVM: anonymous memory without chains (Cranor, "Design and Implementation of the UVM Virtual
 * Memory System", 1998; Cranor and Parulkar, USENIX 1999; manual page uvm(9)). Two layers and no
 * more, whatever is copied how often:
 *
 *   map entry --> amap: [ anon | - | anon | ... ]     what is the entry's own
 *        |                  |
 *        |                  +--> a frame, or a slot of swap, or both; `refs` amaps share it
 *        +------> object: a file's pages               what shows through where no anon is
 *
 * An entry is copied by sharing its amap with the mark `needsCopy`; the first write copies the amap,
 * not the pages, and then the one page written. What nobody refers to is freed at once: there is
 * nothing to collapse, and no swap to leak.
 *
 * State is plain. A page's contents are one number. A space's mappings (`pmap`) are soft: any may be
 * dropped at any time. Left out: wiring, merging of entries, devices, advice and fault-ahead,
 * lazy amaps in chunks, locks; time: who charges it is the pager, not this.
 */

export const NONE = -1;

/** What a frame holds. LOANED: nobody's page any more, kept for who it is on loan to. */
export const FREE = 0;
export const ANON = 1;
export const OBJECT = 2;
export const LOANED = 3;

export interface Frames {
  readonly content: Float64Array;
  readonly holds: Uint8Array;
  /** The anon, or the object and the page of it. */
  readonly owner: Int32Array;
  readonly page: Int32Array;
  readonly dirty: Uint8Array;
  /** Loans: to the kernel, and to anons that show an object's page. */
  readonly loans: Int32Array;
  /** By frame: spaces and addresses that map it, as `mappingOf` packs them. */
  readonly mappings: number[][];
  readonly free: number[];
  /** In order of use: the page daemon looks at the front (pageout.ts). */
  readonly queue: number[];
}

export interface Anon {
  refs: number;
  frame: number;
  slot: number;
}

export interface Amap {
  /** Entries that refer to it, to all of it or a part. */
  refs: number;
  /** Of several spaces that are to see each other's writes. */
  shared: boolean;
  readonly anons: Int32Array;
  /** By place: entries that cover it. */
  readonly covered: Int32Array;
}

export interface MemoryObject {
  refs: number;
  /** What the file has on its device. */
  readonly backing: Float64Array;
  readonly frames: Int32Array;
}

export type Inherit = 'share' | 'copy' | 'none';

export interface Entry {
  /** Pages [start, end) of the space. */
  start: number;
  end: number;
  object: number;
  objectFrom: number;
  amap: number;
  amapFrom: number;
  /** Writes go to the amap and never to the object. */
  copyOnWrite: boolean;
  /** The amap is not its own yet. */
  needsCopy: boolean;
  writable: boolean;
  inherit: Inherit;
}

export interface Space {
  /** Sorted and disjoint. */
  entries: Entry[];
  /** By page: 0 unmapped, else 2 * (frame + 1) + (writable ? 1 : 0). */
  readonly pmap: Int32Array;
  alive: boolean;
}

export interface Swap {
  readonly used: Uint8Array;
  readonly content: Float64Array;
  free: number;
}

/** Work done, for comparison with chains of shadows and with pageout a page at a time. */
export interface Counters {
  faults: number;
  pagesCopied: number;
  pagesZeroed: number;
  pageIns: number;
  pagesOut: number;
  /** Transfers to swap, of any number of pages. */
  pageOuts: number;
  slotsReassigned: number;
  loanBreaks: number;
}

export interface UvmState {
  readonly frames: Frames;
  readonly anons: Anon[];
  readonly freeAnons: number[];
  readonly amaps: (Amap | null)[];
  readonly objects: MemoryObject[];
  readonly spaces: Space[];
  readonly swap: Swap;
  /** Pages that one transfer takes. */
  readonly cluster: number;
  readonly counters: Counters;
}

/** What cannot be done, and why. */
export type Refusal = 'no entry' | 'no memory' | 'not writable' | 'not free' | 'out of range';

export function createUvm(frames: number, slots: number, cluster: number): UvmState {
  return {
    frames: {
      content: new Float64Array(frames),
      holds: new Uint8Array(frames),
      owner: new Int32Array(frames).fill(NONE),
      page: new Int32Array(frames),
      dirty: new Uint8Array(frames),
      loans: new Int32Array(frames),
      mappings: Array.from({ length: frames }, () => []),
      free: Array.from({ length: frames }, (_, n) => frames - 1 - n),
      queue: [],
    },
    anons: [],
    freeAnons: [],
    amaps: [],
    objects: [],
    spaces: [],
    swap: { used: new Uint8Array(slots), content: new Float64Array(slots), free: slots },
    cluster,
    counters: {
      faults: 0,
      pagesCopied: 0,
      pagesZeroed: 0,
      pageIns: 0,
      pagesOut: 0,
      pageOuts: 0,
      slotsReassigned: 0,
      loanBreaks: 0,
    },
  };
}

/** A new space of so many pages; its number. */
export function addSpace(state: UvmState, pages: number): number {
  return state.spaces.push({ entries: [], pmap: new Int32Array(pages), alive: true }) - 1;
}

/** A file with these contents; its number. */
export function addObject(state: UvmState, backing: readonly number[]): number {
  const frames = new Int32Array(backing.length).fill(NONE);
  return state.objects.push({ refs: 0, backing: Float64Array.from(backing), frames }) - 1;
}
