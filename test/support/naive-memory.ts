/**
 * Naive memory: what a task's address space holds, page by page, with nothing clever in it. A page has
 * a cell; who shares it has the same cell, and a copy is another cell with the same words. What
 * servers/central/mach/vm does with maps, objects and shadows must come to the same.
 */

import type { Inheritance } from '../../servers/central/mach/vm/index.ts';

export interface Cell {
  words: number[];
}

export interface NaivePage {
  cell: Cell;
  inheritance: Inheritance;
  protection: number;
  protectionMax: number;
  wirings: number;
}

export interface NaiveFile {
  readonly cells: Cell[];
}

/** Pages of a task by number. */
export type NaiveSpace = Map<number, NaivePage>;

const READ = 1;
const WRITE = 2;
const ALL = 7;

export function zeroCell(words: number): Cell {
  return { words: new Array<number>(words).fill(0) };
}

export function copyCell(cell: Cell): Cell {
  return { words: [...cell.words] };
}

export function freshPage(cell: Cell): NaivePage {
  const rights = { protection: READ | WRITE, protectionMax: ALL };
  return { cell, inheritance: 'copy', ...rights, wirings: 0 };
}

/** The lowest number from which on `count` pages are free below `end`, or -1. */
export function naiveHole(space: NaiveSpace, count: number, end: number): number {
  for (let start = 0; start + count <= end; start++) if (isEmpty(space, start, count)) return start;
  return -1;
}

export function isEmpty(space: NaiveSpace, start: number, count: number): boolean {
  return range(start, count).every((page) => !space.has(page));
}

/** The pages, or undefined where one is missing. */
export function pagesOf(space: NaiveSpace, start: number, count: number): NaivePage[] | undefined {
  const pages = range(start, count).map((page) => space.get(page));
  return pages.every((page) => page !== undefined) ? (pages as NaivePage[]) : undefined;
}

export function range(start: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => start + i);
}

export function naiveFork(parent: NaiveSpace): NaiveSpace {
  const child: NaiveSpace = new Map();
  for (const [number, page] of parent) {
    if (page.inheritance === 'none') continue;
    const cell = page.inheritance === 'share' ? page.cell : copyCell(page.cell);
    child.set(number, { ...page, cell, wirings: 0 });
  }
  return child;
}

export function naiveProtect(
  pages: NaivePage[] | undefined,
  protection: number,
  isMaximum: boolean,
): string | undefined {
  if (protection !== 0 && (protection & READ) === 0) return 'INVALID_ARGUMENT';
  if (pages === undefined) return 'INVALID_ADDRESS';
  if (pages.some(({ protectionMax }) => (protection & ~protectionMax) !== 0))
    return 'PROTECTION_FAILURE';
  for (const page of pages) {
    if (isMaximum) page.protectionMax = protection;
    page.protection = isMaximum ? protection & page.protection : protection;
  }
  return undefined;
}

/** Copies of the cells, or why they cannot be had. */
export function naiveCopyIn(pages: NaivePage[] | undefined): Cell[] | string {
  if (pages === undefined) return 'INVALID_ADDRESS';
  if (pages.some(({ protection }) => (protection & READ) === 0)) return 'PROTECTION_FAILURE';
  return pages.map(({ cell }) => copyCell(cell));
}

export function naiveOverwrite(
  pages: NaivePage[] | undefined,
  cells: readonly Cell[],
): string | undefined {
  if (pages === undefined) return 'INVALID_ADDRESS';
  if (pages.some(({ protection }) => (protection & WRITE) === 0)) return 'PROTECTION_FAILURE';
  pages.forEach(({ cell }, i) => {
    cell.words = [...(cells[i] as Cell).words];
  });
  return undefined;
}
