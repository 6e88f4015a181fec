/** Sight table: what hardware sight costs, as text: a block a size, a row a policy. */

import { grouped } from '../grouped.ts';
import type { SightRow, Sights } from './sight.ts';

const heads = [
  'policy',
  'sight',
  'misses',
  'faults',
  'looks',
  'scan ms',
  'walk ms',
  'time ms',
  'more misses',
  'more time',
  'than',
];
/** Columns of words, which begin where their heads do. */
const words = [0, 1, 10];

export function sightsTable({ trace, references, pages, machine, rows }: Sights): string {
  const head = `${trace}: ${grouped(references)} references to ${grouped(pages)} pages; alone on ${machine}\n`;
  const sizes = [...new Set(rows.map(({ frames }) => frames))];
  const blocks = sizes.map((size) => {
    const block = rows.filter(({ frames }) => frames === size);
    return `\n${grouped(size)} frames\n${table(block.map((row) => cells(row, block)))}`;
  });
  return `${head}${blocks.join('')}`;
}

function cells(row: SightRow, block: readonly SightRow[]): string[] {
  const { policy, sight, misses, faults, looks, scanNs, translationNs, virtualNs, oracle } = row;
  const beside = block.find((other) => other.policy === oracle);
  const sees = sight === 'hardware';
  return [
    policy,
    sight,
    grouped(misses),
    grouped(faults),
    sees ? grouped(looks) : '',
    sees ? ms(scanNs) : '',
    ms(translationNs),
    ms(virtualNs),
    beside ? more(misses, beside.misses) : '',
    beside ? more(virtualNs, beside.virtualNs) : '',
    oracle ?? '',
  ];
}

function table(lines: readonly (readonly string[])[]): string {
  const all = [heads, ...lines];
  const widths = heads.map((_, column) => Math.max(...all.map((line) => line[column].length)));
  const padded = (text: string, column: number): string =>
    words.includes(column) ? text.padEnd(widths[column]) : text.padStart(widths[column]);
  return all.map((line) => `${line.map(padded).join('  ').trimEnd()}\n`).join('');
}

/** By how much more, in hundredths of the other. */
function more(value: number, other: number): string {
  const share = (value / other - 1) * 100;
  return `${share < 0 ? '-' : '+'}${Math.abs(share).toFixed(1)} %`;
}

function ms(ns: number): string {
  return (ns / 1e6).toFixed(ns < 1e7 ? 2 : 1);
}
