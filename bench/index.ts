/**
 * `npm run bench`: how fast the laboratory is, beside a bare loop measured in the same run.
 * `-- --json` prints one document { rows: [{ name, value, unit, ratio }] } instead of the table.
 */

import { readdirSync } from 'node:fs';
import { readTrace } from '../lab/traces/index.ts';
import type { Row } from './measure.ts';
import { memoryRows } from './memory.ts';
import { ampleRows, faultRow, lackeyRow, type NamedProgram, pressureRows } from './speed.ts';

const TRACES = new URL('../traces/', import.meta.url);
const ORDER = [
  'bare-loop',
  'stack-ample',
  'stack-pressure',
  'self-paged-faults',
  'oracle-overhead',
  'read-lackey',
  'bytes-per-frame',
  'bytes-per-page',
];

const programs: NamedProgram[] = [];
for (const file of readdirSync(TRACES).sort())
  if (file.endsWith('.lht'))
    programs.push({
      name: file.slice(0, -4),
      program: await readTrace(new URL(file, TRACES).pathname),
    });
const rows = [
  ...ampleRows(programs),
  ...pressureRows(programs),
  faultRow(),
  await lackeyRow(programs),
  ...memoryRows(),
].sort((a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name));
if (process.argv.includes('--json')) {
  const plain = rows.map(({ name, value, unit, ratio }) => ({ name, value, unit, ratio }));
  console.log(JSON.stringify({ rows: plain }, null, 2));
} else printTable(rows);

function printTable(table: readonly Row[]): void {
  console.log(
    `${'row'.padEnd(20)}${'value'.padStart(14)}  ${'unit'.padEnd(14)}${'ratio'.padStart(8)}`,
  );
  for (const { name, value, unit, ratio, of } of table) {
    const number = value >= 1000 ? Math.round(value).toLocaleString('en-US') : value.toFixed(1);
    const share = ratio === null ? '' : ratio < 0.01 ? ratio.toFixed(5) : ratio.toFixed(2);
    console.log(
      `${name.padEnd(20)}${number.padStart(14)}  ${unit.padEnd(14)}${share.padStart(8)}  ${of}`.trimEnd(),
    );
  }
}
