/**
 * Address spaces as their users understand them: each page is a box with contents, copies are eager,
 * sharing is the same box. No frames, swap, faults or maps. UVM must show the same contents.
 */

export type NaiveInherit = 'share' | 'copy' | 'none';

/** One page of a space, or of several that share it. */
export interface NaivePage {
  /** What it has of its own; null: what the file has, or zero. */
  own: number | null;
  /** The box of the file's page that shows through, if one does. */
  file: { content: number } | null;
  /** Writes go to the page and never to the file. */
  isPrivate: boolean;
}

export interface NaiveSlot {
  page: NaivePage;
  writable: boolean;
  inherit: NaiveInherit;
}

export type NaiveSpace = (NaiveSlot | null)[];

export function naiveRead(space: NaiveSpace, at: number): number | null {
  const slot = space[at];
  if (slot == null) return null;
  return slot.page.own ?? slot.page.file?.content ?? 0;
}

/** False: there is nothing, or it is not writable. */
export function naiveWrite(space: NaiveSpace, at: number, content: number): boolean {
  const slot = space[at];
  if (slot == null || !slot.writable) return false;
  const { page } = slot;
  if (page.file !== null && !page.isPrivate) page.file.content = content;
  else page.own = content;
  return true;
}

export function naiveCopy(page: NaivePage): NaivePage {
  return { ...page, isPrivate: true };
}

export function naiveFork(parent: NaiveSpace): NaiveSpace {
  return parent.map((slot) => {
    if (slot === null || slot.inherit === 'none') return null;
    return slot.inherit === 'share' ? { ...slot } : { ...slot, page: naiveCopy(slot.page) };
  });
}
