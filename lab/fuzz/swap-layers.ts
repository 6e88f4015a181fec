/**
 * Layers of swap that a seed draws: for one seed in eight, with small pools, and now and then drives
 * that fail. From a stream of its own: without layers a seed stands for what it always did.
 */

import type { LayerPlan } from '../../servers/swap/stack/plan.ts';
import { type RandomState, splitRandom } from '../../sim-hw/random.ts';
import type { CellOptions } from '../run/cell-options.ts';
import { between, chance, oneOf } from './chance.ts';

const PAGE_BYTES = 4096;
/** Layers above the lowest, at most. */
const ABOVE_MAX = 3;

export function drawSwap(options: CellOptions, seed: number): CellOptions {
  const random = splitRandom(seed, 'swap layers');
  // Before a disk server swap has no devices of its own.
  if (!chance(random, 12) || options.disk) return options;
  if (options.tasks.some(({ pageBytes }) => pageBytes !== PAGE_BYTES)) return options;
  const above = between(random, 0, ABOVE_MAX);
  const layers = [...Array.from({ length: above }, () => drawAbove(random)), drawLowest(random)];
  const quota = chance(random, 15) ? between(random, 0, 60) : null;
  return { ...options, swap: { layers, quota } };
}

function drawAbove(random: RandomState): LayerPlan {
  switch (between(random, 0, 5)) {
    case 0:
      return { layer: 'waiting', frames: between(random, 1, 8) };
    case 1:
      return { layer: 'compressed', frames: between(random, 1, 8) };
    case 2:
      return { layer: 'deduplicating' };
    case 3:
      return { layer: 'encrypting' };
    case 4:
      return { layer: 'tiered', upper: [drawDisk(random)], pages: between(random, 1, 40) };
    default:
      return { layer: 'remote', ...(chance(random, 30) && { loss: between(random, 1, 4000) }) };
  }
}

function drawLowest(random: RandomState): LayerPlan {
  if (!chance(random, 25)) return drawDisk(random);
  return { layer: 'mirrored', sides: [[drawDisk(random)], [drawDisk(random)]] };
}

function drawDisk(random: RandomState): LayerPlan {
  const fault = oneOf(random, ['readErrors', 'writeErrors', 'lostWrites', 'tornWrites'] as const);
  const fails = chance(random, 25);
  return {
    layer: 'disk',
    ...(chance(random, 15) && { blocks: between(random, 1, 60) }),
    ...(chance(random, 20) && { fixed: true, blocks: undefined }),
    ...(fails && { faults: { [fault]: between(random, 1, 8000) } }),
  };
}
