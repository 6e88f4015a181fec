/** Trace rows: the compact format decoded; records of libCacheSim and lackey text read from packed files. */

import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
/** Of a trace of 4 M lines, one after the other. */
const COPIES = 8;
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

/** Records of libCacheSim. */
export function oracleGeneralRow({ name, program }: NamedTrace): Promise<Row> {
  return packedRow({ name: 'read-oracle-general', unit: 'records/s' }, async (file) => {
    const trace = await readTrace(fileURLToPath(new URL(`${name}.lht`, TRACES)));
    await writeTrace(file, trace, 'oracleGeneral');
    return program.references;
  });
}

export function packedLackeyRow({ program }: NamedTrace): Promise<Row> {
  return packedRow({ name: 'read-lackey-zst', unit: 'lines/s' }, async (file) => {
    const lines = writeLackey(file, program);
    writeFileSync(file, zstdCompressSync(readFileSync(file)));
    return lines;
  });
}

/** Long lackey text by two threads, by the wall; by one in turn. */
export async function sharedLackeyRow({ program }: NamedTrace): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'leasehold-bench-'));
  try {
    const part = join(folder, 'part');
    const lines = COPIES * writeLackey(part, program);
    const text = readFileSync(part);
    const file = join(folder, 'trace.lackey');
    writeFileSync(file, '');
    for (let copy = 0; copy < COPIES; copy++) appendFileSync(file, text);
    const times: Record<number, number[]> = { 1: [], 2: [] };
    for (let round = -WARM_UPS; round < ROUNDS; round++)
      for (const threads of [1, 2]) {
        const from = performance.now();
        await readTrace(file, { threads });
        if (round >= 0) times[threads].push((performance.now() - from) / 1000);
      }
    const value = lines / median(times[2]);
    const of = 'of the speed by one thread';
    return {
      name: 'read-lackey-two',
      value,
      unit: 'lines/s',
      ratio: medianRatio(times[1], times[2]),
      of,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * By the wall, beside unpacking alone: a thread beside this one unpacks while this one reads. `write` makes
 * the packed file, and says how many records or lines are in it.
 */
async function packedRow(
  row: Pick<Row, 'name' | 'unit'>,
  write: (file: string) => Promise<number>,
): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'leasehold-bench-'));
  try {
    const file = join(folder, 'trace.zst');
    const records = await write(file);
    const read: number[] = [];
    const unpacked: number[] = [];
    for (let round = -WARM_UPS; round < ROUNDS; round++) {
      const from = performance.now();
      await readTrace(file);
      const start = performance.now();
      await unpack(file);
      if (round < 0) continue;
      read.push((start - from) / 1000);
      unpacked.push((performance.now() - start) / 1000);
    }
    const value = records / median(read);
    const ratio = medianRatio(unpacked, read);
    return { ...row, value, ratio, of: 'of unpacking alone, both by the wall' };
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
