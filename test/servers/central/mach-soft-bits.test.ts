import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CentralManagement } from '../../../contracts/central-management.ts';
import machSoftBits from '../../../servers/central/mach-soft-bits.ts';
import { driveCentral } from '../../support/drive-central.ts';
import { loop, randomPages } from '../../support/reference-strings.ts';

const management = machSoftBits as CentralManagement;

/** Both queues as plain lists; what was told: faults, touches of unmapped pages. */
function naive(pages: readonly number[], frames: number, share: number, version: number) {
  let active: number[] = [];
  let inactive: number[] = [];
  const unmapped = new Set<number>();
  const referenced = new Set<number>();
  const victims: number[] = [];
  let faults = 0;
  let rescues = 0;
  const refill = (kept: number) => {
    const target = Math.max(1, Math.floor((active.length + inactive.length) * share));
    const going = active.filter((page) => page !== kept);
    for (const page of going.slice(0, Math.max(0, target - inactive.length))) {
      active = active.filter((other) => other !== page);
      inactive.push(page);
      unmapped.add(page);
      referenced.delete(page);
    }
  };
  const evict = () => {
    for (;;) {
      refill(-1);
      const page = inactive.shift() as number;
      if (!referenced.delete(page)) {
        unmapped.delete(page);
        victims.push(page);
        return;
      }
      active.push(page);
    }
  };
  for (const page of pages) {
    if (!active.includes(page) && !inactive.includes(page)) {
      faults++;
      if (active.length + inactive.length === frames) evict();
      active.push(page);
    } else if (unmapped.delete(page)) {
      rescues++;
      if (version >= 3) referenced.add(page);
      else {
        inactive = inactive.filter((other) => other !== page);
        active = [...active.filter((other) => other !== page), page];
        refill(page);
      }
    }
  }
  return { victims, faults, rescues };
}

test('[RPL7] evicts, and gives back, what both versions written naively do', () => {
  const strings = fc.array(fc.nat(11), { minLength: 1, maxLength: 150, size: 'max' });
  const shares = fc.constantFrom(0.1, 1 / 3, 0.5, 2 / 3, 0.9);
  const versions = fc.constantFrom(2.5, 3);
  const frameCounts = fc.integer({ min: 1, max: 12 });
  fc.assert(
    fc.property(strings, frameCounts, shares, versions, (pages, frames, inactiveShare, version) => {
      const parameters = { inactiveShare, version };
      const drive = driveCentral(management, [pages], { frames, parameters });
      expect({
        victims: drive.victims,
        faults: drive.faults[0],
        rescues: drive.rescues[0],
      }).toEqual(naive(pages, frames, inactiveShare, version));
    }),
    { seed: 5, numRuns: 300 },
  );
});

test('[RPL7] a working set beyond the active queue faults without end under 2.5, once under 3', () => {
  const filled = [...loop(60, 1), ...randomPages(1, 4000, 30)];
  const rescuesOf = (version: number, inactiveShare: number) =>
    driveCentral(management, [filled], { frames: 50, parameters: { version, inactiveShare } })
      .rescues[0] as number;
  expect(rescuesOf(2.5, 2 / 3)).toBeGreaterThan(1000);
  expect(rescuesOf(3, 2 / 3)).toBeLessThanOrEqual(60);
  expect(rescuesOf(2.5, 0.02)).toBeLessThanOrEqual(60);
});

test('[RPL7] check finds a bit of a page that is in no queue', () => {
  const state = driveCentral(management, [[1, 2, 3]], { frames: 2 }).state as {
    referenced: Uint8Array;
  };
  expect(management.check?.(state)).toBeUndefined();
  state.referenced[0] = 1;
  expect(management.check?.(state)).toMatch(/page 0 is referenced and in no queue/);
});
