/**
 * An x86-64 server of about 2023 at 3 GHz (a third of a nanosecond a cycle) with an NVMe drive,
 * and a kernel of the L4 family. Its core has the Skylake TLB, still sold that year.
 *
 * All figures are recalled orders of magnitude, for a warm machine with mitigations on. They are
 * meant for ratios between pagers, not for predicting one server.
 */

import type { CostProfile } from './profile.ts';

export const modernNvme: CostProfile = {
  name: 'modern-nvme',
  summary: 'x86-64 server at 3 GHz, L4-class messages, NVMe flash, about 2023',
  figures: {
    referencePs: {
      value: 240,
      source:
        '1 cycle an instruction, caches included, over 1.4 references an instruction ' +
        '(recalled): 333 ps / 1.4, rounded',
    },
    secondTlbPs: { value: 2_333, source: 'Skylake second-level TLB hit, 7 cycles (recalled)' },
    walkStartPs: {
      value: 1_667,
      source:
        'a walk of four levels takes 20 to 30 cycles, mostly cached (recalled): 5 cycles ' +
        'and 5 a level make 25',
    },
    walkProbePs: { value: 1_667, source: '5 cycles a level (recalled): see walkStartPs' },
    trapNs: {
      value: 1_000,
      source: 'page fault to the kernel and back, with mitigations, about 1 us (recalled)',
    },
    messageNs: {
      value: 400,
      source: 'L4-class message between address spaces, 0.3 to 0.5 us one way (recalled)',
    },
    mapNs: { value: 200, source: 'one entry written and one invlpg, 0.2 us a page (recalled)' },
    scanNs: {
      value: 50,
      source:
        'one entry read from memory or cache, its bits cleared, no flush of its own: about ' +
        '150 cycles (recalled)',
    },
    zeroNs: {
      value: 250,
      source:
        '4096 bytes at 16 GB/s, one core, cold frame: 256 ns, rounded; 0.1 to 0.5 us ' +
        '(recalled)',
    },
    copyNs: {
      value: 400,
      source: '4096 bytes read and written at 10 GB/s, one core, cold frames: 410 ns (recalled)',
    },
    switchNs: {
      value: 500,
      source: 'switch of task in an L4-class kernel with tagged TLB, about 1500 cycles (recalled)',
    },
  },
  pageTable: 'x86-64',
  tlb: 'skylake',
  device: 'nvme',
};
