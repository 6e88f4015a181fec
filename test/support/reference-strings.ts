/**
 * Reference strings with known answers, as plain page numbers, and a way to make machine
 * reference strings of them. Sources: Belady, Nelson, Shedler, CACM 12(6), 1969 (`BELADY`); the
 * string that operating-system textbooks work through (`TEXTBOOK`); `traceL` and `loop` were made
 * for this project, their fault counts checked by two independent programs.
 */

import { packRun, READ, type ReferenceString, RUN_LENGTH_MAX } from '../../sim-hw/references.ts';

/** More frames, more faults: FIFO takes 9 in 3 frames and 10 in 4. */
export const BELADY: readonly number[] = [1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5];

export const TEXTBOOK: readonly number[] = [
  7, 0, 1, 2, 0, 3, 0, 4, 2, 3, 0, 3, 2, 1, 2, 0, 1, 7, 0, 1,
];

/** xorshift32 with shifts 13, 17, 5 (Marsaglia 2003): each call draws an unsigned 32-bit number. */
export function xorshift32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
}

/**
 * 20,000 references to 200 pages: a locality of 24 pages that moves every 2,000 references, and
 * one reference in ten anywhere.
 */
export function traceL(): number[] {
  const draw = xorshift32(2463534242);
  const pages: number[] = [];
  let base = 0;
  for (let reference = 0; reference < 20_000; reference++) {
    if (reference % 2000 === 0) base = draw() % 177;
    pages.push(draw() % 100 < 90 ? base + (draw() % 24) : draw() % 200);
  }
  return pages;
}

/** 0, 1, ..., size - 1, again and again. */
export function loop(size: number, rounds: number): number[] {
  return Array.from({ length: size * rounds }, (_, reference) => reference % size);
}

/** Pages below `pages`, each as likely as another. */
export function randomPages(seed: number, length: number, pages: number): number[] {
  const draw = xorshift32(seed);
  return Array.from({ length }, () => draw() % pages);
}

/**
 * A reference string of reads. Dense ids go by first appearance. With `collapse` repeats become
 * runs, without it each reference is a run of its own.
 */
export function toReferenceString(
  pages: readonly number[],
  { collapse }: { collapse: boolean },
): ReferenceString {
  const idOf = new Map<number, number>();
  const runs: number[] = [];
  let length = 0;
  for (let index = 0; index < pages.length; index++) {
    const page = pages[index];
    const id = idOf.get(page) ?? idOf.size;
    idOf.set(page, id);
    const repeats = collapse && index > 0 && pages[index - 1] === page && length < RUN_LENGTH_MAX;
    length = repeats ? length + 1 : 1;
    if (repeats) runs.pop();
    runs.push(packRun(id, READ, length));
  }
  return {
    references: pages.length,
    runs: Uint32Array.from(runs),
    pageNumbers: Float64Array.from(idOf.keys()),
  };
}
