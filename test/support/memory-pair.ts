/**
 * A pair of memories: Mach's and the naive one, driven by the same operations. After each the answers
 * must be equal, and so must be every page of every task.
 */

import type { Inheritance, Vm, VmOptions } from '../../servers/central/mach/vm/index.ts';
import * as mach from '../../servers/central/mach/vm/index.ts';
import { createContents, stamped } from '../../sim-hw/contents.ts';
import { x8664 } from '../../sim-hw/page-table/x86-64.ts';
import type { Cell, NaiveFile, NaiveSpace } from './naive-memory.ts';
import * as naive from './naive-memory.ts';

/** One step, as words: what it is, and of what. Each word is taken modulo what there is. */
export interface Step {
  readonly kind: StepKind;
  readonly task: number;
  readonly page: number;
  readonly count: number;
  readonly other: number;
  readonly value: number;
}

export const stepKinds = [
  'allocate',
  'deallocate',
  'write',
  'read',
  'fork',
  'eager fork',
  'end',
  'protect',
  'limit',
  'inherit',
  'copy',
  'move to another',
  'write to another',
  'map file',
  'map copy of file',
  'page out',
  'drop',
  'flush',
  'sync',
  'wire',
  'unwire',
] as const;
export type StepKind = (typeof stepKinds)[number];

const TASKS_MAX = 5;
const PAGES = 12;
/** Pages of zeros that the first task begins with; a file is mapped behind them. */
const ALLOCATED = 8;
const COUNT_MAX = 5;
const FILE_PAGES = 4;
const WIRED_MAX = 4;
const inheritances: readonly Inheritance[] = ['copy', 'share', 'none'];
const rights = [3, 1, 7, 5, 0, 2] as const;

export interface MemoryPair {
  readonly vm: Vm;
  readonly spaces: Map<number, NaiveSpace>;
  readonly files: {
    readonly pager: number;
    readonly isPrivate: boolean;
    readonly file: NaiveFile;
  }[];
  writes: number;
}

export function createPair(options: Partial<VmOptions> = {}): MemoryPair {
  const pageOrder = options.pageOrder ?? 0;
  const vm = mach.createVm({
    format: x8664,
    frames: 24 << pageOrder,
    addressEnd: PAGES * (4096 << pageOrder),
    spaces: TASKS_MAX,
    blocks: 150,
    cachedObjects: 1,
    ...options,
  });
  const pair: MemoryPair = { vm, spaces: new Map(), files: [], writes: 0 };
  for (const strategy of ['delay', 'none', 'temporary'] as const) {
    const pager = number(mach.createFile(vm, FILE_PAGES, strategy));
    const cells = naive.range(0, FILE_PAGES).map(() => naive.zeroCell(wordsOf(pair)));
    pair.files.push({ pager, isPrivate: strategy === 'temporary', file: { cells } });
  }
  const task = number(mach.createTask(vm));
  const space: NaiveSpace = new Map();
  for (const page of naive.range(0, ALLOCATED))
    space.set(page, naive.freshPage(naive.zeroCell(wordsOf(pair))));
  number(mach.vmAllocate(vm, task, ALLOCATED * vm.parameters.pageBytes));
  const [mapped] = pair.files as [MemoryPair['files'][0]];
  const { pageBytes } = vm.parameters;
  number(
    mach.vmMap(vm, task, mapped.pager, 0, FILE_PAGES * pageBytes, false, ALLOCATED * pageBytes),
  );
  for (const [page, cell] of mapped.file.cells.entries())
    space.set(ALLOCATED + page, naive.freshPage(cell));
  pair.spaces.set(task, space);
  return pair;
}

/** Does the step on both; returns how they differ, or undefined. */
export function stepBoth(pair: MemoryPair, step: Step): string | undefined {
  const [answer, expected] = takeStep(pair, step);
  if (answer !== expected) return `${step.kind} answers ${answer}, expected ${expected}`;
  return compare(pair) ?? mach.checkVm(pair.vm);
}

/** How the contents of the two differ, or undefined. */
export function compare({ vm, spaces }: MemoryPair): string | undefined {
  const contents = createContents(false);
  const frames = 1 << vm.parameters.pageOrder;
  for (const [task, space] of spaces)
    for (let at = 0; at < PAGES * frames; at++) {
      const isThere = mach.lookAt(vm, task, at * 4096, contents);
      const page = space.get(Math.floor(at / frames));
      if (isThere !== (page !== undefined)) return `task ${task}: page ${at} is there: ${isThere}`;
      const word = page?.cell.words[at % frames];
      if (word !== undefined && contents.low !== word)
        return `task ${task}: page ${at} holds ${contents.low}, expected ${word}`;
    }
  return undefined;
}

type Answer = number | string | undefined;

function takeStep(pair: MemoryPair, step: Step): [answer: Answer, expected: Answer] {
  const { vm, spaces } = pair;
  const tasks = [...spaces.keys()];
  const task = tasks[step.task % tasks.length] as number;
  const other = tasks[step.other % tasks.length] as number;
  const space = spaces.get(task) as NaiveSpace;
  const start = step.page % PAGES;
  const count = 1 + (step.count % Math.min(COUNT_MAX, PAGES - start));
  const { pageBytes } = vm.parameters;
  const address = start * pageBytes;
  const size = count * pageBytes;
  const pages = naive.pagesOf(space, start, count);
  const inside = start * (pageBytes / 4096) + (step.value % (pageBytes / 4096));
  switch (step.kind) {
    case 'allocate': {
      const isAnywhere = step.other % 2 === 0;
      const at = isAnywhere ? naive.naiveHole(space, count, PAGES) : start;
      const fits = at >= 0 && naive.isEmpty(space, at, count);
      const answer = mach.vmAllocate(vm, task, size, isAnywhere ? undefined : address);
      if (!fits) return [answer, 'NO_SPACE'];
      for (const page of naive.range(at, count))
        space.set(page, naive.freshPage(naive.zeroCell(wordsOf(pair))));
      return [answer, at * pageBytes];
    }
    case 'deallocate':
      for (const page of naive.range(start, count)) space.delete(page);
      return [mach.vmDeallocate(vm, task, address, size), undefined];
    case 'write': {
      const value = ++pair.writes;
      const answer = mach.writeMemory(vm, task, inside * 4096, stamped(value, 1));
      const page = space.get(start);
      if (page === undefined) return [answer, 'INVALID_ADDRESS'];
      if ((page.protection & 2) === 0) return [answer, 'PROTECTION_FAILURE'];
      page.cell.words[inside % wordsOf(pair)] = value;
      return [answer, undefined];
    }
    case 'read': {
      const contents = createContents(false);
      const refusal = mach.readMemory(vm, task, inside * 4096, contents);
      const page = space.get(start);
      if (page === undefined) return [refusal, 'INVALID_ADDRESS'];
      if ((page.protection & 1) === 0) return [refusal, 'PROTECTION_FAILURE'];
      return [refusal ?? contents.low, page.cell.words[inside % wordsOf(pair)]];
    }
    case 'fork':
    case 'eager fork': {
      const child = mach.forkTask(vm, task, step.kind === 'eager fork');
      if (tasks.length === TASKS_MAX) return [child, 'RESOURCE_SHORTAGE'];
      spaces.set(number(child), naive.naiveFork(space));
      return [undefined, undefined];
    }
    case 'end':
      if (tasks.length === 1) return [undefined, undefined];
      spaces.delete(task);
      return [mach.endTask(vm, task), undefined];
    case 'protect':
    case 'limit': {
      const protection = rights[step.value % rights.length] as number;
      const isMaximum = step.kind === 'limit';
      const answer = mach.vmProtect(vm, task, address, size, protection, isMaximum);
      return [answer, naive.naiveProtect(pages, protection, isMaximum)];
    }
    case 'inherit': {
      const inheritance = inheritances[step.value % 3] as Inheritance;
      for (const page of pages ?? []) page.inheritance = inheritance;
      const answer = mach.vmInherit(vm, task, address, size, inheritance);
      return [answer, pages === undefined ? 'INVALID_ADDRESS' : undefined];
    }
    case 'copy':
    case 'write to another': {
      const from = step.kind === 'copy' ? task : other;
      const first = step.value % (PAGES - count + 1);
      const cells = naive.naiveCopyIn(naive.pagesOf(spaces.get(from) as NaiveSpace, first, count));
      const answer = mach.vmWrite(vm, task, address, from, first * pageBytes, size);
      if (typeof cells === 'string') return [answer, cells];
      return [answer, naive.naiveOverwrite(pages, cells)];
    }
    case 'move to another': {
      const cells = naive.naiveCopyIn(pages);
      const answer = mach.vmRead(vm, task, address, size, other);
      if (typeof cells === 'string') return [answer, cells];
      const into = spaces.get(other) as NaiveSpace;
      const at = naive.naiveHole(into, count, PAGES);
      if (at < 0) return [answer, 'NO_SPACE'];
      for (const [i, cell] of cells.entries()) into.set(at + i, naive.freshPage(cell));
      return [answer, at * pageBytes];
    }
    case 'map file':
    case 'map copy of file':
      return mapFile(pair, step, task, space, start, count);
    default:
      return takeQuietStep(pair, step, task, start, count);
  }
}

function mapFile(
  pair: MemoryPair,
  step: Step,
  task: number,
  space: NaiveSpace,
  start: number,
  wanted: number,
): [Answer, Answer] {
  const { pageBytes } = pair.vm.parameters;
  const { pager, isPrivate, file } = pair.files[
    step.value % pair.files.length
  ] as never as MemoryPair['files'][0];
  const isCopy = step.kind === 'map copy of file';
  if (isPrivate && !isCopy) return [undefined, undefined];
  const count = Math.min(wanted, FILE_PAGES);
  const first = step.other % (FILE_PAGES - count + 1);
  const [offset, size] = [first * pageBytes, count * pageBytes];
  const fits = naive.isEmpty(space, start, count);
  const answer = mach.vmMap(pair.vm, task, pager, offset, size, isCopy, start * pageBytes);
  if (!fits) return [answer, 'NO_SPACE'];
  file.cells.slice(first, first + count).forEach((cell: Cell, i) => {
    space.set(start + i, naive.freshPage(isCopy ? naive.copyCell(cell) : cell));
  });
  return [answer, start * pageBytes];
}

/** Steps that no task can see. */
function takeQuietStep(
  { vm, spaces, files }: MemoryPair,
  step: Step,
  task: number,
  start: number,
  count: number,
): [Answer, Answer] {
  const { pageBytes } = vm.parameters;
  const { resident, mappings } = vm.state;
  const [address, size] = [start * pageBytes, count * pageBytes];
  const pages = naive.pagesOf(spaces.get(task) as NaiveSpace, start, count);
  switch (step.kind) {
    case 'page out': {
      const page = step.page % resident.queue.length;
      if (resident.queue[page] >= 2) mach.pageOut(vm, page);
      return [undefined, undefined];
    }
    case 'drop': {
      const used = [...mappings.page.keys()].filter((at) => mappings.page[at] !== mach.NONE);
      const at = used[step.other % Math.max(1, used.length)];
      if (at !== undefined) mach.dropMapping(vm, mappings.space[at], mappings.address[at]);
      return [undefined, undefined];
    }
    case 'flush':
      return [mach.vmMachineAttribute(vm, task, address, size, 'cache', 'flush'), undefined];
    case 'sync':
      mach.syncFile(vm, files[step.value % files.length].pager);
      return [undefined, undefined];
    case 'wire': {
      const wired = [...spaces.values()].flatMap((space) => [...space.values()]);
      const total = wired.reduce((sum, { wirings }) => sum + (wirings > 0 ? 1 : 0), count);
      if (total > WIRED_MAX) return [undefined, undefined];
      const answer = mach.vmWire(vm, task, address, size, true);
      if (pages === undefined) return [answer, 'INVALID_ADDRESS'];
      // A page that may not be read cannot be made resident.
      if (pages.some(({ protection, wirings }) => wirings === 0 && (protection & 1) === 0))
        return [answer, 'PROTECTION_FAILURE'];
      for (const page of pages) page.wirings++;
      return [answer, undefined];
    }
    default: {
      const answer = mach.vmWire(vm, task, address, size, false);
      if (pages === undefined) return [answer, 'INVALID_ADDRESS'];
      if (pages.some(({ wirings }) => wirings === 0)) return [answer, 'INVALID_ARGUMENT'];
      for (const page of pages) page.wirings--;
      return [answer, undefined];
    }
  }
}

function wordsOf({ vm }: MemoryPair): number {
  return 1 << vm.parameters.pageOrder;
}

function number(answer: number | string): number {
  if (typeof answer === 'string') throw new Error(`refused: ${answer}`);
  return answer;
}
