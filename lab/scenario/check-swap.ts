/** Checking the key `swap`: what stands above what, devices by name, times in nanoseconds. */

import type { LayerPlan } from '../../servers/swap/stack/plan.ts';
import { devices } from '../../sim-hw/devices/index.ts';
import type { SwapPlan } from '../run/server-plans.ts';
import { chanceOf, chancesOf } from './faults.ts';
import { inputError } from './input-error.ts';
import type { ScenarioDocument } from './schema.ts';
import { type Path, pathText, placeOf, type Source } from './source.ts';
import { didYouMean } from './suggest.ts';
import type { LayerDocument, SwapDocument } from './swap-schema.ts';
import { ticksOf } from './ticks.ts';
import type { Time } from './value-schemas.ts';

/** The layers of a scenario's swap, or null. Throws InputError with the place of what is wrong. */
export function checkSwap(source: Source, { swap }: ScenarioDocument): SwapPlan | null {
  if (swap === undefined) return null;
  const layers = checkLayers(source, swap.layers, ['swap', 'layers']);
  return { layers, quota: swap.quota ?? null, ...checkMemory(source, swap, layers) };
}

/** Each layer that keeps pages needs a frame that is guaranteed. */
function checkMemory(
  source: Source,
  { memory }: SwapDocument,
  layers: readonly LayerPlan[],
): Pick<SwapPlan, 'memory'> {
  if (memory === undefined) return {};
  const least = keepersIn(layers);
  const path: Path = ['swap', 'memory'];
  const no = (key: string, what: string) =>
    inputError(placeOf(source, [...path, key]), `${pathText([...path, key])} ${what}`);
  if (least === 0)
    throw no(
      'guaranteed',
      'is for layers that keep pages, expected waiting or compressed; add one',
    );
  if (memory.guaranteed < least)
    throw no(
      'guaranteed',
      `is ${memory.guaranteed}, expected at least ${least}, a frame a layer; raise it`,
    );
  return { memory };
}

/** Layers that keep pages in this machine's frames. */
export function keepersIn(layers: readonly LayerPlan[]): number {
  let count = 0;
  for (const layer of layers) {
    if (layer.layer === 'remote') break;
    if (layer.layer === 'waiting' || layer.layer === 'compressed') count++;
    if (layer.layer === 'mirrored') count += keepersIn(layer.sides[0]) + keepersIn(layer.sides[1]);
    if (layer.layer === 'tiered') count += keepersIn(layer.upper);
  }
  return count;
}

function checkLayers(source: Source, layers: readonly LayerDocument[], path: Path): LayerPlan[] {
  for (const [at, { layer }] of layers.entries()) {
    const isLast = at === layers.length - 1;
    const ends = layer === 'disk' || layer === 'mirrored';
    if (isLast === ends) continue;
    const what = isLast
      ? `${pathText([...path, at])} is ${layer} with nothing below it, expected disk or mirrored`
      : `${pathText([...path, at])} is ${layer}, expected nothing below it`;
    const next = isLast ? 'add one' : 'move it to the end';
    throw inputError(placeOf(source, [...path, at]), `${what}; ${next}`);
  }
  return layers.map((layer, at) => checkLayer(source, layer, [...path, at]));
}

function checkLayer(source: Source, document: LayerDocument, path: Path): LayerPlan {
  const no = (key: string, what: string, next: string) =>
    inputError(placeOf(source, [...path, key]), `${pathText([...path, key])} ${what}; ${next}`);
  const ns = (key: 'latency' | 'jitter' | 'timeout', time: Time | undefined, least: number) =>
    time === undefined ? undefined : ticksOf(source, time, 'ns', [...path, key], least);
  switch (document.layer) {
    case 'disk': {
      const { device, blocks, blocksMax, faults, ...rest } = document;
      if (device !== undefined && !Object.keys(devices).includes(device))
        throw no(
          'device',
          `is '${device}', expected a device that exists`,
          didYouMean(device, Object.keys(devices)),
        );
      if (blocksMax !== undefined && (blocks === undefined || blocksMax <= blocks))
        throw no(
          'blocksMax',
          'is for files that grow, expected fewer blocks beside it',
          'name them',
        );
      return {
        ...rest,
        device,
        blocks,
        blocksMax,
        ...(faults !== undefined && { faults: chancesOf(faults) }),
      };
    }
    case 'remote': {
      const { latency, jitter, timeout, loss, ...rest } = document;
      return {
        ...rest,
        latencyNs: ns('latency', latency, 0),
        jitterNs: ns('jitter', jitter, 0),
        timeoutNs: ns('timeout', timeout, 1),
        ...(loss !== undefined && { loss: chanceOf(loss) }),
      };
    }
    case 'mirrored': {
      const [first, second] = document.sides;
      const sides = [first, second].map((side, at) =>
        checkLayers(source, side, [...path, 'sides', at]),
      );
      return { layer: 'mirrored', sides: sides as [LayerPlan[], LayerPlan[]] };
    }
    case 'tiered':
      return { ...document, upper: checkLayers(source, document.upper, [...path, 'upper']) };
    default:
      return document;
  }
}
