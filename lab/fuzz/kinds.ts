/**
 * Kinds of pages in fuzzed scenarios: discardable ones, priorities, wired frames, and a hostile
 * client that wires all it can. Drawn from a stream of their own, after everything else: a seed
 * stands for the scenario it has always stood for, and in some of them for these beside it.
 */

import type { Terms } from '../../contracts/terms.ts';
import type { PageKinds, PageRange } from '../../paging/page-kinds.ts';
import { type RandomState, splitRandom } from '../../sim-hw/random.ts';
import type { CellOptions, CellTask } from '../run/cell-options.ts';
import { between, chance } from './chance.ts';

/** What of `options` is otherwise, kinds of pages drawn. `span`: times are of its size. */
export function drawKinds(
  options: CellOptions,
  seed: number,
  span: number,
): Pick<CellOptions, 'tasks' | 'terms'> {
  const { tasks, terms } = options;
  const random = splitRandom(seed, 'page kind');
  if (chance(random, 55)) return { tasks, terms };
  const wiring: Pick<Terms, 'wiredMax' | 'wiredTimeMax'> = chance(random, 80)
    ? { wiredMax: between(random, 1, 4) / 4, wiredTimeMax: between(random, 1, span) }
    : {};
  // From a stream of their own: what is drawn above stays what it was.
  const frames = splitRandom(seed, 'frame kind');
  return {
    terms: { ...terms, ...wiring },
    tasks: tasks
      .map((task) => drawTaskKinds(random, task, span))
      .map((task) => drawFrameKinds(frames, task)),
  };
}

function drawFrameKinds(random: RandomState, task: CellTask): CellTask {
  const softReferences = chance(random, 50);
  const marksUnused = chance(random, 50);
  return { ...task, kinds: { ...task.kinds, softReferences, marksUnused } };
}

function drawTaskKinds(random: RandomState, task: CellTask, span: number): CellTask {
  const pages = task.program.pageNumbers.length;
  const discards = chance(random, 40);
  const discardable = discards ? [drawRange(random, pages)] : [];
  const kinds: PageKinds = {
    discardable,
    regenerateNs: between(random, 0, span / 100),
    flushPages: chance(random, 50) ? 0 : between(random, 1, 16),
    priorities: chance(random, 40)
      ? Array.from({ length: between(random, 1, 3) }, () => ({
          pages: drawRange(random, pages),
          priority: between(random, 0, 127) - 64,
        }))
      : [],
    wired: chance(random, 40) ? [drawRange(random, pages)] : [],
    softReferences: false,
    heeds: false,
    marksUnused: false,
    superpages: null,
  };
  return {
    ...task,
    kinds,
    // A page is one or the other.
    scratch: discards ? [] : task.scratch,
    hostile: task.hostile !== null && chance(random, 60) ? 'wirer' : task.hostile,
  };
}

function drawRange(random: RandomState, pages: number): PageRange {
  const from = between(random, 0, pages - 1);
  return [from, between(random, from + 1, pages)];
}
