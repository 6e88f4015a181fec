/**
 * Size model: how large a page would be compressed, where pages have no bytes. A model, not a
 * measurement: eight kinds of pages in equal parts, by chance of the seed and the page's stamp, with
 * the sizes that our WKdm gives the eight looks that stamps render to (sim-hw/contents.ts; a test
 * holds the table to them), and a version more or less an eighth. Zeros are zeros.
 */

/** Bytes by kind; 0: does not compress. One nearly empty, three heap, two text, one table, one noise. */
export const sizesOfLooks = [326, 1427, 1427, 1427, 0, 0, 1667, 0] as const;
const ZERO_PAGE = 260;
const WORD = 4;

/** Bytes of the page with this stamp, a multiple of 4; 0: more than `sizeMax`. */
export function modelSize(seed: number, low: number, high: number, sizeMax: number): number {
  if (low === 0 && high === 0) return ZERO_PAGE;
  const size = sizesOfLooks[mix(seed, high) & 7] as number;
  if (size === 0) return 0;
  const eighth = size >>> 3;
  const changed = size - eighth + (mix(mix(seed, high), low) % (2 * eighth + 1));
  const words = Math.ceil(changed / WORD);
  return words * WORD > sizeMax ? 0 : words * WORD;
}

/** A word that the two make: multiply and shift, as hash functions end (Appleby's finaliser). */
function mix(a: number, b: number): number {
  let hash = Math.imul(a ^ b, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash + b, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
