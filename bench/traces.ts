/** Trace rows: the compact format decoded; records of libCacheSim and lackey text read from packed files. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zstdCompressSync } from 'node:zlib';
import { chunksOf } from '../lab/traces/file-chunks.ts';
import { readTrace, writeTrace } from '../lab/traces/index.ts';
import type { ReferenceString } from '../sim-hw/references.ts';
import { bareLoop } from './bare-loop.ts';
import { cpuSeconds, median, medianRatio, type Row } from './measure.ts';
import { writeLackey } from './speed.ts';

const ROUNDS = 5;
const WARM_UPS = 2;
const TRACES = new URL('../traces/', import.meta.url);

export interface NamedTrace {
  readonly name: string;
  readonly program: ReferenceString;
}

/** By the CPU time of this thread, beside which another unpacks; the bare loop over the same runs in turn. */
export async function compactRow(traces: readonly NamedTrace[]): Promise<Row> {
  const speeds: number[] = [];
  const ratios: number[] = [];
  for (const { name, program } of traces) {
    const file = fileURLToPath(new URL(`${name}.lht`, TRACES));
    const read: number[] = [];
    const bare: number[] = [];
    for (let round = -WARM_UPS; round < ROUNDS; round++) {
      const from = process.threadCpuUsage();
      await readTrace(file);
      const { user, system } = process.threadCpuUsage(from);
      const loop = cpuSeconds(() => void bareLoop(program).walks);
      if (round < 0) continue;
      read.push((user + system) / 1e6);
      bare.push(loop);
    }
    speeds.push(program.references / median(read));
    ratios.push(medianRatio(bare, read));
    process.stderr.write(
      `  ${name}: ${millions(speeds.at(-1) as number)} compact, ${ratios.at(-1)?.toFixed(2)}\n`,
    );
  }
  const of = 'of the bare loop (least over traces)';
  const value = Math.min(...speeds);
  return { name: 'read-compact', value, unit: 'references/s', ratio: Math.min(...ratios), of };
}

/** By the wall: a thread beside this one unpacks. */
export async function oracleGeneralRow({ name, program }: NamedTrace): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'leasehold-bench-'));
  try {
    const file = join(folder, `${name}.zst`);
    const trace = await readTrace(fileURLToPath(new URL(`${name}.lht`, TRACES)));
    await writeTrace(file, trace, 'oracleGeneral');
    const read: number[] = [];
    const bare: number[] = [];
    for (let round = -WARM_UPS; round < ROUNDS; round++) {
      const from = performance.now();
      await readTrace(file);
      const seconds = (performance.now() - from) / 1000;
      const start = performance.now();
      bareLoop(program);
      if (round < 0) continue;
      read.push(seconds);
      bare.push((performance.now() - start) / 1000);
    }
    const value = program.references / median(read);
    const of = 'of the bare loop, both by the wall';
    const ratio = medianRatio(bare, read);
    return { name: 'read-oracle-general', value, unit: 'records/s', ratio, of };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** By the wall, beside unpacking alone: a thread beside this one unpacks while this one reads lines. */
export async function packedLackeyRow({ name, program }: NamedTrace): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'leasehold-bench-'));
  try {
    const file = join(folder, name);
    const lines = writeLackey(file, program);
    writeFileSync(`${file}.zst`, zstdCompressSync(readFileSync(file)));
    const read: number[] = [];
    const unpacked: number[] = [];
    for (let round = -WARM_UPS; round < ROUNDS; round++) {
      const from = performance.now();
      await readTrace(`${file}.zst`);
      const start = performance.now();
      await unpack(`${file}.zst`);
      if (round < 0) continue;
      read.push((start - from) / 1000);
      unpacked.push((performance.now() - start) / 1000);
    }
    const of = 'of unpacking alone, both by the wall';
    const ratio = medianRatio(unpacked, read);
    return { name: 'read-lackey-zst', value: lines / median(read), unit: 'lines/s', ratio, of };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function unpack(file: string): Promise<void> {
  const handle = await open(file, 'r');
  let bytes = 0;
  for await (const chunk of chunksOf(file, handle, 'zstd', { bytes: 0 }, () => undefined))
    bytes += chunk.length;
  await handle.close();
  if (bytes === 0) throw new Error('bench: nothing was unpacked');
}

function millions(perSecond: number): string {
  return `${(perSecond / 1e6).toFixed(0)} M/s`;
}
