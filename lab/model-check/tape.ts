/**
 * Tape: one walk over a world's state serves to save it and to restore it. At each place the walk
 * hands over the value that stands there and puts back what it gets: the same value while saving,
 * the saved one while restoring. So the two cannot come apart.
 *
 * A cell is one byte, a number from -16 to 239: all that is left of a state of such a small world.
 */

const BIAS = 16;
/** Room for the largest state. */
const CELLS = 4096;

export interface Tape {
  bytes: Uint8Array;
  at: number;
  saves: boolean;
}

export function createTape(): Tape {
  return { bytes: new Uint8Array(CELLS), at: 0, saves: true };
}

/** Saves `value`, or returns what was saved in its place. Throws RangeError beyond a cell. */
export function cell(tape: Tape, value: number): number {
  if (!tape.saves) return tape.bytes[tape.at++] - BIAS;
  const byte = value + BIAS;
  if (byte !== (byte & 255)) throw new RangeError(`model-check: ${value} does not fit in a cell`);
  tape.bytes[tape.at++] = byte;
  return value;
}

/** The same for a truth. */
export function flag(tape: Tape, value: boolean): boolean {
  return cell(tape, value ? 1 : 0) === 1;
}

/** A value that matters only while `matters`; else it is saved as 0. */
export function cellIf(tape: Tape, matters: boolean, value: number): number {
  const cellValue = cell(tape, matters ? value : 0);
  return tape.saves ? value : cellValue;
}
