/**
 * Files in fuzzed scenarios: file servers that tasks read their programs from, cached or not, archives
 * that sit on what they are lent, servers that die; and one more for stirrers, with a small disk,
 * few records and devices that fail, with pipes beside it. Drawn from a stream of its own, for some
 * seeds: what the others are stays.
 */

import { PLAIN_PAGES } from '../../paging/page-kinds.ts';
import { type RandomState, splitRandom } from '../../sim-hw/random.ts';
import {
  lengthOfRun,
  packRun,
  pageOfRun,
  READ,
  type ReferenceString,
} from '../../sim-hw/references.ts';
import type { CellOptions, CellTask } from '../run/cell-options.ts';
import type { ArchivePlan, FileServerPlan } from '../run/server-plans.ts';
import { between, chance, oneOf, small } from './chance.ts';
import type { Stir } from './stirred.ts';

/** Which seeds of thirty-two. */
const EVERY = 32;
const TURNS: readonly number[] = [9, 18, 19, 22, 28, 29];

type Buffers = NonNullable<FileServerPlan['buffers']> | null;

/** The file server of the stirrers, and their pipes. */
export interface StirredFiles {
  readonly journal: number;
  readonly data: number;
  readonly files: number;
  readonly handles: number;
  readonly handlesEach: number;
  readonly requests: number;
  readonly requestsEach: number;
  readonly cacheBlocks: number;
  readonly lock: number;
  readonly cache: FileServerPlan['cache'];
  readonly buffers: Buffers;
  /** Errors that its drive reports, in 2^16. */
  readonly errors: number;
  readonly diesAt: number | null;
  readonly pipes: readonly { readonly copies: boolean; readonly diesAt: number | null }[];
}

/** Whether there are files in the scenario of this seed. */
export function hasFiles(seed: number): boolean {
  return TURNS.includes(seed % EVERY);
}

/** What of `options` and `stir` is otherwise. `ordinary`: so many tasks, the first, are no stirrers. */
export function drawFiles(
  options: CellOptions,
  stir: Stir,
  seed: number,
  span: number,
  ordinary: number,
): { options: CellOptions; stir: Stir } {
  if (!hasFiles(seed) || options.management !== 'contracts') return { options, stir };
  const random = splitRandom(seed, 'files');
  const files = stir.stirrers.length > 0 ? drawStirred(random, span) : null;
  const read = drawReaders(random, options, span, ordinary);
  const more = files === null ? 0 : framesOf(files);
  const machine = { ...read.machine, frames: read.machine.frames + more };
  return { options: { ...read, machine }, stir: { ...stir, files } };
}

function drawStirred(random: RandomState, span: number): StirredFiles {
  const dies = () => (chance(random, 20) ? between(random, span / 4, 2 * span) : null);
  return {
    journal: between(random, 1, 8),
    data: between(random, 2, 40),
    files: between(random, 1, 5),
    handles: between(random, 2, 8),
    handlesEach: between(random, 1, 4),
    requests: between(random, 1, 8),
    requestsEach: between(random, 1, 4),
    cacheBlocks: chance(random, 50) ? 0 : between(random, 1, 16),
    lock: chance(random, 70) ? 10 * span : between(random, 1, span / 10),
    cache: drawCache(random),
    buffers: drawBuffers(random, span),
    errors: chance(random, 70) ? 0 : between(random, 1, 3000),
    diesAt: dies(),
    pipes: Array.from({ length: between(random, 1, 2) }, () => ({
      copies: chance(random, 50),
      diesAt: dies(),
    })),
  };
}

/** Frames to read ahead into and to write behind from. */
function drawBuffers(random: RandomState, span: number): Buffers {
  if (chance(random, 40)) return null;
  const ahead = between(random, 0, 6);
  return { ahead, behind: between(random, ahead === 0 ? 1 : 0, 8), age: between(random, 1, span) };
}

/** What is guaranteed to a file server. */
function framesOf({
  cache,
  buffers,
}: {
  readonly cache: FileServerPlan['cache'];
  readonly buffers?: Buffers;
}): number {
  return (cache?.guaranteed ?? 0) + (buffers ? buffers.ahead + buffers.behind : 0);
}

function drawCache(random: RandomState): FileServerPlan['cache'] {
  if (chance(random, 40)) return null;
  return {
    guaranteed: small(random, 0, 8),
    extra: between(random, 1, 24),
    protectedShare: oneOf(random, [0, 0.5, 0.8]),
    filters: chance(random, 50),
  };
}

/** Some tasks read a part of their pages from servers, of which one neither sits nor dies. */
function drawReaders(
  random: RandomState,
  options: CellOptions,
  span: number,
  ordinary: number,
): CellOptions {
  // Locks that outlast a few transfers by all readers at once.
  const lock = 10 * span;
  const names = ['files', ...(chance(random, 50) ? ['files-2'] : [])];
  const files = names.map((name, at): FileServerPlan => {
    const diesAt = at === 0 || chance(random, 40) ? null : between(random, 1, 2 * span);
    return { name, lock, cache: drawCache(random), buffers: drawBuffers(random, span), diesAt };
  });
  const sits = chance(random, 40);
  const archives: ArchivePlan[] = sits ? [{ name: 'sitter', lock, sits: true }] : [];
  const servers = [...archives, ...files].map(({ name }) => name).reverse();
  let frames = files.reduce((sum, plan) => sum + framesOf(plan), 0);
  const tasks = options.tasks.map((one, at) => {
    if (at >= ordinary) return one;
    // Each proposal is told to who decides: a stirrer that does and gets no CPU hears of none of them,
    // and more wait for it than can be under way.
    const task = one.hostile === 'nagger' ? { ...one, hostile: 'flooder' as const } : one;
    const reads = mayRead(options, task) && chance(random, 60);
    // Who is guaranteed nothing would wait for ever for what a cache has borrowed.
    const least = { ...task, guaranteed: Math.max(1, task.guaranteed) };
    const drawn = reads ? drawReader(random, least, servers, lock) : least;
    frames += drawn.guaranteed - task.guaranteed;
    return drawn;
  });
  const machine = { ...options.machine, frames: options.machine.frames + frames };
  return { ...options, machine, tasks, files, archives };
}

/** What it lends is guaranteed, there is room for its record, and its contract does not change. */
function mayRead({ parts, terms, disk, policyServer }: CellOptions, task: CellTask): boolean {
  const isPlain = task.hostile === null && task.kinds.superpages === null && !policyServer;
  const hasRoom = terms.chargePageTables !== true && terms.metadataMax === undefined;
  // From a disk that is dead for good nobody reads.
  const hasDisk = typeof disk?.diesAt !== 'number' && !task.streams;
  return isPlain && parts === undefined && hasRoom && hasDisk;
}

function drawReader(
  random: RandomState,
  task: CellTask,
  servers: readonly string[],
  lock: number,
): CellTask {
  const pages = task.program.pageNumbers.length;
  const from = between(random, 0, pages - 1);
  const to = between(random, from + 1, pages);
  const window = between(random, 1, Math.min(8, to - from));
  // The one that sits is asked first by some, the one that lives is there for all.
  const named = servers.filter((name) => name === 'files' || chance(random, 70));
  const first = between(random, 0, named.length - 1);
  return {
    ...task,
    program: readingOnly(task.program, from, to),
    initial: 'image',
    scratch: [],
    kinds: PLAIN_PAGES,
    renegotiate: [],
    guaranteed: task.guaranteed + window,
    reads: {
      pages: [from, to],
      from: [...named.slice(first), ...named.slice(0, first)],
      window,
      lockMax: lock,
    },
  };
}

/** What is written to lent pages is gone with the next part: the program only reads them. */
function readingOnly(program: ReferenceString, from: number, to: number): ReferenceString {
  const runs = program.runs.map((run) => {
    const page = pageOfRun(run);
    return page >= from && page < to ? packRun(page, READ, lengthOfRun(run)) : run;
  });
  return { ...program, runs };
}
