import { expect, test } from 'vitest';
import { bareCosts, costProfiles, machineLabel } from '../../../sim-hw/costs/index.ts';
import { devices } from '../../../sim-hw/devices/index.ts';
import { pageTableFormats } from '../../../sim-hw/page-table/index.ts';
import { tlbGeometries } from '../../../sim-hw/tlb-geometry.ts';

test('every profile is named by its key, its parts exist, its figures are whole and sourced', () => {
  for (const [name, profile] of Object.entries(costProfiles)) {
    expect(profile.name).toBe(name);
    expect(Object.keys(pageTableFormats)).toContain(profile.pageTable);
    expect(Object.keys(tlbGeometries)).toContain(profile.tlb);
    expect(Object.keys(devices)).toContain(profile.device);
    for (const figure of Object.values(profile.figures)) {
      expect(Number.isSafeInteger(figure.value) && figure.value >= 0).toBe(true);
      expect(figure.source.length).toBeGreaterThan(10);
    }
  }
  for (const [name, format] of Object.entries(pageTableFormats)) expect(format.name).toBe(name);
  for (const [name, device] of Object.entries(devices)) expect(device.name).toBe(name);
});

test('every TLB has sets in powers of two, and a second level or none', () => {
  for (const [name, tlb] of Object.entries(tlbGeometries)) {
    expect(tlb.name).toBe(name);
    expect(Number.isInteger(Math.log2(tlb.firstSets))).toBe(true);
    expect(tlb.firstWays).toBeGreaterThan(0);
    expect(tlb.secondWays === 0).toBe(tlb.secondSets === 0);
    if (tlb.secondSets > 0) expect(Number.isInteger(Math.log2(tlb.secondSets))).toBe(true);
  }
  const { skylake, r3000 } = tlbGeometries;
  expect((skylake?.firstSets ?? 0) * (skylake?.firstWays ?? 0)).toBe(64);
  expect((skylake?.secondSets ?? 0) * (skylake?.secondWays ?? 0)).toBe(1536);
  expect(r3000?.firstWays).toBe(64);
});

test('the DECstation gives the V++ faults it was calibrated on: 107 and 379 us', () => {
  const profile = costProfiles['decstation-5000'];
  if (!profile) throw new Error('no such profile');
  const costs = bareCosts(profile);
  const own = costs.trapNs + costs.mapNs;
  expect(own).toBe(107_000);
  expect(own + 2 * (costs.messageNs + costs.switchNs)).toBe(379_000);
  // Draves 1991: 9 cycles to refill, 16 with the referenced bit; one probe of a linear table.
  expect(costs.walkStartPs + costs.walkProbePs).toBe(16 * 40_000);
});

test('a walk on the modern machine takes 20 to 30 cycles', () => {
  const profile = costProfiles['modern-nvme'];
  if (!profile) throw new Error('no such profile');
  const { walkStartPs, walkProbePs } = bareCosts(profile);
  const cycles = ((walkStartPs + 4 * walkProbePs) * 3) / 1000;
  expect(cycles).toBeGreaterThan(20);
  expect(cycles).toBeLessThan(30);
});

test('the label names a machine that was sold, and says of others that they never existed', () => {
  expect(machineLabel('modern-nvme', 'x86-64', 'skylake', 'nvme')).toBe('modern-nvme');
  expect(machineLabel('modern-nvme', 'rt-pc', 'skylake', 'disk')).toBe(
    'modern-nvme with page table rt-pc, device disk (a machine that never existed)',
  );
  expect(machineLabel('decstation-5000', 'x86-64', 'r3000', 'disk')).toBe(
    'decstation-5000 with page table x86-64 (a machine that never existed)',
  );
  expect(machineLabel('decstation-5000', 'mips', 'r3000', 'disk')).toBe('decstation-5000');
  expect(machineLabel('sun3-60', 'sun-3', 'skylake', 'disk')).toBe(
    'sun3-60 with TLB skylake (a machine that never existed; the real one had no TLB)',
  );
  expect(machineLabel('my-machine', 'x86-64', 'skylake', 'nvme')).toMatch('never existed');
});

test('a refill of MIPS takes the 16 cycles of 40 ns that Draves measured', () => {
  const { walkStartPs, walkProbePs } = bareCosts(costProfiles['decstation-5000']);
  expect((walkStartPs + walkProbePs) / 40_000).toBe(16);
});
