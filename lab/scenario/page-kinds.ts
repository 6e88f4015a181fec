/**
 * Page kinds of a scenario: parts of a task's pages that are discardable, have a priority or are to
 * be wired. Checked as they are written; placed once the program's pages are counted.
 */

import {
  type PageKinds,
  type PageRange,
  PLAIN_PAGES,
  type SuperpagesWish,
} from '../../paging/page-kinds.ts';
import type { PageTableFormat } from '../../sim-hw/page-table/index.ts';
import { PAGE_BYTES } from '../../sim-hw/references.ts';
import { inputError } from './input-error.ts';
import { garbageKinds } from './program-schema.ts';
import type { Scratch } from './scenario.ts';
import type { TaskDocument } from './schema.ts';
import { type Path, pathText, placeOf, type Source } from './source.ts';

/** The same kinds with parts as the scenario has them. */
export interface KindParts {
  readonly discardable: readonly Scratch[];
  readonly regenerateNs: number;
  readonly flushPages: number;
  readonly priorities: readonly { readonly pages: Scratch; readonly priority: number }[];
  readonly wired: readonly Scratch[];
  readonly softReferences: boolean;
  readonly marksUnused: boolean;
  /** What the program says of its pages as it goes on counts. */
  readonly heeds: boolean;
  readonly superpages: SuperpagesWish | null;
}

/** A part that a path leads to, or refused. */
type CheckPart = (part: Scratch, path: Path) => Scratch;

/** The parts, each checked by `check`. Refuses costs of pages that there are none of. */
export function checkKinds(
  source: Source,
  task: TaskDocument,
  path: Path,
  format: PageTableFormat,
  check: CheckPart,
): KindParts {
  for (const key of ['regenerateNs', 'flushPages', 'marksUnused'] as const) {
    if (task[key] === undefined || task[key] === false || task.discardable.length > 0) continue;
    if (key === 'flushPages' && saysGarbage(task)) continue;
    const what = `${pathText([...path, key])} is given, expected discardable pages beside it`;
    throw inputError(placeOf(source, [...path, key]), `${what}; declare some, or remove it`);
  }
  const parts = (key: 'discardable' | 'wired') =>
    task[key].map((part, at) => check(part, [...path, key, at]));
  return {
    discardable: parts('discardable'),
    regenerateNs: task.regenerateNs ?? 0,
    flushPages: task.flushPages ?? 0,
    priorities: task.priorities.map(({ pages, priority }, at) => ({
      pages: check({ pages: pages as [number, number] }, [...path, 'priorities', at, 'pages']),
      priority,
    })),
    wired: parts('wired'),
    softReferences: task.softReferences,
    marksUnused: task.marksUnused,
    heeds: task.dropsGarbage && saysGarbage(task),
    superpages: checkSuperpages(source, task, path, format),
  };
}

/** Whether its program is of a kind that says what is garbage. */
function saysGarbage({ program }: TaskDocument): boolean {
  return program !== undefined && garbageKinds.includes(program.kind);
}

/** Sizes that the page table maps, ascending; all of them where none is named. */
function checkSuperpages(
  source: Source,
  { superpages, pageSize, ...task }: TaskDocument,
  path: Path,
  format: PageTableFormat,
): SuperpagesWish | null {
  if (superpages === undefined) return null;
  const here: Path = [...path, 'superpages'];
  const no = (at: Path, what: string, next: string): never => {
    throw inputError(placeOf(source, at), `${pathText(at)} ${what}; ${next}`);
  };
  const larger = format.orders.filter((order) => order > 0);
  if (larger.length === 0)
    no(here, `is given, expected a page table with larger pages than ${format.name}`, 'remove it');
  if (task.program !== undefined && garbageKinds.includes(task.program.kind))
    no(here, 'is given, expected a program that calls nothing garbage', 'remove it');
  if (pageSize !== PAGE_BYTES)
    no(here, `is given, expected none at pageSize ${pageSize}`, 'remove one of them');
  for (const key of ['scratch', 'discardable', 'priorities', 'wired'] as const)
    if (task[key].length > 0)
      no(here, `is given, expected no ${key} beside it, which go by first touch`, 'remove one');
  const orders = (superpages.sizes ?? larger.map((order) => PAGE_BYTES * 2 ** order)).map(
    (bytes, at) => {
      const order = larger.find((one) => PAGE_BYTES * 2 ** one === bytes);
      const sizes = larger.map((one) => PAGE_BYTES * 2 ** one).join(' or ');
      return (
        order ?? no([...here, 'sizes', at], `is ${bytes} bytes, expected ${sizes}`, 'correct it')
      );
    },
  );
  return { orders: [...new Set(orders)].sort((a, b) => a - b), apart: superpages.apart };
}

/**
 * The parts as page ids, each placed by `place`. Refuses pages that are scratch and discardable, and
 * kinds of pages of 2 MiB.
 */
export function placeKinds(
  source: Source,
  kinds: KindParts,
  task: { readonly order: number; readonly pageBytes: number },
  scratch: readonly PageRange[],
  path: Path,
  place: (part: Scratch, path: Path) => PageRange,
): PageKinds {
  for (const key of ['discardable', 'priorities', 'wired'] as const) {
    if (task.order === 0 || kinds[key].length === 0) continue;
    const what = `${pathText([...path, key])} is in pages of 4096 bytes`;
    const expected = `expected none at pageSize ${task.pageBytes}`;
    throw inputError(placeOf(source, [...path, key]), `${what}, ${expected}; remove it`);
  }
  if (task.order > 0 && kinds.softReferences) {
    const what = `${pathText([...path, 'softReferences'])} is for pages of 4096 bytes`;
    const expected = `expected false at pageSize ${task.pageBytes}`;
    throw inputError(
      placeOf(source, [...path, 'softReferences']),
      `${what}, ${expected}; remove it`,
    );
  }
  const parts = kinds.discardable.length + kinds.priorities.length + kinds.wired.length;
  const { softReferences, superpages, heeds } = kinds;
  if (parts === 0 && !softReferences && superpages === null && !heeds) return PLAIN_PAGES;
  const discardable = kinds.discardable.map((part, at) => {
    const here: Path = [...path, 'discardable', at];
    const range = place(part, here);
    if (!scratch.some(([from, to]) => from < range[1] && range[0] < to)) return range;
    const what = `${pathText(here)} has pages that are scratch too, expected one or the other`;
    throw inputError(placeOf(source, here), `${what}; move one of them`);
  });
  return {
    ...kinds,
    discardable,
    priorities: kinds.priorities.map(({ pages, priority }, at) => ({
      pages: place(pages, [...path, 'priorities', at, 'pages']),
      priority,
    })),
    wired: kinds.wired.map((part, at) => place(part, [...path, 'wired', at])),
  };
}
