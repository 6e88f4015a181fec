/**
 * `npm run peers`: leasehold beside a libCacheSim that the user has built (bench/peers.md). Whole
 * processes, the same trace, each side its own native uncompressed format, rounds in turn, medians.
 */

import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { median, medianRatio } from '../measure.ts';
import {
  ourMisses,
  ourRun,
  type Peer,
  quarterOf,
  sixteenOf,
  theirMisses,
  theirNames,
  theirRun,
} from './contests.ts';
import { type Finished, requireTime } from './processes.ts';
import { type PeerTrace, prepareTrace } from './traces.ts';

const CONTESTS = ['one', 'curve', 'count'];
const USE = 'npm run peers -- --cachesim PROGRAM --trace NAME=FILE [--trace ...] (bench/peers.md)';

interface Asked {
  readonly peer: Peer;
  readonly traces: readonly string[];
  readonly policies: readonly string[];
  readonly contests: readonly string[];
  readonly rounds: number;
}

interface Line {
  readonly trace: string;
  readonly contest: string;
  readonly policy: string;
  readonly theirs: string;
  readonly ours: string;
  readonly result: string;
}

function parsed(args: readonly string[]): Asked {
  const { values } = parseArgs({
    args: [...args],
    options: {
      cachesim: { type: 'string' },
      trace: { type: 'string', multiple: true },
      policy: { type: 'string', default: Object.keys(theirNames).join(',') },
      contest: { type: 'string', default: CONTESTS.join(',') },
      rounds: { type: 'string', default: '5' },
      folder: { type: 'string', default: 'build/peers' },
    },
  });
  const { cachesim, trace: traces = [] } = values;
  if (cachesim === undefined || traces.length === 0) throw new Error(`expected ${USE}`);
  if (!existsSync(cachesim)) throw new Error(`--cachesim: no file ${cachesim}; ${USE}`);
  const rounds = Number(values.rounds);
  if (!(Number.isInteger(rounds) && rounds >= 1 && rounds <= 99))
    throw new Error(`--rounds: '${values.rounds}', expected 1 to 99`);
  const peer = { cachesim: resolve(cachesim), folder: resolve(values.folder) };
  const policies = known('--policy', values.policy, Object.keys(theirNames));
  return { peer, traces, policies, contests: known('--contest', values.contest, CONTESTS), rounds };
}

function known(place: string, list: string, names: readonly string[]): string[] {
  const asked = list.split(',');
  const strange = asked.find((name) => !names.includes(name));
  if (strange === undefined) return asked;
  throw new Error(`${place}: '${strange}', expected some of ${names.join(', ')}`);
}

/** Both sides in turn, after one round that does not count: files lie in memory, bundles are made. */
function rounds(count: number, sides: readonly (() => Finished)[]): Finished[][] {
  const all: Finished[][] = sides.map(() => []);
  for (let round = -1; round < count; round++)
    for (const [i, side] of sides.entries()) {
      const finished = side();
      if (round >= 0) all[i]?.push(finished);
    }
  return all;
}

const secondsOf = (side: readonly Finished[]): number[] => side.map(({ seconds }) => seconds);
const cost = (side: readonly Finished[]): string => {
  const megabytes = median(side.map(({ megabytes }) => megabytes));
  return `${median(secondsOf(side)).toFixed(3)} s ${megabytes.toFixed(0)} MiB`;
};

function one({ peer, rounds: count }: Asked, trace: PeerTrace, policy: string): Line {
  const sizes = [quarterOf(trace)];
  const [theirs, ours] = rounds(count, [
    () => theirRun(peer, trace, policy, sizes, 1),
    () => ourRun(peer, trace, policy, sizes, 1),
  ]) as [Finished[], Finished[]];
  const ratio = medianRatio(secondsOf(theirs), secondsOf(ours));
  const speed = trace.references / median(secondsOf(ours)) / 1e6;
  const result = `${ratio.toFixed(1)} times, ${speed.toFixed(0)} M/s`;
  return {
    trace: trace.name,
    contest: 'one',
    policy,
    theirs: cost(theirs),
    ours: cost(ours),
    result,
  };
}

function curve({ peer, rounds: count }: Asked, trace: PeerTrace, policy: string): Line {
  const sizes = sixteenOf(trace);
  const [single, double, ours] = rounds(count, [
    () => theirRun(peer, trace, policy, sizes, 1),
    () => theirRun(peer, trace, policy, sizes, 2),
    () => ourRun(peer, trace, policy, sizes, 2),
  ]) as [Finished[], Finished[], Finished[]];
  const better = median(secondsOf(single)) < median(secondsOf(double)) ? single : double;
  const ratio = medianRatio(secondsOf(better), secondsOf(ours));
  const speed = trace.references / median(secondsOf(ours)) / 1e6;
  const theirs = `${cost(better)} (${better === single ? 1 : 2} threads)`;
  const result = `${ratio.toFixed(1)} times, ${speed.toFixed(0)} M/s`;
  return { trace: trace.name, contest: 'curve', policy, theirs, ours: cost(ours), result };
}

function count({ peer }: Asked, trace: PeerTrace, policy: string): Line {
  const frames = quarterOf(trace);
  const theirs = theirMisses(peer, trace, policy, frames);
  const ours = ourMisses(ourRun(peer, trace, policy, [frames], 1)).get(frames) as number;
  const result = theirs === ours ? 'equal' : `${(((ours - theirs) / theirs) * 100).toFixed(2)} %`;
  const text = (misses: number): string => misses.toLocaleString('en-US');
  return {
    trace: trace.name,
    contest: 'count',
    policy,
    theirs: text(theirs),
    ours: text(ours),
    result,
  };
}

function print({ trace, contest, policy, theirs, ours, result }: Line): void {
  const start = `${trace.padEnd(9)}${contest.padEnd(7)}${policy.padEnd(18)}`;
  console.log(`${start}${theirs.padStart(32)}${ours.padStart(20)}   ${result}`);
}

async function main(): Promise<void> {
  const asked = parsed(process.argv.slice(2));
  requireTime();
  mkdirSync(join(asked.peer.folder, 'result'), { recursive: true });
  const run: Readonly<Record<string, typeof one>> = { one, curve, count };
  for (const text of asked.traces) {
    const trace = await prepareTrace(text, asked.peer.folder);
    const { name, references, pages } = trace;
    console.log(`${name}: ${references} references to ${pages} pages`);
    for (const contest of asked.contests)
      for (const policy of asked.policies)
        print((run[contest] as typeof one)(asked, trace, policy));
  }
}

try {
  await main();
} catch (error) {
  console.error(`peers: ${(error as Error).message}`);
  process.exitCode = 2;
}
