/**
 * Translation look-aside buffer: one or two levels, set-associative, tagged so that a switch between
 * address spaces flushes nothing.
 *
 * A tag is a *unit key*: the global number of the page (or of the first page of a 2 MiB unit) that
 * the entry translates; numbers of different address spaces never collide, so the key carries the
 * address-space id. 0 is an empty way. The ways of a set stand in order of last use, most recent
 * first: replacement is exact LRU and the usual hit is the first compare.
 *
 * The MMU's loop reads these arrays itself; this file holds everything but that loop.
 */

import type { TlbGeometry } from './tlb-geometry.ts';

export interface TlbState {
  readonly firstWays: number;
  /** Sets minus 1; sets are a power of two. */
  readonly firstMask: number;
  readonly first: Uint32Array;
  /** 0 when there is no second level. */
  readonly secondWays: number;
  readonly secondMask: number;
  readonly second: Uint32Array;
}

/** Bits of a unit word that hold the key; the rest are low bits of the virtual page number. */
export const KEY_BITS = 24;
export const KEY_MASK = (1 << KEY_BITS) - 1;

export function createTlb(geometry: TlbGeometry): TlbState {
  return {
    firstWays: geometry.firstWays,
    firstMask: geometry.firstSets - 1,
    first: new Uint32Array(geometry.firstSets * geometry.firstWays),
    secondWays: geometry.secondWays,
    secondMask: geometry.secondSets - 1,
    second: new Uint32Array(geometry.secondSets * geometry.secondWays),
  };
}

/** Drops the entry of one unit word (key and set bits), if either level holds it. */
export function invalidate(tlb: TlbState, unit: number): void {
  const key = unit & KEY_MASK;
  const set = unit >>> KEY_BITS;
  drop(tlb.first, (set & tlb.firstMask) * tlb.firstWays, tlb.firstWays, key);
  if (tlb.secondWays > 0)
    drop(tlb.second, (set & tlb.secondMask) * tlb.secondWays, tlb.secondWays, key);
}

/** True when a level holds the unit: for tests and oracles. */
export function holds(tlb: TlbState, unit: number): boolean {
  const key = unit & KEY_MASK;
  return tlb.first.includes(key) || tlb.second.includes(key);
}

export function flush(tlb: TlbState): void {
  tlb.first.fill(0);
  tlb.second.fill(0);
}

function drop(tags: Uint32Array, base: number, ways: number, key: number): void {
  for (let way = 0; way < ways; way++) {
    if (tags[base + way] !== key) continue;
    for (let next = way + 1; next < ways; next++)
      tags[base + next - 1] = tags[base + next] as number;
    tags[base + ways - 1] = 0;
    return;
  }
}
