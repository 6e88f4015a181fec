/** The table of page-table formats: what each costs, and whether all else is the same. */

import { grouped, wrapped } from '../report/text.ts';
import type { FormatComparison, FormatRow } from './formats.ts';

interface Column {
  readonly head: string;
  readonly text: (row: FormatRow) => string;
}

const columns: readonly Column[] = [
  { head: '2^k', text: ({ use }) => grouped(use.hardwarePages) },
  { head: 'table bytes', text: ({ use }) => grouped(use.tableBytes) },
  { head: 'TLB misses', text: ({ use }) => grouped(use.tlbMisses) },
  { head: 'traps', text: ({ use }) => grouped(use.traps) },
  { head: 'put back', text: ({ use }) => grouped(use.reloads) },
  { head: 'aliases', text: ({ use }) => grouped(use.aliasFaults) },
  { head: 'contexts', text: ({ use }) => grouped(use.contextSteals) },
  { head: 'groups', text: ({ use }) => grouped(use.groupSteals) },
  { head: 'time ms', text: ({ use }) => (use.ns / 1e6).toFixed(3) },
  { head: 'contents', text: ({ use }) => use.contents.slice(0, 8) },
];

const NAME = 11;
const WIDTH = 12;

/** Lines for a terminal, the last one empty. */
export function formatsTable({ name, rows, refused, violations }: FormatComparison): string {
  const lines = [`${name}: one scenario on each page table`];
  let group = '';
  for (const row of rows) {
    const title = `${row.management}, ${grouped(row.frames)} frames`;
    if (title !== group) lines.push('', title, header());
    group = title;
    const cells = columns.map(({ text }) => text(row).padStart(WIDTH)).join('');
    const mark = row.differs.length === 0 ? '' : `  DIFFERS: ${row.differs.join(', ')}`;
    lines.push(`  ${row.pageTable.padEnd(NAME)}${cells}${mark}`);
  }
  if (refused.length > 0) lines.push('', 'Refused');
  for (const { pageTable, because } of refused)
    lines.push(...wrapped(`  ${pageTable.padEnd(NAME)} ${because}`, ' '.repeat(NAME + 3)));
  lines.push('', ...wrapped(verdict(rows), ''));
  for (const what of violations) lines.push(`violation: ${what}`);
  return `${lines.join('\n')}\n`;
}

function header(): string {
  return `  ${' '.repeat(NAME)}${columns.map(({ head }) => head.padStart(WIDTH)).join('')}`;
}

function verdict(rows: readonly FormatRow[]): string {
  const differing = rows.filter(({ differs }) => differs.length > 0);
  if (differing.length > 0) return `${differing.length} of ${rows.length} rows differ: a defect.`;
  return (
    'What was written, whose frames hold it, what servers, pagers and policies know, and how each ' +
    `task faulted: the same in all ${rows.length} rows of a management.`
  );
}
