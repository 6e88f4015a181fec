/**
 * A naive memory-management unit: lists in order of use, one reference at a time. Written from what
 * the machine is said to do, not from how it does it. A fault maps the page read-only, a fault for
 * lack of rights makes it writable, and the reference runs again.
 */

import { MODIFIED, PRESENT, REFERENCED, WRITABLE } from '../../sim-hw/page-table/format.ts';
import type { TlbGeometry } from '../../sim-hw/tlb-geometry.ts';

export class NaiveMmu {
  secondLookups = 0;
  walks = 0;
  readonly faults: [number, boolean][] = [];
  readonly written = new Set<number>();
  private executed = 0;
  private readonly mapped = new Map<number, number>();
  /** Of each set the pages it holds, most recent first. */
  private readonly first: number[][];
  private readonly second: number[][];
  private readonly geometry: TlbGeometry;
  private readonly pageNumbers: Float64Array;

  constructor(geometry: TlbGeometry, pageNumbers: Float64Array) {
    this.geometry = geometry;
    this.pageNumbers = pageNumbers;
    this.first = Array.from({ length: geometry.firstSets }, () => []);
    this.second = Array.from({ length: geometry.secondSets }, () => []);
  }

  reference(page: number, writes: boolean): void {
    while (!this.translate(page)) {
      this.faults.push([this.executed, false]);
      this.mapped.set(page, PRESENT);
    }
    if (writes && !this.written.has(page)) {
      if ((this.bits(page) & WRITABLE) === 0) {
        this.faults.push([this.executed, true]);
        this.mapped.set(page, this.bits(page) | WRITABLE);
        this.translate(page);
      }
      this.written.add(page);
      this.mapped.set(page, this.bits(page) | MODIFIED | REFERENCED);
    }
    this.executed++;
  }

  bits(page: number): number {
    return this.mapped.get(page) ?? 0;
  }

  holds(page: number): boolean {
    return (
      this.setOf(this.first, page).includes(page) || this.setOf(this.second, page).includes(page)
    );
  }

  private translate(page: number): boolean {
    if (use(this.setOf(this.first, page), page)) return true;
    this.secondLookups++;
    if (!use(this.setOf(this.second, page), page)) {
      this.walks++;
      if (!this.mapped.has(page)) return false;
      this.mapped.set(page, this.bits(page) | REFERENCED);
      put(this.setOf(this.second, page), page, this.geometry.secondWays);
    }
    put(this.setOf(this.first, page), page, this.geometry.firstWays);
    return true;
  }

  private setOf(sets: number[][], page: number): number[] {
    return sets[(this.pageNumbers[page] as number) % sets.length] as number[];
  }
}

/** A hit moves to the front. */
function use(set: number[], page: number): boolean {
  const at = set.indexOf(page);
  if (at < 0) return false;
  set.splice(at, 1);
  set.unshift(page);
  return true;
}

function put(set: number[], page: number, ways: number): void {
  set.unshift(page);
  set.length = Math.min(set.length, ways);
}
