/**
 * Relocation: a program whose page numbers a page-table format cannot hold is moved, in order.
 *
 * The format's address space ends at `virtualPagesMax` (4 GiB on the RT PC). Page numbers are
 * sorted and renumbered densely from 0, so neighbours stay in order though gaps between them close.
 * Dense ids, and with them every fault, stay what they were; page-table walks may not.
 */

import type { PageTableFormat } from '../../sim-hw/page-table/index.ts';
import type { ReferenceString } from '../../sim-hw/references.ts';

export type Relocation =
  | { readonly program: ReferenceString; readonly moved: boolean }
  | { readonly refused: string };

/** The program as `format` can hold it, or why it cannot even when moved. `order`: of its pages. */
export function relocate(
  program: ReferenceString,
  format: PageTableFormat,
  order: number,
): Relocation {
  const { pageNumbers } = program;
  const room = format.virtualPagesMax;
  const step = 2 ** order;
  if (pageNumbers.every((number) => number + step <= room)) return { program, moved: false };
  if (pageNumbers.length * step > room) {
    const has = `touches ${pageNumbers.length * step} pages`;
    return { refused: `${has}, expected at most ${room} for page table ${format.name}` };
  }
  const ids = Uint32Array.from(pageNumbers.keys());
  ids.sort((a, b) => pageNumbers[a] - pageNumbers[b]);
  const moved = new Float64Array(pageNumbers.length);
  for (let rank = 0; rank < ids.length; rank++) moved[ids[rank]] = rank * step;
  return { program: { ...program, pageNumbers: moved }, moved: true };
}
