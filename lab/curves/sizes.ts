/**
 * Sizes: which numbers of frames a curve is asked for, as text.
 *
 *   64,128     frames
 *   0.1,0.5    parts of the pages that the trace touches
 *   auto:16    16 sizes, evenly spaced between none and all pages: pages * i / 17
 *   log:16     16 sizes from 1 to all pages, each the same factor above the one before
 */

import { inputError } from '../scenario/input-error.ts';

const SIZES_MAX = 4096;
const expected = 'expected frames as 64,128, parts as 0.1,0.5, or auto:16 or log:16';

/** Ascending, each once. Throws InputError that names `place`. */
export function sizesOf(text: string, pages: number, place: string): number[] {
  const sizes = text.split(',').flatMap((part) => sizesOfPart(part.trim(), pages, place));
  return [...new Set(sizes)].sort((a, b) => a - b);
}

function sizesOfPart(text: string, pages: number, place: string): number[] {
  const spread = /^(auto|log):(\d{1,4})$/.exec(text);
  if (spread !== null) {
    const count = Number(spread[2]);
    if (count < 1 || count > SIZES_MAX)
      throw inputError(place, `${text} is ${count} sizes, expected 1 to ${SIZES_MAX}; correct it`);
    return (spread[1] === 'auto' ? evenly : byFactor)(count, pages);
  }
  if (/^\d+$/.test(text)) {
    const frames = Number(text);
    if (frames >= 1 && frames <= 2 ** 31) return [frames];
    throw inputError(place, `${text} frames, expected 1 to 2147483648; correct it`);
  }
  if (/^\d*\.\d+$/.test(text) && Number(text) > 0) {
    if (Number(text) <= 1) return [atLeastOne(Number(text) * pages)];
    throw inputError(place, `${text} of the pages, expected a part of at most 1; correct it`);
  }
  throw inputError(place, `has '${text}', ${expected}; correct it`);
}

function evenly(count: number, pages: number): number[] {
  return Array.from({ length: count }, (_, i) => atLeastOne((pages * (i + 1)) / (count + 1)));
}

function byFactor(count: number, pages: number): number[] {
  if (count === 1) return [pages];
  return Array.from({ length: count }, (_, i) =>
    Math.max(1, Math.round(pages ** (i / (count - 1)))),
  );
}

function atLeastOne(frames: number): number {
  return Math.max(1, Math.floor(frames));
}
