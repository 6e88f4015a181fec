/** Damage to trace files: bits changed, parts cut out, doubled or exchanged with other samples, absurd numbers. */

import { nextBelow, type RandomState } from '../../../sim-hw/random.ts';
import { damonTraced, type Sample, samples } from './formats/samples.ts';

const ABSURD = ['0', '99999999999999999999', '4294967296', '9007199254740991', 'ffffffffffffffff'];

/** Samples of every format. */
export const damageable: readonly Sample[] = [...samples, damonTraced];

export function mutated(random: RandomState, bytes: Uint8Array): Uint8Array {
  let result: Uint8Array = bytes.slice();
  for (let times = 1 + nextBelow(random, 3); times > 0; times--)
    result = damagedOnce(random, result);
  return result;
}

function damagedOnce(random: RandomState, bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return bytes;
  const at = nextBelow(random, bytes.length);
  const to = at + nextBelow(random, Math.min(64, bytes.length - at));
  switch (nextBelow(random, 7)) {
    case 0:
      bytes[at] ^= 1 << nextBelow(random, 8);
      return bytes;
    case 1:
      bytes[at] = nextBelow(random, 256);
      return bytes;
    case 2:
      return bytes.slice(0, at);
    case 3:
      return joined(bytes.subarray(0, at), bytes.subarray(to));
    case 4:
      return joined(bytes.subarray(0, to), bytes.subarray(at));
    case 5: {
      const other = damageable[nextBelow(random, damageable.length)].bytes;
      const from = nextBelow(random, other.length);
      return joined(bytes.subarray(0, at), other.subarray(from), bytes.subarray(to));
    }
    default:
      return withAbsurdNumber(random, bytes, at);
  }
}

/** The number that begins at or after `at` becomes another; in binary, eight bytes become 255. */
function withAbsurdNumber(random: RandomState, bytes: Uint8Array, at: number): Uint8Array {
  const digit = (byte: number): boolean => byte >= 48 && byte <= 57;
  let from = at;
  while (from < bytes.length && !digit(bytes[from])) from++;
  if (from === bytes.length || bytes.includes(0)) return bytes.fill(255, at, at + 8);
  let to = from;
  while (digit(bytes[to])) to++;
  const number = new TextEncoder().encode(ABSURD[nextBelow(random, ABSURD.length)]);
  return joined(bytes.subarray(0, from), number, bytes.subarray(to));
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
