import { expect, test } from 'vitest';
import { termsSchema } from '../../../../contracts/terms.ts';
import { map } from '../../../../nucleus/memory-map.ts';
import { idleTax } from '../../../../servers/memory/revocation/arbiters/idle-tax.ts';
import {
  ALL,
  createUseSamples,
  sampleUse,
} from '../../../../servers/memory/revocation/use-samples.ts';
import { clientOf } from '../../../../servers/memory/state.ts';
import { runBatch } from '../../../../sim-hw/mmu.ts';
import type { ReferenceString } from '../../../../sim-hw/references.ts';
import { createDesk, FIRST, say, settleIn } from '../../../support/desk.ts';

function rank(standing: number, extras: number, tax: number, weight = 1): number {
  const desk = createDesk();
  const client = Object.assign(clientOf(desk.server, FIRST), { standing, weight });
  return idleTax.rank(
    client,
    extras,
    termsSchema.parse({ graceExtra: 1, graceShrink: 1, idleTax: tax }),
  );
}

test('[REV22] an idle frame counts 1 / (1 - tax) times, for the weight', () => {
  expect(rank(1000, 10, 0.75)).toBe(40);
  expect(rank(0, 10, 0.75)).toBe(10);
  expect(rank(500, 10, 0.75)).toBe(25);
  expect(rank(1000, 10, 0)).toBe(10);
  expect(rank(1000, 10, 0.5, 4)).toBe(5);
});

/** A client with 8 frames, mapped, of which `idleSamples` are looked at, and a program to use them. */
function watched(idleSamples: number) {
  const desk = createDesk({ frames: 16, terms: { arbiter: 'idle-tax', idleSamples } });
  const slots = settleIn(desk, FIRST, 8, 0, 8);
  const { kernel, server } = desk;
  for (const [page, slot] of slots.entries()) map(kernel, FIRST, FIRST, page, slot, false);
  const space = kernel.state.spaces[0] as (typeof kernel.state.spaces)[0];
  const touch = (references: number) => {
    space.cursor = 0;
    runBatch(kernel.translation, space, kernel.programs[0] as ReferenceString, references * 1000);
  };
  const samples = createUseSamples();
  const look = () => sampleUse(kernel, server, samples, clientOf(server, FIRST));
  return { desk, slots, touch, look, sample: () => samples.clients[FIRST] };
}

test('[REV22] use from before the period does not count', () => {
  const { touch, look } = watched(8);
  touch(8);
  expect(look()).toBe(ALL);
  expect(look()).toBe(875);
});

test('[REV22] the runs are taken in turn, all of them again and again', () => {
  const { touch, look, sample } = watched(8);
  for (let period = 0; period < 30; period++) look();
  expect(look()).toBeLessThan(20);
  touch(7);
  expect(look()).toBe(875);
  expect(sample()?.frames).toHaveLength(8);
});

test('[REV22] a short use is remembered by the fast average, and sooner forgotten', () => {
  const { touch, look } = watched(8);
  for (let period = 0; period < 60; period++) look();
  touch(8);
  expect(look()).toBe(ALL);
  expect(look()).toBeCloseTo(250, 0);
  expect(look()).toBeCloseTo(125, 0);
});

test('[REV22] slots that are empty are passed over', () => {
  const { desk, slots, touch, look, sample } = watched(4);
  for (const at of [0, 2]) say(desk, FIRST, 'returnFrames', [slots[at] as number]);
  look();
  expect(sample()?.frames).toEqual([1, 3, 4, 5]);
  look();
  expect(sample()?.frames).toEqual([6, 7, 1, 3]);
  touch(8);
});

test('[REV22] the part in use is that of the sample; less is believed by and by', () => {
  const desk = createDesk({ frames: 16, terms: { arbiter: 'idle-tax', idleSamples: 4 } });
  const slots = settleIn(desk, FIRST, 8, 0, 8);
  const { kernel, server } = desk;
  for (const [page, slot] of slots.entries()) map(kernel, FIRST, FIRST, page, slot, false);
  const space = kernel.state.spaces[0] as (typeof kernel.state.spaces)[0];
  const touch = (references: number) => {
    space.cursor = 0;
    runBatch(kernel.translation, space, kernel.programs[0] as ReferenceString, references * 1000);
  };
  const samples = createUseSamples();
  const client = clientOf(server, FIRST);
  const look = () => sampleUse(kernel, server, samples, client);
  expect(look()).toBe(ALL);
  touch(2);
  expect(look()).toBe(937.5);
  expect([1, 2, 3, 4].map(look)).toEqual([
    820.3125, 717.7734375, 628.0517578125, 549.5452880859375,
  ]);
  touch(8);
  expect(look()).toBe(ALL);
});
