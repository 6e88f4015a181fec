import { describe, expect, test } from 'vitest';
import eelru from '../../../clients/policies/eelru.ts';
import lru from '../../../clients/policies/lru.ts';
import type { Policy } from '../../../contracts/policy.ts';
import { drivePolicy } from '../../support/drive-policy.ts';
import { runsOf } from '../../support/happenings.ts';
import { loop, traceL } from '../../support/reference-strings.ts';

/** The 100-page loop and trace L, a reference of each in turn. */
function loopBesideLocality(): number[] {
  const pages: number[] = [];
  const locality = traceL();
  for (let at = 0; at < locality.length; at++) pages.push(locality[at], 200 + (at % 100));
  return pages;
}

function faults(policy: Policy, pages: readonly number[], frames: number): number {
  return drivePolicy(policy, runsOf(pages), Math.max(...pages) + 1, frames).faults;
}

describe('eelru', () => {
  test('[RPL3] is close to optimal on a loop that does not fit, where LRU faults each time', () => {
    // Table 6.3 of the reference: LRU 2000 at each size, OPT 1050, 575 and 290.
    const found = [50, 75, 90].map((frames) => faults(eelru as Policy, loop(100, 20), frames));
    expect(found).toEqual([1103, 604, 315]);
    expect(faults(eelru as Policy, loop(100, 20), 100)).toBe(100);
  });

  test('[RPL3] behaves as LRU where LRU is good', () => {
    for (const frames of [16, 32, 48, 64, 128]) {
      const ratio =
        faults(eelru as Policy, traceL(), frames) / faults(lru as Policy, traceL(), frames);
      expect(ratio, `${frames} frames`).toBeGreaterThan(0.95);
      expect(ratio, `${frames} frames`).toBeLessThan(1.04);
    }
  });

  test('[RPL3] saves most of what a loop costs the locality beside it', () => {
    const pages = loopBesideLocality();
    expect(faults(lru as Policy, pages, 96)).toBe(23_135);
    expect(faults(eelru as Policy, pages, 96)).toBe(13_422);
    expect(faults(lru as Policy, pages, 128)).toBe(20_912);
    expect(faults(eelru as Policy, pages, 128)).toBe(4849);
  });

  test('[RPL2] check reports a bin that is miscounted', () => {
    const state = eelru.create({
      pages: 4,
      guaranteedFrames: 4,
      parameters: { bins: 2, reach: 3 },
      seed: 1,
    });
    expect(eelru.check?.(state)).toBeUndefined();
    state.count[0]++;
    expect(eelru.check?.(state)).toMatch(/bin 0 counts 1/);
  });
});
