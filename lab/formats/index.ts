/** One scenario on every page table. Host side. */

export {
  compareFormats,
  type FormatComparison,
  type FormatOptions,
  type FormatRow,
} from './formats.ts';
export { formatsTable } from './table.ts';
