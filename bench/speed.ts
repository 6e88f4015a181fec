/** Speed rows: references, faults and lines of text a second; the slowest trace counts. */

import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lruCurve } from '../lab/bounds/lru-curve.ts';
import { boot, type World } from '../lab/run/boot.ts';
import { runCell, runWorld } from '../lab/run/cell.ts';
import type { CellOptions } from '../lab/run/cell-options.ts';
import { readTrace } from '../lab/traces/index.ts';
import type { TaskState } from '../nucleus/tasks.ts';
import { FETCH, kindOfRun, pageOfRun, type ReferenceString, WRITE } from '../sim-hw/references.ts';
import { bareLoop } from './bare-loop.ts';
import { ampleCell, faultCell, pressureCell } from './cells.ts';
import { cpuSeconds, inTurn, median, medianRatio, type Row } from './measure.ts';

const ROUNDS = 5;
/** Four tasks under pressure: one fault in so many references or fewer. */
const REFERENCES_PER_FAULT = 950;
const LACKEY_LINES = 4_000_000;

export interface NamedProgram {
  readonly name: string;
  readonly program: ReferenceString;
}

/** The bare loop, and the whole stack with ample memory beside it. */
export function ampleRows(programs: readonly NamedProgram[]): Row[] {
  const taken = inTurn(
    ROUNDS,
    programs.flatMap(({ program }) => [
      () => cpuSeconds(() => consume(bareLoop(program).walks)),
      () => timeWorld(ampleCell(program)),
    ]),
  );
  const bareSpeeds: number[] = [];
  const stackSpeeds: number[] = [];
  const ratios: number[] = [];
  for (const [i, { name, program }] of programs.entries()) {
    const bare = taken[2 * i] as number[];
    const stack = taken[2 * i + 1] as number[];
    bareSpeeds.push(program.references / median(bare));
    stackSpeeds.push(program.references / median(stack));
    ratios.push(medianRatio(bare, stack));
    const speeds = [bareSpeeds[i], stackSpeeds[i]].map((speed) => millions(speed as number));
    say(`${name}: bare ${speeds[0]}, stack ${speeds[1]}, ${ratios[i]?.toFixed(2)}`);
  }
  return [
    {
      name: 'bare-loop',
      value: Math.min(...bareSpeeds),
      unit: 'references/s',
      ratio: null,
      of: '',
    },
    {
      name: 'stack-ample',
      value: Math.min(...stackSpeeds),
      unit: 'references/s',
      ratio: Math.min(...ratios),
      of: 'of the bare loop (least over traces)',
    },
  ];
}

/** Four tasks at a time in too little memory, without and with oracles. */
export function pressureRows(programs: readonly NamedProgram[]): Row[] {
  let speedLeast = Number.POSITIVE_INFINITY;
  let costMost = 0;
  let perFaultMost = 0;
  for (const four of groupsOfFour(programs)) {
    const frames = four.map(({ program }) => framesUnderPressure(program));
    const references = four.reduce((sum, { program }) => sum + program.references, 0);
    const all = four.map(({ program }) => program);
    let faults = 0;
    const [off, on] = inTurn(ROUNDS, [
      () => {
        const world = boot(pressureCell(all, frames, false));
        const time = cpuSeconds(() => runWorld(world));
        faults = faultsOf(world);
        return time;
      },
      () => cpuSeconds(() => consume(runCell(pressureCell(all, frames, true)).tasks.length)),
    ]) as [number[], number[]];
    const speed = references / median(off);
    const cost = medianRatio(on, off);
    const perFault = references / faults;
    const names = four.map(({ name }) => name).join(' ');
    say(
      `${names}: ${millions(speed)}, a fault in ${perFault.toFixed(0)}, oracles x ${cost.toFixed(2)}`,
    );
    speedLeast = Math.min(speedLeast, speed);
    costMost = Math.max(costMost, cost);
    perFaultMost = Math.max(perFaultMost, perFault);
  }
  return [
    {
      name: 'stack-pressure',
      value: speedLeast,
      unit: 'references/s',
      ratio: 1 / perFaultMost,
      of: 'faults a reference (least over groups)',
    },
    {
      name: 'oracle-overhead',
      value: (costMost - 1) * 100,
      unit: '%',
      ratio: costMost,
      of: 'of the run without oracles (most over groups)',
    },
  ];
}

/** A task that pages itself and hard-faults at every reference; half the faults page out first. */
export function faultRow(): Row {
  let faults = 0;
  let pageOuts = 0;
  const [times] = inTurn(4 * ROUNDS, [
    () => {
      const world = boot(faultCell(4096, 40));
      const time = cpuSeconds(() => runWorld(world));
      faults = sum(world, 'hardFaults');
      pageOuts = sum(world, 'pageOuts');
      return time;
    },
  ]) as [number[]];
  say(`best round: ${Math.round(faults / Math.min(...times)).toLocaleString('en-US')} faults/s`);
  return {
    name: 'self-paged-faults',
    value: faults / median(times),
    unit: 'faults/s',
    ratio: pageOuts / faults,
    of: 'page-outs a fault',
  };
}

/** Reading lackey text from a file, every trace turned to text. */
export async function lackeyRow(programs: readonly NamedProgram[]): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'leasehold-bench-'));
  try {
    const lines = programs.map(({ name, program }) => writeLackey(join(folder, name), program));
    const speeds: number[][] = programs.map(() => []);
    // All traces in each round, so that a bad moment of the machine hits none of them alone; and
    // many rounds, since the least of seven medians is the one that was hit most.
    for (let round = -1; round < 3 * ROUNDS; round++)
      for (const [i, { name }] of programs.entries()) {
        const from = performance.now();
        consume((await readTrace(join(folder, name))).runs.length);
        const speed = ((lines[i] as number) / (performance.now() - from)) * 1000;
        if (round >= 0) (speeds[i] as number[]).push(speed);
      }
    const medians = speeds.map(median);
    for (const [i, { name }] of programs.entries())
      say(
        `${name}: ${millions(medians[i] as number)} lines of lackey text, ${bestOf(speeds[i])} best`,
      );
    const least = Math.min(...medians);
    return { name: 'read-lackey', value: least, unit: 'lines/s', ratio: null, of: '' };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Says how a trace fared, on stderr: stdout is for the table or the document. */
function say(line: string): void {
  process.stderr.write(`  ${line}\n`);
}

function timeWorld(options: CellOptions): number {
  const world = boot(options);
  return cpuSeconds(() => runWorld(world));
}

/** Every program in some group; the last group takes from the front what it lacks. */
function groupsOfFour(programs: readonly NamedProgram[]): NamedProgram[][] {
  const groups: NamedProgram[][] = [];
  for (let from = 0; from < programs.length; from += 4)
    groups.push([0, 1, 2, 3].map((i) => programs[(from + i) % programs.length] as NamedProgram));
  return groups;
}

/** The most frames at which LRU still faults once in REFERENCES_PER_FAULT references. */
function framesUnderPressure(program: ReferenceString): number {
  const curve = lruCurve(program.runs, program.pageNumbers.length);
  let frames = curve.length - 1;
  while (frames > 8 && (curve[frames] as number) < program.references / REFERENCES_PER_FAULT)
    frames--;
  return frames;
}

/** Writes the trace's first lines as lackey would; addresses spread inside their page. Gives how many. */
export function writeLackey(file: string, program: ReferenceString): number {
  const to = openSync(file, 'w');
  let text = '';
  let lines = 0;
  for (let i = 0; lines < LACKEY_LINES; i = (i + 1) % program.runs.length) {
    const run = program.runs[i] as number;
    const page = program.pageNumbers[pageOfRun(run)] as number;
    const kind = kindOfRun(run);
    const mark = kind === FETCH ? 'I ' : kind === WRITE ? ' S' : ' L';
    for (let n = 0; n <= (run & 63) && lines < LACKEY_LINES; n++, lines++) {
      const address = page * 4096 + ((lines * 56) % 4088);
      text += `${mark} ${address.toString(16).padStart(8, '0')},${kind === FETCH ? 3 : 8}\n`;
    }
    if (text.length < 1 << 16) continue;
    writeSync(to, text);
    text = '';
  }
  writeSync(to, text);
  // Else the disk is still busy with it while it is read.
  fsyncSync(to);
  closeSync(to);
  return lines;
}

function faultsOf(world: World): number {
  return sum(world, 'faults');
}

function sum(world: World, key: 'faults' | 'hardFaults' | 'pageOuts'): number {
  return world.kernel.state.tasks.reduce((total, task: TaskState) => total + task[key], 0);
}

function millions(perSecond: number): string {
  return `${(perSecond / 1e6).toFixed(0)} M/s`;
}

function bestOf(speeds: readonly number[] | undefined): string {
  return millions(Math.max(...(speeds ?? [])));
}

/** Keeps a result alive, so that no compiler may leave the work out. */
let sink = 0;
function consume(value: number): void {
  sink = (sink + value) | 0;
}
