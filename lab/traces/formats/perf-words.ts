/** Words of the lines that perf prints. */

import { type Cursor, takeAddress } from '../text-fields.ts';

/** A hexadecimal address of at most 16 digits, as perf prints it: its low and high word. */
export function wordsOf(digits: string): [low: number, high: number] {
  const low = Number.parseInt(digits.slice(-8), 16);
  return [low, digits.length > 8 ? Number.parseInt(digits.slice(0, -8), 16) : 0];
}

/** An address of small digits, as perf prints it, with a blank or the line's end after it. */
export function takePerfAddress(cursor: Cursor): boolean {
  return takeAddress(cursor) && !cursor.hasCapitals && cursor.bytes[cursor.at] <= 32;
}

/** Whether a line may be split at its blanks as a pattern would: control characters and NBSP are others. */
export function isPlain(byte: number): boolean {
  return byte >= 32 && byte < 127;
}
