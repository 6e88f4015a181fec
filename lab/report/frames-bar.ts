/**
 * Frames bar: all of memory in one line, by owner. Small letters are frames within a guarantee,
 * capitals those beyond it, dots are free.
 */

import type { Snapshot } from '../run/snapshot.ts';
import { coloured, ownerColour } from './palette.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** The letter of the owner at that place; letters come again after z. */
export function letterOf(index: number): string {
  return LETTERS[index % LETTERS.length];
}

/** `width` columns, each its owner's letter: owners in order, each its guarantee first. */
export function barLine(snapshot: Snapshot, width: number, colours: boolean): string {
  const { frames, tasks } = snapshot;
  const inside = Math.max(1, width - 2);
  let bar = '';
  let cell = 0;
  let upTo = 0;
  for (const [index, { held, contract }] of tasks.entries()) {
    const within = Math.min(held, contract?.guaranteed ?? held);
    for (const [count, letter] of [
      [within, letterOf(index)],
      [held - within, letterOf(index).toUpperCase()],
    ] as const) {
      upTo += count;
      // A column belongs to whoever has the frame in the middle of it.
      const end = Math.min(inside, Math.round((upTo * inside) / frames));
      if (end > cell) bar += coloured(letter.repeat(end - cell), ownerColour(index), colours);
      cell = Math.max(cell, end);
    }
  }
  return `[${bar}${'.'.repeat(inside - cell)}]`;
}
