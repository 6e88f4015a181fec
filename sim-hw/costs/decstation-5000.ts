/**
 * DECstation 5000/200, 1990: MIPS R3000 at 25 MHz (40 ns a cycle), Mach-like messages.
 *
 * Calibrated on V++ (Harty and Cheriton 1992), measured on this machine. In our steps:
 *
 *   fault handled in the faulting process   107 us = trap 88.5 + map 18.5
 *   fault handled by another process        379 us = trap 88.5 + map 18.5 + 2 * (message + switch)
 *
 * The real machine fills its TLB in software from a linear table: page table `mips`. Experiments that
 * were scaled before there was one run on a four-level table, which is why that is the default; it
 * makes a machine that never existed, and is labelled so.
 */

import type { CostProfile } from './profile.ts';

const DRAVES = 'Draves 1991: a refill that emulates the referenced bit takes 16 cycles, 9 without';
const VPP = 'V++ (Harty and Cheriton 1992) (recalled)';
const ANDERSON = 'Anderson et al. 1991, R3000 column (recalled)';

export const decstation5000: CostProfile = {
  name: 'decstation-5000',
  summary: 'DECstation 5000/200, MIPS R3000 at 25 MHz, Mach-like messages, SCSI disk, 1990',
  figures: {
    referencePs: {
      value: 52_000,
      source:
        '1.7 cycles an instruction, caches included (recalled), over 1.3 references an ' +
        'instruction (recalled): 1.3 cycles of 40 ns',
    },
    secondTlbPs: { value: 0, source: 'the R3000 has one TLB level' },
    walkStartPs: {
      value: 560_000,
      source: `${DRAVES}; less one probe: 14 cycles of 40 ns`,
    },
    walkProbePs: {
      value: 80_000,
      source: 'a load that hits the cache and its delay slot: 2 cycles of 40 ns (recalled)',
    },
    trapNs: {
      value: 88_500,
      source:
        `${VPP}: fault handled in its own process 107 us; less one map: 107 - 18.5. ` +
        'Mach on the DS3100 (16.67 MHz): reactivation fault 115 us (Draves 1991) = 77 us here',
    },
    messageNs: {
      value: 128_600,
      source:
        `${VPP}: fault by a separate manager 379 us, in its own process 107 us; two ` +
        'messages and two switches: (379 - 107) / 2 - 7.4',
    },
    mapNs: {
      value: 18_500,
      source:
        'fbufs (Druschel and Peterson 1993) (recalled): moving a page by remapping 37 us, ' +
        'which is one unmap and one map: 37 / 2',
    },
    scanNs: { value: 2_000, source: `${ANDERSON}: changing a page-table entry 2.0 us` },
    zeroNs: {
      value: 75_000,
      source: 'filling 4 KiB, V++ and fbufs era (recalled): 75 us, 55 MB/s',
    },
    copyNs: {
      value: 204_000,
      source: 'fbufs (Druschel and Peterson 1993) (recalled): moving a page by copying it 204 us',
    },
    switchNs: { value: 7_400, source: `${ANDERSON}: context switch 7.4 us` },
  },
  pageTable: 'x86-64',
  tlb: 'r3000',
  device: 'disk',
};
