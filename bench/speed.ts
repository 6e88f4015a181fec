/** Speed rows: references, faults and lines of text a second; the slowest trace counts. */

import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lruCurve } from '../lab/bounds/lru-curve.ts';
import { boot, type World } from '../lab/run/boot.ts';
import { type CellOptions, runCell, runWorld } from '../lab/run/cell.ts';
import { readTrace } from '../lab/traces/index.ts';
import type { TaskState } from '../nucleus/tasks.ts';
import { FETCH, kindOfRun, pageOfRun, type ReferenceString, WRITE } from '../sim-hw/references.ts';
import { bareLoop } from './bare-loop.ts';
import { ampleCell, faultCell, pressureCell } from './cells.ts';
import { inTurn, median, medianRatio, type Row, seconds } from './measure.ts';

const ROUNDS = 7;
/** Four tasks under pressure: one fault in so many references or fewer. */
const REFERENCES_PER_FAULT = 950;
const LACKEY_LINES = 4_000_000;

export interface NamedProgram {
  readonly name: string;
  readonly program: ReferenceString;
}

/** The bare loop, and the whole stack with ample memory beside it. */
export function ampleRows(programs: readonly NamedProgram[]): Row[] {
  let bareLeast = Number.POSITIVE_INFINITY;
  let stackLeast = Number.POSITIVE_INFINITY;
  let ratioLeast = Number.POSITIVE_INFINITY;
  for (const { name, program } of programs) {
    const [bare, stack] = inTurn(ROUNDS, [
      () => seconds(() => consume(bareLoop(program).walks)),
      () => timeWorld(ampleCell(program)),
    ]) as [number[], number[]];
    const bareSpeed = program.references / median(bare);
    const stackSpeed = program.references / median(stack);
    const ratio = medianRatio(bare, stack);
    say(`${name}: bare ${millions(bareSpeed)}, stack ${millions(stackSpeed)}, ${ratio.toFixed(2)}`);
    bareLeast = Math.min(bareLeast, bareSpeed);
    stackLeast = Math.min(stackLeast, stackSpeed);
    ratioLeast = Math.min(ratioLeast, ratio);
  }
  return [
    { name: 'bare-loop', value: bareLeast, unit: 'references/s', ratio: null, of: '' },
    {
      name: 'stack-ample',
      value: stackLeast,
      unit: 'references/s',
      ratio: ratioLeast,
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
        const time = seconds(() => runWorld(world));
        faults = faultsOf(world);
        return time;
      },
      () => seconds(() => consume(runCell(pressureCell(all, frames, true)).tasks.length)),
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
  const [times] = inTurn(2 * ROUNDS, [
    () => {
      const world = boot(faultCell(4096, 40));
      const time = seconds(() => runWorld(world));
      faults = sum(world, 'hardFaults');
      pageOuts = sum(world, 'pageOuts');
      return time;
    },
  ]) as [number[]];
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
    let least = Number.POSITIVE_INFINITY;
    for (const { name, program } of programs) {
      const file = join(folder, `${name}.txt`);
      const lines = writeLackey(file, program);
      const speeds: number[] = [];
      for (let round = -1; round < ROUNDS; round++) {
        const from = performance.now();
        consume((await readTrace(file)).runs.length);
        if (round >= 0) speeds.push((lines / (performance.now() - from)) * 1000);
      }
      rmSync(file);
      say(`${name}: lackey text ${millions(median(speeds))} lines`);
      least = Math.min(least, median(speeds));
    }
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
  return seconds(() => runWorld(world));
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

/** Writes the trace's first lines as lackey would; addresses spread inside their page. */
function writeLackey(file: string, program: ReferenceString): number {
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

/** Keeps a result alive, so that no compiler may leave the work out. */
let sink = 0;
function consume(value: number): void {
  sink = (sink + value) | 0;
}
