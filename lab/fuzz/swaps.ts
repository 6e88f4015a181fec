/**
 * Swap in fuzzed scenarios: stacks of layers, one to four deep and in any order, on devices that lose,
 * tear, refuse and misread, on some that are too small, with quotas, with pages that have bytes. Drawn
 * from a stream of its own, for some seeds: what the others are stays.
 */

import type { DiskLayerPlan, LayerPlan } from '../../servers/swap/stack/plan.ts';
import { type RandomState, splitRandom } from '../../sim-hw/random.ts';
import type { CellOptions } from '../run/cell-options.ts';
import { keepersIn } from '../scenario/check-swap.ts';
import { between, chance, oneOf, small } from './chance.ts';

/** Every layer there is. */
export const layerNames: readonly LayerPlan['layer'][] = [
  'waiting',
  'compressed',
  'deduplicating',
  'encrypting',
  'mirrored',
  'tiered',
  'remote',
  'disk',
];

/** Which seeds of sixteen. */
const EVERY = 16;
const TURNS: readonly number[] = [0, 1, 10];
/** Which seeds of thirty-two have a stack before a disk server. */
const BEFORE_DISK = 27;
/** Frames of a machine whose pages may have bytes: these cost. */
const BYTES_MOST = 120;

/** What of `options` is otherwise. */
export function drawSwap(options: CellOptions, seed: number): CellOptions {
  const isAlone = TURNS.includes(seed % EVERY) && !options.disk;
  if (!isAlone && seed % (2 * EVERY) !== BEFORE_DISK) return options;
  const random = splitRandom(seed, 'swap');
  const { machine, tasks } = options;
  const pages = tasks.reduce((sum, { program }) => sum + program.pageNumbers.length, 0);
  const isFaulty = chance(random, 50);
  const layers = drawLayers(random, between(random, 1, 4), pages, isFaulty);
  const quota = chance(random, 15) ? between(random, 1, 80) : null;
  const isSmall = machine.frames <= BYTES_MOST;
  const fidelity = isSmall && chance(random, 25) ? ('bytes' as const) : ('stamped' as const);
  const swap = { layers, quota, ...drawMemory(random, options, layers) };
  // Beside what tasks are guaranteed: who asks for all that is left would wait for ever.
  const frames = machine.frames + (swap.memory?.guaranteed ?? 0);
  const { policyServer } = options;
  const small = { ...options, machine: { ...machine, frames, fidelity }, swap };
  if (!policyServer || chance(random, 40)) return small;
  const users = policyServer.users.map((user) => ({ ...user, swap: between(random, 0, pages) }));
  return { ...small, policyServer: { ...policyServer, users } };
}

/** Half of those that keep pages have a contract for the frames, a small one for the most part. */
function drawMemory(
  random: RandomState,
  { machine, management }: CellOptions,
  layers: readonly LayerPlan[],
): Pick<NonNullable<CellOptions['swap']>, 'memory'> {
  const least = keepersIn(layers);
  if (least === 0 || management !== 'contracts' || chance(random, 50)) return {};
  // What servers themselves take is not known here: it must fit in what is left all the same.
  const guaranteed = Math.min(least + small(random, 0, 12), Math.max(least, machine.frames >> 3));
  return { memory: { guaranteed, extra: small(random, 0, 24) } };
}

/** `depth` layers one above the other, the last one with nothing below it. */
function drawLayers(
  random: RandomState,
  depth: number,
  pages: number,
  isFaulty: boolean,
): LayerPlan[] {
  if (depth > 1)
    return [
      drawLayer(random, depth - 1, isFaulty),
      ...drawLayers(random, depth - 1, pages, isFaulty),
    ];
  if (!chance(random, 20)) return [drawDisk(random, pages, isFaulty)];
  const side = () => drawLayers(random, chance(random, 80) ? 1 : 2, pages, isFaulty);
  return [{ layer: 'mirrored', sides: [side(), side()] }];
}

function drawLayer(random: RandomState, depth: number, isFaulty: boolean): LayerPlan {
  const frames = small(random, 1, 16);
  switch (oneOf(random, ['waiting', 'compressed', 'one-body', 'cipher', 'tiers', 'remote'])) {
    case 'waiting':
      return { layer: 'waiting', frames, writers: between(random, 1, 4) };
    case 'compressed':
      return { layer: 'compressed', frames: frames + 1 };
    case 'one-body':
      return { layer: 'deduplicating' };
    case 'cipher':
      return { layer: 'encrypting' };
    case 'tiers': {
      const room = between(random, 2, 32);
      const upper = drawLayers(random, Math.min(depth, between(random, 1, 2)), room, isFaulty);
      return { layer: 'tiered', upper, pages: room };
    }
    default:
      return {
        layer: 'remote',
        latencyNs: between(random, 0, 100_000),
        jitterNs: between(random, 0, 50_000),
        loss: isFaulty ? between(random, 0, 16_000) : 0,
        timeoutNs: between(random, 100_000, 2_000_000),
        tries: between(random, 1, 6),
      };
  }
}

function drawDisk(random: RandomState, pages: number, isFaulty: boolean): DiskLayerPlan {
  const tight = between(random, 2, pages + 64);
  const blocks = chance(random, 25) ? tight : undefined;
  const grows = blocks !== undefined && chance(random, 50);
  const share = (most: number) => (chance(random, 50) ? between(random, 1, most) : 0);
  return {
    layer: 'disk',
    // The least block is where a fixed page is.
    fixed: blocks === undefined && chance(random, 20),
    cluster: between(random, 1, 16),
    cacheBlocks: chance(random, 30) ? 0 : between(random, 1, 64),
    blocks,
    ...(grows && { blocksMax: tight + between(random, 1, pages), grow: between(random, 1, 16) }),
    ...(isFaulty && {
      faults: {
        readErrors: share(6000),
        writeErrors: share(6000),
        lostWrites: share(2000),
        tornWrites: share(2000),
      },
    }),
  };
}

/** All layers of a plan, those of tiers and sides among them. */
export function allLayers(layers: readonly LayerPlan[]): LayerPlan[] {
  return layers.flatMap((layer) => {
    if (layer.layer === 'mirrored') return [layer, ...layer.sides.flatMap(allLayers)];
    return layer.layer === 'tiered' ? [layer, ...allLayers(layer.upper)] : [layer];
  });
}
