import { expect, test } from 'vitest';
import { damon, noTargets, takeDamon } from '../../../../lab/traces/formats/damon.ts';
import { perfFaults, takeFault } from '../../../../lab/traces/formats/perf-faults.ts';
import { perfMemory, takeSample } from '../../../../lab/traces/formats/perf-memory.ts';
import { createReferenceLog, traceOfLog } from '../../../../lab/traces/reference-log.ts';
import { textLineParser } from '../../../../lab/traces/text-fields.ts';
import { TraceError } from '../../../../lab/traces/trace.ts';
import { createRandom, nextBelow, type RandomState } from '../../../../sim-hw/random.ts';

const MUTATIONS = Number(process.env.TRACE_MUTATIONS ?? 4000);
const ROWS = [
  {
    format: perfFaults,
    takeText: () => takeFault,
    lines: [
      '  ls  9292 [001]   660.490699: exceptions:page_fault_user: address=0x7f2ed3f437ad ip=0x7f2ed3f437ad error_code=0x14',
      ' a exceptions:page_fault_kernel: address=0x0 ip=strlen+0x1 error_code=0xffffffff',
      ' exceptions:page_fault_user: address=0xff ip=. error_code=0x6  exceptions:page_fault_user: address=0x1000 ip=0 error_code=0x0',
      ' ls  9266   656.834516: page-faults:     5612763045c0 5612763045c0 main+0x1 (/bin/ls)',
      ' ls  9266   656.834516: page-faults:u:     5612763045c0',
    ],
  },
  {
    format: perfMemory,
    takeText: () => takeSample,
    lines: [
      ' sh 1234 12.345678: cpu/mem-loads,ldlat=30/P:  7f0012345678  68100142 |OP LOAD|LVL L1 hit|',
      ' sh 1234 12.345680: cpu/mem-stores/P:          7ffd00001000   5080144 |OP STORE|x',
      ' sh 1234 12.345680: cpu/mem-stores/P:          7ffd00001000',
      ' a b: spe_x: mem_inst: ibs_op: 0 |OP |OP STORED|OP STORE|',
      ' mem-loads: 1234567890abcdef |OP LOAD |OP STORE',
    ],
  },
  {
    format: damon,
    takeText: () => {
      const known = noTargets();
      return (...[log, line]: Parameters<typeof takeFault>) => takeDamon(log, line, known);
    },
    lines: [
      '563ebaa00000-563ebaa0e000 (  31.617 MiB)   1   -1',
      '7f20000000-7f20001000(4,096 B): 12',
      '1fffffffff000-1ffffffffffff ( 0 ) 999999999 5',
      'target_id: 184',
      'kdamond.0 4452 [000] 82820.952659: damon:damon_aggregated: target_id=184 nr_regions=2 8192-16384: 2 4',
      'nr_regions: 3',
    ],
  },
];
/** Spaces of all sorts, what patterns look for, and what is near digits. */
const PARTS = [
  ...' \t\r\v\f\x00\xa0\x85\x7f\xff/0:9@AFGafgz_-.,()|xB',
  '  ',
  '0x',
  'STORE',
  '|OP ',
  ': ',
  'mem-stores: ',
  ' faults: 1',
  ' exceptions:page_fault_user: ',
  '00000000',
];

/** Some lines, with now and then a part put in, written over or left out. */
function drawnText(random: RandomState, lines: readonly string[]): Buffer {
  let text = '';
  for (let count = 1 + nextBelow(random, 3); count > 0; count--) {
    let line = lines[nextBelow(random, lines.length)];
    for (let times = nextBelow(random, 3); times > 0; times--) {
      const at = nextBelow(random, line.length + 1);
      const part = nextBelow(random, 4) > 0 ? PARTS[nextBelow(random, PARTS.length)] : '';
      line = line.slice(0, at) + part + line.slice(at + nextBelow(random, 3));
    }
    text += `${line}\n`;
  }
  return Buffer.from(text, 'latin1');
}

test.each(ROWS)(
  '$format.name: a line is read, or refused, as by the pattern alone',
  ({ format, takeText, lines }) => {
    const random = createRandom(20261123);
    let refused = 0;
    for (let n = 0; n < MUTATIONS; n++) {
      const bytes = drawnText(random, lines);
      const [usual, pattern] = [
        format.createParser({}),
        textLineParser(() => false, takeText(), 'PATTERN'),
      ].map((parse) => {
        const log = createReferenceLog('t', {});
        try {
          parse(log, bytes, 0, bytes.length);
        } catch (error) {
          if (!(error instanceof TraceError)) throw error;
          const [where] = error.message.split(', expected ');
          return { where, trace: traceOfLog(log, '', '') };
        }
        return { where: '', trace: traceOfLog(log, '', '') };
      });
      expect(usual, bytes.toString('latin1')).toEqual(pattern);
      if (usual.where !== '') refused++;
    }
    expect(refused).toBeGreaterThan(MUTATIONS / 20);
    expect(refused).toBeLessThan(MUTATIONS);
  },
  600_000,
);
