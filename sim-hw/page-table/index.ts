/** Page-table formats by the name that scenarios and cost profiles use. */

import { type PageTableFormat, pageBytesOf } from './format.ts';
import { mips } from './mips.ts';
import { ns32082 } from './ns32082.ts';
import { riscvSv39, riscvSv48 } from './riscv.ts';
import { rtPc } from './rt-pc.ts';
import { sun3 } from './sun-3.ts';
import { vax, vaxLinear } from './vax.ts';
import { x8664 } from './x86-64.ts';

export type { PageTableFormat, PageTableState, TableCounts } from './format.ts';
export { LARGE, MODIFIED, PRESENT, REFERENCED, WRITABLE } from './format.ts';

/** A format's own state type is known to itself alone: hand back what its `create` returned. */
export const pageTableFormats: Record<string, PageTableFormat> = {
  'x86-64': x8664,
  'rt-pc': rtPc,
  vax,
  'vax-linear': vaxLinear,
  'sun-3': sun3,
  ns32082,
  mips,
  'riscv-sv39': riscvSv39,
  'riscv-sv48': riscvSv48,
};

/** What a scenario may say of a format: the size of a page, and whether errata are there. */
export interface FormatChoice {
  readonly pageTable: string;
  /** A page is 2^k hardware pages; absent: 4096, or the hardware's own if these are larger. */
  readonly pageBytes?: number | undefined;
  readonly erratum?: boolean | undefined;
}

/** The format for pages of that size, with fewer of them in an address space, or more. */
export function formatFor(choice: FormatChoice): PageTableFormat | undefined {
  const format = pageTableFormats[choice.pageTable];
  if (format === undefined) return undefined;
  const usual = pageBytesOf(format);
  const { pageBytes = usual, erratum = false } = choice;
  if (pageBytes === usual && !erratum) return format;
  const sized = format.hardwarePageBytes === undefined ? spread(format, pageBytes / usual) : format;
  return {
    ...sized,
    orders: pageBytes === usual ? format.orders : [0],
    virtualPagesMax: Math.floor((format.virtualPagesMax * usual) / pageBytes),
    create: (frames, spaces) => format.create(frames, spaces, pageBytes),
    ...(erratum && { misreportsWrites: true }),
  };
}

/** The first of each `fold` entries stands for all: they are made, changed and dropped together. */
function spread(format: PageTableFormat, fold: number): PageTableFormat {
  return {
    ...format,
    walk: (state, space, vpn) => format.walk(state, space, vpn * fold),
    find: (state, space, vpn) => format.find(state, space, vpn * fold),
    enter: (state, space, vpn, frame, order, flags) =>
      format.enter(state, space, vpn * fold, frame, order, flags),
    forget: (state, space, vpn) => format.forget(state, space, vpn * fold),
    reload: (state, space, vpn) => format.reload(state, space, vpn * fold),
    remove: (state, space, vpn) => format.remove(state, space, vpn * fold),
    ...(format.growth && {
      growth: (state, space, vpn, order) =>
        format.growth?.(state, space, vpn * fold, order) as number,
    }),
  };
}

/** What is wrong with the choice, as an error tells it: what was found, what was expected. */
export function wrongChoice(choice: FormatChoice, frames: number): string | undefined {
  const format = pageTableFormats[choice.pageTable] as PageTableFormat;
  const { hardwarePageBytes = 4096, physicalBytesMax = Infinity, name } = format;
  const pageBytes = choice.pageBytes ?? pageBytesOf(format);
  const fold = pageBytes / hardwarePageBytes;
  const isPower = Number.isInteger(fold) && (fold & (fold - 1)) === 0;
  if (!isPower || pageBytes > PAGE_BYTES_MAX)
    return (
      `machine.pageBytes is ${pageBytes}, expected 2^k times the ${hardwarePageBytes} bytes of a ` +
      `hardware page of ${name}, at most ${PAGE_BYTES_MAX}`
    );
  if (frames * pageBytes > physicalBytesMax)
    return (
      `machine.frames is ${frames} (${frames * pageBytes} bytes), expected at most ` +
      `${Math.floor(physicalBytesMax / pageBytes)}: ${name} addresses ${physicalBytesMax} bytes of memory`
    );
  if (choice.erratum && name !== 'ns32082')
    return `machine.erratum is true, expected none for page table ${name}: it is ns32082's`;
  return undefined;
}

/** The largest page: a table of the second level of the NS32082, a part of the VAX's, map as much. */
const PAGE_BYTES_MAX = 65536;
