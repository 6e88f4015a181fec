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
/** Of a tenth of a second each. */
const PACKED_ROUNDS = 15;
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
 * By the wall, beside unpacking alone: a thread beside this one unpacks while this one reads. On stderr also
 * beside unpacking while this thread is as busy, but with nothing: what that costs no parsing can save. `write`
 * makes the packed file, and says how many records or lines are in it.
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
    const unpackedBusy: number[] = [];
    for (let round = -WARM_UPS; round < PACKED_ROUNDS; round++) {
      const reading = await timed(() => readTrace(file));
      const alone = await timed(() => unpack(file, 0));
      const busy = await timed(() => unpack(file, reading.cpu - alone.cpu));
      if (round < 0) continue;
      read.push(reading.wall);
      unpacked.push(alone.wall);
      unpackedBusy.push(busy.wall);
    }
    const value = records / median(read);
    const ratio = medianRatio(unpacked, read);
    const share = medianRatio(unpackedBusy, read).toFixed(2);
    process.stderr.write(`  ${row.name}: ${share} of unpacking beside a busy thread\n`);
    return { ...row, value, ratio, of: 'of unpacking alone, both by the wall' };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Seconds by the wall, and of this thread's CPU time. */
async function timed(work: () => Promise<unknown>): Promise<{ wall: number; cpu: number }> {
  const cpu = process.threadCpuUsage();
  const from = performance.now();
  await work();
  const wall = (performance.now() - from) / 1000;
  const { user, system } = process.threadCpuUsage(cpu);
  return { wall, cpu: (user + system) / 1e6 };
}

/** With this thread busy for so many seconds in all, after each chunk for its share. */
async function unpack(file: string, busy: number): Promise<void> {
  const handle = await open(file, 'r');
  const { size } = await handle.stat();
  const taken = { bytes: 0 };
  let spent = 0;
  for await (const _chunk of chunksOf(file, handle, 'zstd', taken, () => undefined)) {
    const due = (busy * taken.bytes) / size;
    const from = performance.now();
    while ((performance.now() - from) / 1000 < due - spent);
    spent = due;
  }
  await handle.close();
  if (taken.bytes === 0) throw new Error('bench: nothing was unpacked');
}

function millions(perSecond: number): string {
  return `${(perSecond / 1e6).toFixed(0)} M/s`;
}
