/**
 * Page kinds: what a task says of parts of its pages to its own pager. Plain options; each kind has
 * a file of its own. A central pager is told of none of them.
 */

/** Page ids of a task, from the first to before the second. */
export type PageRange = readonly [number, number];

/** Which superpages a task wants its pager to make. */
export interface SuperpagesWish {
  /** Base-2 logs of their sizes in pages, ascending. */
  readonly orders: readonly number[];
  /** Written pages are told apart: a superpage is clean, and demoted by a write, or all written. */
  readonly apart: boolean;
}

export interface PageKinds {
  /** Dropped, never swapped; their contents can be made anew (discard.ts). */
  readonly discardable: readonly PageRange[];
  /** Time of the task's own that making one page anew takes. */
  readonly regenerateNs: number;
  /**
   * Discardable pages that go at once, at the least, when frames are called back; garbage that goes
   * when a page has to be written.
   */
  readonly flushPages: number;
  /** Heeds what the program says of its pages as it goes on (garbage.ts). */
  readonly heeds: boolean;
  /** -64 to 63; 0 is the policy's own order (priorities.ts). */
  readonly priorities: readonly { readonly pages: PageRange; readonly priority: number }[];
  /** Kept in memory, and wired by contract when they come in. */
  readonly wired: readonly PageRange[];
  /** Called-back pages go softly, and come back without I/O while they can (soft-pages.ts). */
  readonly softReferences: boolean;
  /** Frames kept for notices to come are marked as unused (unused-frames.ts). */
  readonly marksUnused: boolean;
  /** Superpages by reservation and promotion (superpages.ts), or null. */
  readonly superpages: SuperpagesWish | null;
}

/** Pages like any other. */
export const PLAIN_PAGES: PageKinds = {
  discardable: [],
  regenerateNs: 0,
  flushPages: 0,
  heeds: false,
  priorities: [],
  wired: [],
  softReferences: false,
  marksUnused: false,
  superpages: null,
};
