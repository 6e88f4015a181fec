/**
 * Sun 3/60, 1987: MC68020 at 20 MHz (50 ns a cycle), SunOS 4.0.
 *
 * Traps and protection are calibrated on Appel and Li's own benchmark, whose unit this machine is
 * (its program's header: 760, 1238 and 1016 us). In our steps:
 *
 *   trap                        760 us = trap
 *   prot1 + trap + unprot      1238 us = trap + 2 map
 *   protN + trap + unprot      1016 us = trap + map + (map + 99 scan) / 100
 *
 * The real machine walked no tables: its MMU was two memories, of segments and of page groups, and
 * each reference went through both. So a walk costs nothing beside the reference. With page tables
 * that are none of its own it is a machine that never existed, and is labelled so.
 */

import type { CostProfile } from './profile.ts';

const VMPUP = "header of Appel and Li's benchmark program, SunOS 4.0";
const CYCLE = 'MC68020 at 20 MHz, 50 ns a cycle';

export const sun360: CostProfile = {
  name: 'sun3-60',
  summary: 'Sun 3/60, MC68020 at 20 MHz, SunOS 4.0, SCSI disk, 1987',
  figures: {
    referencePs: { value: 120_000, source: `${VMPUP}: an addition takes 0.12 us` },
    secondTlbPs: { value: 0, source: 'the Sun 3 has no TLB: its maps are memories of their own' },
    walkStartPs: {
      value: 0,
      source: 'the Sun 3 walks no tables: each reference goes through maps',
    },
    walkProbePs: {
      value: 0,
      source: 'the Sun 3 walks no tables: each reference goes through maps',
    },
    trapNs: { value: 760_000, source: `${VMPUP}: a trap to a handler of the user's, 760 us` },
    messageNs: {
      value: 631_000,
      source:
        'Appel and Li 1991 (recalled): prot1 + trap + unprot by an external handler under Mach 2.5 ' +
        '3300 us, under SunOS 4.0 1238; two messages and two switches: (3300 - 1238) / 2 - 400',
    },
    mapNs: { value: 239_000, source: `${VMPUP}: (1238 - 760) / 2, prot1 and unprot each` },
    scanNs: {
      value: 14_758,
      source: `${VMPUP}: protN of 100 pages, 1016 - 760 - 239 = 17 us a page: (1700 - 239) / 99`,
    },
    zeroNs: { value: 410_000, source: `${CYCLE}: 1024 words, 8 cycles each (worked out)` },
    copyNs: { value: 820_000, source: `${CYCLE}: 1024 words, 16 cycles each (worked out)` },
    switchNs: {
      value: 400_000,
      source: 'context switch of a SunOS of the time, 0.4 ms (recalled)',
    },
  },
  pageTable: 'x86-64',
  tlb: 'r3000',
  device: 'disk',
};
