/** What fast-check draws of stacks of swap layers, and of what is done to them. */

import fc from 'fast-check';
import type { LayerPlan } from '../../servers/swap/stack/plan.ts';
import { type Deed, IDS } from './stack-world.ts';

const lowest: fc.Arbitrary<LayerPlan> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<LayerPlan>({ layer: 'disk' }) },
  fc.constant<LayerPlan>({ layer: 'disk', blocks: 12, cluster: 4 }),
  fc.constant<LayerPlan>({ layer: 'disk', blocks: 8, blocksMax: 140, grow: 8, cluster: 4 }),
  fc.constant<LayerPlan>({ layer: 'disk', fixed: true }),
);

const frames = fc.integer({ min: 1, max: 8 });
const between: fc.Arbitrary<LayerPlan> = fc.oneof(
  fc.record({
    layer: fc.constant('waiting' as const),
    frames,
    writers: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({ layer: fc.constant('compressed' as const), frames }),
  fc.constant<LayerPlan>({ layer: 'deduplicating' }),
  fc.constant<LayerPlan>({ layer: 'encrypting' }),
  fc.constant<LayerPlan>({ layer: 'remote' }),
);

/** Stacks whose longest way down has `min` to `max` layers. */
export function stacks(min: number, max: number): fc.Arbitrary<LayerPlan[]> {
  const one = lowest.map((disk): LayerPlan[] => [disk]);
  if (max === 1) return one;
  const less = Math.max(1, min - 1);
  const rest = stacks(less, max - 1);
  const deeper = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.tuple(between, rest).map(([first, below]): LayerPlan[] => [first, ...below]),
    },
    fc.tuple(rest, stacks(1, less)).map((sides): LayerPlan[] => [{ layer: 'mirrored', sides }]),
    fc
      .tuple(rest, stacks(1, less), fc.integer({ min: 1, max: 10 }))
      .map(([below, upper, pages]): LayerPlan[] => [{ layer: 'tiered', upper, pages }, ...below]),
  );
  return min > 1 ? deeper : fc.oneof(one, { weight: max - 1, arbitrary: deeper });
}

/** The same, across networks that lose packets. */
export const lossy: fc.Arbitrary<LayerPlan[]> = fc
  .tuple(
    fc.constantFrom(3_000, 30_000),
    fc.array(between, { maxLength: 1 }),
    fc.array(between, { maxLength: 1 }),
    lowest,
  )
  .map(([loss, above, below, disk]) => [
    ...above,
    { layer: 'remote', loss, tries: 3, timeoutNs: 200_000, jitterNs: 300_000 },
    ...below,
    disk,
  ]);

const id = fc.integer({ min: 0, max: IDS - 1 });
const plain: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom('store' as const, 'store' as const, 'fetch' as const),
      id,
      value: fc.integer({ min: 0, max: 200 }),
    }),
  },
  fc.record({ do: fc.constant('discard' as const), id, value: fc.constant(0) }),
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      events: fc.integer({ min: 1, max: 12 }),
    }),
  },
  fc.constant<Deed>({ do: 'flush' }),
  fc.constant<Deed>({ do: 'die' }),
);
const cut: fc.Arbitrary<Deed> = fc.record({
  do: fc.constant('power' as const),
  disk: fc.integer({ min: 0, max: 3 }),
});
const faults: fc.Arbitrary<Deed> = fc.record({
  do: fc.constant('faults' as const),
  disk: fc.integer({ min: 0, max: 3 }),
  kind: fc.constantFrom('readErrors', 'writeErrors', 'lostWrites', 'tornWrites'),
  chance: fc.constantFrom(0, 2_000, 20_000, 60_000),
});

const place = fc.integer({ min: 0, max: 3 });
const lent: fc.Arbitrary<Deed> = fc.record({
  do: fc.constantFrom('lend' as const, 'call' as const),
  place,
});

const most = { minLength: 1, maxLength: 120, size: 'max' as const };
export const harmless = fc.array(plain, most);
export const withPowerCuts = fc.array(
  fc.oneof({ weight: 12, arbitrary: plain }, { weight: 1, arbitrary: cut }),
  most,
);
export const withAll = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: plain },
    { weight: 1, arbitrary: cut },
    { weight: 1, arbitrary: faults },
  ),
  most,
);

/** With frames that are lent and called back; and taken, with what is in them. */
export const withFrames = fc.array(
  fc.oneof({ weight: 8, arbitrary: plain }, { weight: 3, arbitrary: lent }),
  most,
);
export const withFramesTaken = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: plain },
    { weight: 4, arbitrary: lent },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('take' as const), place }) },
    { weight: 1, arbitrary: cut },
    { weight: 1, arbitrary: faults },
  ),
  most,
);
