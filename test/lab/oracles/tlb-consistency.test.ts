import { expect, test } from 'vitest';
import { type Oracles, sweep } from '../../../lab/oracles/index.ts';
import { checkStaleWrite } from '../../../lab/oracles/tlb-consistency.ts';
import { watch } from '../../../lab/run/watch.ts';
import type { Consistency, ProcessorState } from '../../../nucleus/processors.ts';
import { processorsOf, sideBySide } from '../../support/processors.ts';

function watched(consistency: Consistency) {
  const world = sideBySide(1, 2, consistency);
  const oracles = watch({ ...world, options: { ...world.options, oracles: true } }) as Oracles;
  const { list, costs } = processorsOf(world.kernel);
  return { oracles, list, cpu: list[0] as ProcessorState, costs, task: world.clients[0] as number };
}

function foundAfter(oracles: Oracles): readonly string[] {
  sweep(oracles);
  return oracles.tlbs.findings.violations;
}

test('a machine on which nothing is wrong has been looked at, and nothing is found', () => {
  const { oracles } = watched('tolerate');
  expect(foundAfter(oracles)).toEqual([]);
  expect(oracles.tlbs.findings.checks).toBeGreaterThan(0);
});

test('[CPU2] a nanosecond that is in no part of a CPU', () => {
  const { oracles, cpu } = watched('interrupt');
  cpu.nowNs++;
  expect(foundAfter(oracles)[0]).toContain('[CPU2]');
});

test('[CPU4] [CPU5] [CPU6] a write through what is gone, by what was promised', () => {
  const found = (consistency: Consistency, batches: number) => {
    const { oracles, costs, task } = watched(consistency);
    const sinceNs = 3 * costs.tickNs + 1;
    checkStaleWrite(oracles.tlbs, oracles.view, task, sinceNs + batches * costs.tickNs, sinceNs);
    return oracles.tlbs.findings.violations.map((text) => text.slice(0, 6));
  };
  expect(found('interrupt', 0)).toEqual(['[CPU4]']);
  expect(found('tick', 0)).toEqual([]);
  expect(found('tick', 1)).toEqual(['[CPU5]']);
  expect(found('tolerate', 0)).toEqual([]);
  expect(found('tolerate', 1)).toEqual(['[CPU5]']);
});

test('[CPU6] a CPU that may write to a frame that the page has left', () => {
  const { oracles, cpu } = watched('tolerate');
  const { stale } = cpu.mmu;
  if (stale === null) throw new Error('no stale entries');
  const columns = [stale.keys, stale.firsts, stale.seconds, stale.frames, stale.dirty];
  for (const column of [...columns, stale.sinceNs]) column.push(1);
  expect(foundAfter(oracles)[0]).toContain('[CPU6]');
});
