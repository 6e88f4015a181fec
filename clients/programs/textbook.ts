/**
 * Textbook strings: short page strings that lectures work through by hand, by name.
 *
 *   belady       1 2 3 4 1 2 5 1 2 3 4 5; more frames, more faults: FIFO takes 9 in 3 frames and 10
 *                in 4 (Belady, Nelson, Shedler, CACM 12(6), 1969)
 *   seven-zero   7 0 1 2 0 3 0 4 2 3 0 3 2 1 2 0 1 7 0 1, of the operating-system textbooks
 */

import { createRandom } from '../../sim-hw/random.ts';
import type { ReferenceString } from '../../sim-hw/references.ts';
import { pageList } from './page-list.ts';

export const textbookStrings = {
  belady: [1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5],
  'seven-zero': [7, 0, 1, 2, 0, 3, 0, 4, 2, 3, 0, 3, 2, 1, 2, 0, 1, 7, 0, 1],
} as const satisfies Readonly<Record<string, readonly number[]>>;

export type TextbookName = keyof typeof textbookStrings;

/** The string of that name, all reads. */
export function textbook(name: TextbookName): ReferenceString {
  return pageList(textbookStrings[name], 0, createRandom(0));
}
