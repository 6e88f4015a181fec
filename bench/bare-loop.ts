/**
 * The bare loop: the same TLB and page-table look-ups on the same records as the machine's MMU,
 * over the same typed arrays, and nothing else: no frames, versions, faults, slices, ticks or
 * charges. What the whole stack costs is measured against it, in the same run.
 */

import { createSpace } from '../sim-hw/address-space.ts';
import { PRESENT, WRITABLE } from '../sim-hw/page-table/format.ts';
import { x8664 } from '../sim-hw/page-table/x86-64.ts';
import type { ReferenceString } from '../sim-hw/references.ts';
import { createTlb, insertFirst, insertSecond, KEY_MASK } from '../sim-hw/tlb.ts';
import { type TlbGeometry, tlbGeometries } from '../sim-hw/tlb-geometry.ts';

/** Runs the whole string once; returns references executed and walks made (so that both count). */
export function bareLoop(program: ReferenceString): { references: number; walks: number } {
  const pages = program.pageNumbers.length;
  const format = x8664;
  const geometry = tlbGeometries.skylake as TlbGeometry;
  const table = format.create(pages, 1);
  for (let page = 0; page < pages; page++)
    format.enter(table, 0, program.pageNumbers[page] as number, page, 0, PRESENT | WRITABLE);
  const tlb = createTlb(geometry, pages);
  const { firstPlace, firstUse, secondPlace, secondUse } = tlb;
  const { unitOf } = createSpace(0, 0, program, 0);
  const { runs, pageNumbers } = program;
  let references = 0;
  let walks = 0;
  const last = runs.length - 4;
  let cursor = 0;
  while (cursor < runs.length) {
    while (cursor <= last) {
      const a = runs[cursor] as number;
      const b = runs[cursor + 1] as number;
      const c = runs[cursor + 2] as number;
      const d = runs[cursor + 3] as number;
      const placeA = firstPlace[4 + (a >>> 6)] as number;
      const placeB = firstPlace[4 + (b >>> 6)] as number;
      const placeC = firstPlace[4 + (c >>> 6)] as number;
      const placeD = firstPlace[4 + (d >>> 6)] as number;
      if (((placeA - 1) | (placeB - 1) | (placeC - 1) | (placeD - 1)) < 0) break;
      firstUse[placeA] = cursor;
      firstUse[placeB] = cursor + 1;
      firstUse[placeC] = cursor + 2;
      firstUse[placeD] = cursor + 3;
      references += (a & 63) + (b & 63) + (c & 63) + (d & 63) + 4;
      cursor += 4;
    }
    for (let missed = false; !missed && cursor < runs.length; cursor++) {
      const run = runs[cursor] as number;
      const unit = unitOf[run >>> 8] as number;
      const entry = firstPlace[4 * (unit & KEY_MASK)] as number;
      references += (run & 63) + 1;
      if (entry !== 0) firstUse[entry] = cursor;
      else {
        missed = true;
        const lower = secondPlace[unit & KEY_MASK] as number;
        if (lower !== 0) secondUse[lower] = cursor;
        else {
          walks++;
          if (format.walk(table, 0, pageNumbers[run >>> 8] as number) < 0) break;
          insertSecond(tlb, unit, cursor);
        }
        insertFirst(tlb, unit, cursor, true);
      }
    }
  }
  return { references, walks };
}
