/**
 * Stirred scenarios: beside the ordinary tasks a few stirrers (stirrer.ts), a memory server that
 * moves frames under all of them, and rotating claims. Drawn from a stream of its own, so that an
 * ordinary task is what it is without.
 */

import { policies } from '../../clients/policies/index.ts';
import { PORT } from '../../nucleus/capabilities.ts';
import { givePort, type Kernel } from '../../nucleus/kernel.ts';
import { PLAIN_PAGES } from '../../paging/page-kinds.ts';
import type { Claims } from '../../servers/memory/containers/page-state.ts';
import { defragment, relocateRun } from '../../servers/memory/containers/relocation.ts';
import type { MemoryServerState } from '../../servers/memory/state.ts';
import { poolOf } from '../../servers/memory/upstream/upstream.ts';
import { findFreeRun } from '../../sim-hw/frames.ts';
import { nextBelow, type RandomState, splitRandom } from '../../sim-hw/random.ts';
import type { World } from '../run/boot.ts';
import type { CellOptions, CellTask } from '../run/cell-options.ts';
import { between, chance, oneOf, small } from './chance.ts';
import type { Elsewhere } from './elsewhere.ts';
import { hasFiles, type StirredFiles } from './files.ts';
import type { Places } from './places.ts';
import { drawProgram } from './program.ts';
import { type StirrerState, type StirrerWish, stirrerStep } from './stirrer.ts';

/** What is stirred, and how much. */
export interface Stir {
  /** By place among the tasks; the last ones. */
  readonly stirrers: readonly StirrerWish[];
  readonly claims: Claims;
  /** Decisions of the scheduler between two moves of frames, or 0. */
  readonly moveEvery: number;
  readonly span: number;
  /** Their file server and pipes, or null. */
  readonly files: StirredFiles | null;
}

/** Adds stirrers to the tasks of `options`. */
export function drawStir(
  options: CellOptions,
  seed: number,
  span: number,
): { options: CellOptions; stir: Stir } {
  const random = splitRandom(seed, 'stir');
  const moveEvery = chance(random, 30) ? between(random, 1, 40) : 0;
  const claims: Claims = chance(random, 40) ? 'rotate' : 'first';
  const isStirred = options.management === 'contracts' && (chance(random, 60) || hasFiles(seed));
  if (!isStirred) return { options, stir: { stirrers: [], claims, moveEvery, span, files: null } };
  const { frames } = options.machine;
  const stirrers = Array.from({ length: between(random, 1, 3) }, () =>
    drawStirrer(random, frames, span),
  );
  const more = stirrers.reduce((sum, { guaranteed }) => sum + guaranteed, 0);
  const room = chance(random, 70) ? more : 0;
  return {
    options: {
      ...options,
      machine: { ...options.machine, frames: frames + room },
      tasks: [...options.tasks, ...stirrers.map((wish, at) => drawTask(random, wish, at, span))],
    },
    stir: { stirrers, claims, moveEvery, span, files: null },
  };
}

function drawStirrer(random: RandomState, frames: number, span: number): StirrerWish {
  return {
    answers: oneOf(random, [0, 50, 95, 100]),
    wild: oneOf(random, [0, 2, 10]),
    pause: between(random, span / 200, span / 30),
    guaranteed: small(random, 1, 16),
    extra: small(random, 0, frames),
    term: chance(random, 70) ? 0 : between(random, span / 20, span),
    landless: chance(random, 30),
  };
}

function drawTask(random: RandomState, wish: StirrerWish, at: number, span: number): CellTask {
  return {
    name: `stirrer${at}`,
    program: drawProgram(random, between(random, 2, 8)),
    pageBytes: 4096,
    policy: policies.fifo,
    policyParameters: {},
    guaranteed: wish.guaranteed,
    extra: wish.extra,
    initial: 'image',
    atEnd: 'restart',
    start: chance(random, 60) ? 0 : between(random, 0, span),
    hostile: null,
    scratch: [],
    zeroFill: true,
    renegotiate: [],
    renews: false,
    cpu: chance(random, 90) ? 0 : between(random, 0, 2),
    killAt: chance(random, 25) ? between(random, 1, span * 2) : null,
    kinds: PLAIN_PAGES,
  };
}

/** Puts the stirrers into a booted world, in the place of their pagers; returns their states. */
export function placeStirrers(
  world: World,
  stir: Stir,
  seed: number,
  places: Places,
): StirrerState[] {
  const { kernel, clients, options, taskFrames } = world;
  const server = kernel.receivers[world.memory].state as MemoryServerState;
  (server.pages as { claims: Claims }).claims = stir.claims;
  const first = options.tasks.length - stir.stirrers.length;
  const ids = clients.slice(first);
  return stir.stirrers.map((wish, at) => {
    const id = ids[at];
    const state: StirrerState = {
      id,
      wish,
      random: splitRandom(seed, `stirrer ${at}`),
      policyPorts: portsOf(kernel, id, ids[ids.length - 1], world.disk),
      partners: ids.filter((other) => other !== id).map((other) => givePort(kernel, id, other)),
      table: server.policy?.table ?? null,
      span: stir.span,
      fair: Math.max(2, Math.ceil(taskFrames / options.tasks.length)),
      faultPage: -1,
      elsewhere: elsewhereOf(world, stir, places, id),
      windows: [],
      lockMax: 0,
      wrong: null,
      moved: 0,
      rounds: 0,
    };
    kernel.receivers[id] = { step: stirrerStep, state };
    return state;
  });
}

/** Ports to the servers that there are beside the memory server; null: there are none. */
function elsewhereOf(
  { kernel, disk }: World,
  { span }: Stir,
  { own, foreign, pipes }: Places,
  id: number,
): Elsewhere | null {
  if (disk === 0 && own.length === 0) return null;
  const port = (server: number) => givePort(kernel, id, server);
  return {
    files: own.length === 0 ? -1 : port(own[0]),
    foreign: foreign.map(port),
    pipes: pipes.map(port),
    disk: disk === 0 ? -1 : port(disk),
    lock: 10 * span,
    handles: [],
    changes: -1,
  };
}

/** Ports of a task to policy servers: these came after all clients, and no disk server is one. */
function portsOf(kernel: Kernel, id: number, lastClient: number, disk: number): number[] {
  const { kind, object } = kernel.state.capabilities[id];
  const ports: number[] = [];
  for (const [slot, target] of object.entries())
    if (kind[slot] === PORT && target > lastClient && target !== disk) ports.push(slot);
  return ports;
}

const ANYWHERE = { colour: 0, colours: 1, below: 0 };

/** Moves a run of frames, or, now and then, all that can go down; returns how many were moved. */
export function moveFrames({ kernel, memories }: World, random: RandomState): number {
  const id = memories.length === 1 ? memories[0] : oneOf(random, memories);
  const server = kernel.receivers[id].state as MemoryServerState;
  const frames = poolOf(kernel, server);
  const { count } = frames;
  if (chance(random, 3)) return defragment(kernel, server);
  const order = chance(random, 80) ? 0 : between(random, 1, 3);
  const into = findFreeRun(frames, order, nextBelow(random, count), ANYWHERE);
  if (into < 0) return 0;
  // Frames of containers of pages as often as any.
  const { onFrame } = server.pages;
  const start = nextBelow(random, count);
  const shown = chance(random, 50) ? onFrame.findIndex((on, at) => on !== null && at >= start) : -1;
  const from = shown < 0 ? start : shown;
  return relocateRun(kernel, server, from, order, into) ? 1 : 0;
}
