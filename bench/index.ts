/**
 * `npm run bench`: how fast the laboratory is, beside a bare loop measured in the same run. Each
 * group of rows has a process of its own, so that none is coloured by what ran before it. All groups
 * are run several times over, since a noisy machine has good and bad minutes.
 * `-- --json` prints one document { rows: [{ name, value, unit, ratio }] } instead of the table.
 */

import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { centralNames } from '../lab/run/centrals.ts';
import { readTrace, traceFormats } from '../lab/traces/index.ts';
import { centralRows } from './central.ts';
import { containerRows } from './container-ops.ts';
import { contractRows } from './contract-ops.ts';
import { fileRows } from './file-reads.ts';
import { formatRows } from './formats.ts';
import { kernelRows } from './kernels.ts';
import { managementRows } from './managements.ts';
import { median, type Row } from './measure.ts';
import { memoryRows } from './memory.ts';
import { ampleRows, faultRow, lackeyRow, type NamedProgram, pressureRows } from './speed.ts';
import { swapRows } from './swap-stack.ts';
import { compactRow, oracleGeneralRow, packedLackeyRow, sharedLackeyRow } from './traces.ts';

const TRACES = new URL('../traces/', import.meta.url);
const ENTRY = fileURLToPath(new URL('../bin/bench.mjs', import.meta.url));
const GROUP = '--group';
const PASSES = 3;

const groups: Readonly<Record<string, () => Promise<Row[]>>> = {
  ample: async () => ampleRows(await readPrograms()),
  pressure: async () => pressureRows(await readPrograms()),
  faults: async () => [faultRow()],
  central: async () => centralRows(await readPrograms()),
  managements: async () => managementRows(),
  lackey: async () => [await lackeyRow(await readPrograms())],
  traces: async () => {
    const programs = await readPrograms();
    const first = programs[0] as NamedProgram;
    return [
      await compactRow(programs),
      await oracleGeneralRow(first),
      await packedLackeyRow(first),
      await sharedLackeyRow(first),
    ];
  },
  formats: async () => formatRows(),
  kernels: async () => kernelRows(await readPrograms()),
  memory: async () => memoryRows(),
  contracts: async () => contractRows(),
  containers: async () => containerRows(),
  swap: async () => swapRows(),
  files: async () => fileRows(),
};
const ORDER: readonly string[] = [
  'bare-loop',
  'stack-ample',
  'stack-pressure',
  'self-paged-faults',
  'mach-ample',
  'central-faults',
  ...centralNames.map((name) => `faults-${name}`),
  'oracle-overhead',
  'read-lackey',
  'read-lackey-zst',
  'read-lackey-two',
  'read-compact',
  'read-oracle-general',
  ...traceFormats.map(({ name }) => `format-${name}`),
  'kernel-lru-curve',
  'kernel-lru-curve-far',
  'kernel-lru-traffic',
  'kernel-lru-traffic-far',
  'kernel-optimal',
  'kernel-optimal-far',
  'kernel-clock',
  'kernel-clock-far',
  'kernel-clock-sizes',
  'kernel-clock-sizes-far',
  'kernel-s3-fifo-sizes',
  'kernel-s3-fifo-sizes-far',
  'kernel-car-sizes',
  'kernel-car-sizes-far',
  'kernel-clock-pro-sizes',
  'kernel-clock-pro-sizes-far',
  'kernel-arc-sizes',
  'kernel-arc-sizes-far',
  'bytes-per-frame',
  'bytes-per-page',
  'contract-ops-1000',
  'contract-ops-10000',
  'contract-ops-100000',
  'revocation-storm',
  'container-map',
  'container-copy',
  'container-lock',
  'container-once',
  'file-reads',
  'swap-waiting-disk',
  'swap-packed-disk',
  'swap-compressed',
];

const asked = process.argv[process.argv.indexOf(GROUP) + 1];
if (process.argv.includes(GROUP)) console.log(JSON.stringify(await groups[asked as string]?.()));
else {
  const passes = Array.from({ length: PASSES }, () => Object.keys(groups).flatMap(rowsOf));
  const rows = (passes[0] as Row[]).map((row, i) =>
    medianRow(
      row,
      passes.map((all) => all[i] as Row),
    ),
  );
  rows.sort((a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name));
  if (process.argv.includes('--json')) printDocument(rows);
  else printTable(rows);
}

/** The median of the passes' values, and of their ratios. */
function medianRow(row: Row, passes: readonly Row[]): Row {
  const ratios = passes.map(({ ratio }) => ratio).filter((ratio) => ratio !== null);
  return {
    ...row,
    value: median(passes.map(({ value }) => value)),
    ratio: ratios.length === 0 ? null : median(ratios),
  };
}

function rowsOf(group: string): Row[] {
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  return JSON.parse(
    execFileSync(process.execPath, [ENTRY, GROUP, group], { stdio: [...stdio], encoding: 'utf8' }),
  );
}

async function readPrograms(): Promise<NamedProgram[]> {
  const files = readdirSync(TRACES).filter((file) => file.endsWith('.lht'));
  const programs: NamedProgram[] = [];
  for (const file of files.sort()) {
    const program = await readTrace(fileURLToPath(new URL(file, TRACES)));
    programs.push({ name: file.slice(0, -4), program });
  }
  return programs;
}

function printDocument(rows: readonly Row[]): void {
  const plain = rows.map(({ name, value, unit, ratio }) => ({ name, value, unit, ratio }));
  console.log(JSON.stringify({ rows: plain }, null, 2));
}

function printTable(rows: readonly Row[]): void {
  console.log(
    `${'row'.padEnd(22)}${'value'.padStart(14)}  ${'unit'.padEnd(14)}${'ratio'.padStart(8)}`,
  );
  for (const { name, value, unit, ratio, of } of rows) {
    const number = value >= 1000 ? Math.round(value).toLocaleString('en-US') : value.toFixed(1);
    const share = ratio === null ? '' : ratio < 0.01 ? ratio.toFixed(5) : ratio.toFixed(2);
    const start = `${name.padEnd(22)}${number.padStart(14)}  ${unit.padEnd(14)}`;
    console.log(`${start}${share.padStart(8)}  ${of}`.trimEnd());
  }
}
