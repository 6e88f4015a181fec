/**
 * Swap rows: page-outs and page-ins a second through a stack of two layers, pages as stamps; and bytes
 * of pages through the compressed layer. A page that is stored counts once and once more when it is
 * fetched: half of the bytes are compressed, half restored.
 */

import { createStackAlone, type StackAlone, stepAlone } from '../lab/run/stack-alone.ts';
import type { LayerPlan } from '../servers/swap/stack/plan.ts';
import { FETCH, STORE } from '../servers/swap/stack/requests.ts';
import { statOf, submitRoot } from '../servers/swap/stack/stack.ts';
import { type Contents, createContents, PAGE_BYTES, renderBytes } from '../sim-hw/contents.ts';
import { devices } from '../sim-hw/devices/index.ts';
import { createRandom, nextBelow } from '../sim-hw/random.ts';
import { cpuSeconds, inTurn, median, type Row } from './measure.ts';

const IDS = 20_000;
const ROOTS = 16;
const OPERATIONS = 300_000;
const PAGES = 2_000;
const ROUNDS = 5;
const FREE_WORK = { compressNs: 0, decompressNs: 0, cipherNs: 0, hashNs: 0, copyNs: 0 };

const stacks: readonly (readonly [string, LayerPlan])[] = [
  ['swap-waiting-disk', { layer: 'waiting', frames: 256 }],
  ['swap-packed-disk', { layer: 'compressed', frames: 256 }],
];

export function swapRows(): Row[] {
  const contenders = stacks.map(
    ([, above]) =>
      () =>
        secondsOf(above),
  );
  const taken = inTurn(ROUNDS, [...contenders, compressedSeconds], 1);
  const rows = stacks.map(
    ([name], at): Row => ({
      name,
      value: OPERATIONS / median(taken[at] as number[]),
      unit: 'pages/s',
      ratio: null,
      of: 'out and in, two layers, stamps',
    }),
  );
  const seconds = median(taken[stacks.length] as number[]);
  const megabytes = (2 * PAGES * PAGE_BYTES) / 1e6;
  return [
    ...rows,
    {
      name: 'swap-compressed',
      value: megabytes / seconds,
      unit: 'MB/s',
      ratio: null,
      of: 'bytes of pages compressed, then restored',
    },
  ];
}

function aloneOf(above: LayerPlan, ids: number, keepsBytes: boolean): StackAlone {
  return createStackAlone([above, { layer: 'disk' }], {
    ids,
    roots: ROOTS,
    keepsBytes,
    seed: 1,
    work: FREE_WORK,
    models: devices,
    device: 'nvme',
  });
}

/** Stores and fetches in turn at random, as many under way as there are roots. */
function secondsOf(above: LayerPlan): number {
  const alone = aloneOf(above, IDS, false);
  const random = createRandom(7);
  const free: number[] = Array.from({ length: ROOTS }, (_, root) => root);
  alone.told = (root) => free.push(root);
  return cpuSeconds(() => {
    for (let i = 0; i < OPERATIONS; i++) {
      while (free.length === 0) stepAlone(alone);
      const root = free.pop() as number;
      const source = alone.sources[root] as Contents;
      source.low = i;
      source.high = 1 + nextBelow(random, IDS);
      submitRoot(alone.stack, root, i % 2 === 0 ? STORE : FETCH, source.high - 1, 1);
    }
    while (stepAlone(alone));
  });
}

/** Every page is stored, then fetched, all in memory; pages that do not compress pass it by. */
function compressedSeconds(): number {
  const alone = aloneOf({ layer: 'compressed', frames: PAGES, framesMin: PAGES }, PAGES, true);
  const pages: Contents[] = [];
  for (let high = 1; pages.length < PAGES; high++) {
    const contents = createContents(true);
    renderBytes(contents.bytes, 0, 1, high);
    if (isWorthIt(contents.bytes)) pages.push(Object.assign(contents, { low: 1, high }));
  }
  const seconds = cpuSeconds(() => {
    for (const kind of [STORE, FETCH])
      for (const [id, page] of pages.entries()) {
        if (kind === STORE) alone.sources[0] = page;
        submitRoot(alone.stack, 0, kind, id, 1);
      }
  });
  const { hits } = statOf(alone.stack)[0]?.counts ?? {};
  if (hits !== PAGES) throw new Error(`bench: ${hits} of ${PAGES} pages were served from memory`);
  return seconds;
}

/** Neither text nor noise: a word in four at least is zero. */
function isWorthIt(bytes: Uint8Array): boolean {
  let zeros = 0;
  for (const byte of bytes) if (byte === 0) zeros++;
  return zeros > PAGE_BYTES / 4;
}
