/**
 * Pagers of others in fuzzed scenarios: external ones between tasks and swap, one behind another now and
 * then, under Mach and under contracts; under contracts final ones too, behind the pagers of tasks. Drawn
 * for some seeds, from streams of their own: what the others are stays.
 */

import { MACH_FRAMES_MIN } from '../../servers/central/reserves.ts';
import { SWAP_BACKS } from '../../servers/swap/backing.ts';
import { type RandomState, splitRandom } from '../../sim-hw/random.ts';
import type { CellOptions, CellTask } from '../run/cell-options.ts';
import type { ExternalPagerPlan } from '../run/server-plans.ts';
import { between, chance, small } from './chance.ts';

/** Which seeds of sixteen. */
const EVERY = 16;
const TURNS: readonly number[] = [1, 6, 13];
/** Of these, external pagers under contracts. */
const CONTRACT_TURNS: readonly number[] = [5, 14];

/** What of `options` is otherwise. `ordinary`: so many tasks, the first ones, are no stirrers. */
export function drawPagers(
  options: CellOptions,
  seed: number,
  span: number,
  ordinary: number,
): CellOptions {
  const { disk, swap, memoryServers, parts, policyServer, purses, management } = options;
  const isPlain = !disk && !swap && !memoryServers && !parts && !policyServer && !purses;
  const isSmall = options.tasks.every(({ kinds, pageBytes }) => {
    return pageBytes === 4096 && kinds.superpages === null;
  });
  if (!isPlain || !isSmall) return options;
  if (CONTRACT_TURNS.includes(seed % EVERY) && management === 'contracts')
    return drawUnderContracts(splitRandom(seed, 'external pagers'), options, span, ordinary);
  if (!TURNS.includes(seed % EVERY)) return options;
  const random = splitRandom(seed, 'pagers');
  if (management !== 'contracts') return drawUnderMach(random, options, span, ordinary);
  return drawFinals(random, options, ordinary);
}

/** Mach's daemon counts in nanoseconds, and its reserves must fit. */
function drawUnderMach(
  random: RandomState,
  options: CellOptions,
  span: number,
  ordinary: number,
): CellOptions {
  if (options.clock !== 'ns') return options;
  const machine = {
    ...options.machine,
    frames: Math.max(MACH_FRAMES_MIN, options.machine.frames),
  };
  const mach: CellOptions = { ...options, management: 'mach', machine };
  return drawExternals(random, mach, span, ordinary);
}

/** Their reserves are guaranteed for good, beside all that tasks are. */
function drawUnderContracts(
  random: RandomState,
  options: CellOptions,
  span: number,
  ordinary: number,
): CellOptions {
  const drawn = drawExternals(random, options, span, ordinary);
  const kept = (drawn.externalPagers ?? []).reduce((sum, { reserve }) => sum + reserve, 0);
  return { ...drawn, machine: { ...drawn.machine, frames: drawn.machine.frames + kept } };
}

/** Each task has one of them, or none. */
function drawExternals(
  random: RandomState,
  options: CellOptions,
  span: number,
  ordinary: number,
): CellOptions {
  const places = options.tasks.map((_, at) => at).slice(0, ordinary);
  const count = between(random, 1, 3);
  const served = places.map(() => between(random, -1, count - 1));
  const externalPagers = Array.from({ length: count }, (_, at): ExternalPagerPlan => {
    const buffers = small(random, 1, 8);
    return {
      name: `external${at}`,
      buffers,
      reserve: between(random, 1, buffers),
      laundry: between(random, 1, buffers),
      perPage: chance(random, 50) ? 0 : small(random, 1, span / 200),
      tasks: places.filter((place) => served[place] === at),
      // Of those before it alone: no cycle.
      backing: at > 0 && chance(random, 40) ? between(random, 0, at - 1) : SWAP_BACKS,
    };
  });
  return { ...options, externalPagers };
}

/** Honest tasks alone: who has no pager that keeps records has none to page. */
function drawFinals(random: RandomState, options: CellOptions, ordinary: number): CellOptions {
  let added = 0;
  const tasks = options.tasks.map((task, at): CellTask => {
    if (at >= ordinary || task.hostile !== null || !chance(random, 50)) return task;
    const finalFrames = between(random, 1, 4);
    added += finalFrames;
    return { ...task, finalFrames };
  });
  // Their frames are guaranteed beside all else.
  const machine = { ...options.machine, frames: options.machine.frames + added };
  return { ...options, tasks, machine };
}
