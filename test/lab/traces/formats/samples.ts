/**
 * A small sample of each format, made from its layout, and the references it must give: what the
 * tests of readers and of damage share.
 */

import { FETCH, READ, WRITE } from '../../../../sim-hw/references.ts';
import type { Reference } from '../traces-support.ts';

export interface Sample {
  readonly format: string;
  readonly bytes: Uint8Array;
  readonly references: readonly Reference[];
}

const DEVICE = 2 ** 40;

export const samples: readonly Sample[] = [
  text(
    'lackey',
    ['==1== Lackey', 'I  04001234,3', ' L 1ffefffd60,8', ' S 04001ffe,4'],
    [
      [0x4001, FETCH],
      [0x1ffefff, READ],
      [0x4001, WRITE],
      [0x4002, WRITE],
    ],
  ),
  text(
    'pages',
    ['# my own', '1042', 'w 0x412', '0x412 f'],
    [
      [1042, READ],
      [1042, WRITE],
      [1042, FETCH],
    ],
  ),
  // Blocks are pages of their own, as the paper counts.
  text(
    'lis',
    ['110765 3 0 0', '110888 1 0 1'],
    [
      [110765, READ],
      [110766, READ],
      [110767, READ],
      [110888, READ],
    ],
  ),
  text(
    'msr',
    [
      '128166372003061629,usr,0,Read,8191,2,30123',
      '128166372003061630,usr,1,Write,8192,4096,7',
      '128166372003061631,usr,1,Read,8192,0,7',
    ],
    [
      [1, READ],
      [2, READ],
      [DEVICE + 2, WRITE],
    ],
  ),
  text(
    'spc',
    ['0,8,4096,R,0.551706', '2,7,1024,w,0.6,x,y', '0,100,0,r,1'],
    [
      [1, READ],
      [2 * DEVICE, WRITE],
      [2 * DEVICE + 1, WRITE],
    ],
  ),
  text(
    'drmemtrace',
    [
      'Output format:',
      '<--record#-> <--instr#->: <Wrkld.Tid> <record details>',
      '------------------------------------------------------------',
      '           8           1: W0.T3256418 <marker: timestamp 13358205115425834>',
      '           9           2: W0.T3256418 ifetch       5 byte(s) @ 0x00007fc205a61ffe e8 b8 0c 00   call   $0x7f',
      '           9           2: W0.T3256418                                     00 00',
      '          10           2: W0.T3256418 write        8 byte(s) @ 0x00007fff9a9e3528 by PC 0x00007fc205a61943',
      '          11           2: 3256418 pref-r-L1     0 byte(s) @ 0x00007fff9a9e3528 by PC 0x00007fc205a61943',
      '          12           3: 3256418 read         4 byte(s) @ 0x0000000000001000 by PC 0x00007fc205a61943',
      '          13           3: W0.T3256418 <thread W0.T3256418 exited>',
      'View tool results:',
      '              3 : total instructions',
    ],
    [
      [0x7fc205a61, FETCH],
      [0x7fc205a62, FETCH],
      [0x7fff9a9e3, WRITE],
      [1, READ],
    ],
  ),
  text(
    'perf-faults',
    [
      '# captured on: Sun Nov 22 2026',
      '              ls  9266   656.834516: page-faults:     5612763045c0',
      '              ls  9266/9266    656.834574: page-faults:     7effe47feb70 _start     7effe47feb70 _start',
      '    my prog  9292 [001]   660.490699: exceptions:page_fault_user: address=0x7f2ed3f42b70 ip=0x7f2ed3f42b70 error_code=0x14',
      '              ls  9292 [001]   660.490704: exceptions:page_fault_user: address=0x7f2ed3f5be06 ip=0x7f2ed3f437ad error_code=0x6',
      '              ls  9292 [001]   660.490718: exceptions:page_fault_user: address=0x7f2ed3f28d40 ip=0x7f2ed3f43a13 error_code=0x4',
    ],
    [
      [0x561276304, READ],
      [0x7effe47fe, FETCH],
      [0x7f2ed3f42, FETCH],
      [0x7f2ed3f5b, WRITE],
      [0x7f2ed3f28, READ],
    ],
  ),
  text(
    'perf-memory',
    [
      '  sh 1234 12.345678: cpu/mem-loads,ldlat=30/P:  7f0012345678  68100142 |OP LOAD|LVL L1 hit|SNP None',
      '  sh 1234 12.345680:          1 cpu/mem-stores/P:      7ffd00001000   5080144 |OP STORE|LVL L1 hit',
      '  sh 1234 12.345681:          1 cpu/mem-stores/P:      7ffd00002000',
      '  sh 1234 12.345682: ibs_op//:                0   5080144 |OP N/A',
    ],
    [
      [0x7f0012345, READ],
      [0x7ffd00001, WRITE],
      [0x7ffd00002, WRITE],
    ],
  ),
  text(
    'damon',
    [
      'base_time_absolute: 8 m 59.809 s',
      '',
      'monitoring_start:                0 ns',
      'monitoring_end:            104.599 ms',
      'monitoring_duration:       104.599 ms',
      'target_id: 18446623438842320000',
      'nr_regions: 3',
      '# start_addr     end_addr        length  nr_accesses   age',
      '563ebaa00000-563ebaa02000 (   8.000 KiB)           1    -1',
      '7f938d7e1000-7f938ddfc000(   6.105 MiB):        0',
      '7fff66b0a000-7fff66b0b000 (   4096)           3     0',
      'target_id: 7',
      '000000001000-000000002000 (   4.000 KiB)           1    -1',
    ],
    [
      [0x563ebaa00, READ],
      [0x563ebaa01, READ],
      [0x7fff66b0a, READ],
      [DEVICE + 1, READ],
    ],
  ),
  text(
    'csv',
    ['time,page,kind,count', '17,1042,r,3', '18,0x412,W,1', '19,"7",ifetch,1'],
    [
      [1042, READ],
      [1042, READ],
      [1042, READ],
      [1042, WRITE],
      [7, FETCH],
    ],
  ),
  {
    format: 'oracleGeneral',
    bytes: oracleGeneral([
      [42, 3n],
      [7, -1n],
      [42, 2n ** 63n - 1n],
    ]),
    references: [
      [42, READ],
      [7, READ],
      [42, READ],
    ],
  },
  {
    format: 'champsim',
    bytes: champsim([
      { ip: 0x401000n, reads: [0x7ffd00001008n], writes: [] },
      { ip: 0x401004n, reads: [0x602000n, 0x603000n], writes: [0x604008n] },
    ]),
    references: [
      [0x401, FETCH],
      [0x7ffd00001, READ],
      [0x401, FETCH],
      [0x602, READ],
      [0x603, READ],
      [0x604, WRITE],
    ],
  },
];

/** The second print of DAMON: one line a region, by the trace point. */
export const damonTraced: Sample = text(
  'damon',
  [
    '  kdamond.0  4452 [000] 82820.952659: damon:damon_aggregated: target_id=184 nr_regions=2 8192-16384: 2',
    '  kdamond.0  4452 [000] 82820.952663: damon:damon_aggregated: target_id=184 nr_regions=2 16384-32768: 0 4',
  ],
  [
    [2, READ],
    [3, READ],
  ],
);

function text(format: string, lines: readonly string[], references: readonly Reference[]): Sample {
  return { format, bytes: new TextEncoder().encode(`${lines.join('\n')}\n`), references };
}

/** Records of libCacheSim: object and number of its next use. */
export function oracleGeneral(uses: readonly (readonly [id: number, next: bigint])[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(24 * uses.length));
  for (const [i, [id, next]] of uses.entries()) {
    view.setUint32(24 * i, 5633898 + i, true);
    view.setBigUint64(24 * i + 4, BigInt(id), true);
    view.setUint32(24 * i + 12, 512, true);
    view.setBigInt64(24 * i + 16, next, true);
  }
  return new Uint8Array(view.buffer);
}

interface Instruction {
  readonly ip: bigint;
  readonly reads: readonly bigint[];
  readonly writes: readonly bigint[];
}

function champsim(instructions: readonly Instruction[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(64 * instructions.length));
  for (const [i, { ip, reads, writes }] of instructions.entries()) {
    view.setBigUint64(64 * i, ip, true);
    for (const [k, address] of writes.entries())
      view.setBigUint64(64 * i + 16 + 8 * k, address, true);
    for (const [k, address] of reads.entries())
      view.setBigUint64(64 * i + 32 + 8 * k, address, true);
  }
  return new Uint8Array(view.buffer);
}
