/**
 * Container rows: maps, copies and locks a second, on a server with 10^5 live containers of pages,
 * each entrusted to the next client; and containers of one run, made, locked and unlocked, beside
 * as many that live on. The containers take their turns in order of age.
 */

import { ALLOCATE_ZERO, COPY, LOCK_PHYSICAL, OP, READ, WRITE } from '../contracts/messages.ts';
import { type CapabilityTable, removeCapability } from '../nucleus/capabilities.ts';
import { deliverAll, sendCapability } from '../nucleus/ipc.ts';
import { addTask, givePort, type Kernel } from '../nucleus/kernel.ts';
import type { Message } from '../nucleus/messages.ts';
import { createMachine, FIRST, fireDue, MEMORY, say } from './crowd.ts';
import { cpuSeconds, inTurn, median, type Row } from './measure.ts';

const CLIENTS = 1_000;
/** Containers of pages that each client owns, and pages in each; the last page is for copies. */
const EACH = 100;
const PAGES = 3;
/** Containers of one run that each client has besides. */
const THIN_EACH = 50;
const OPERATIONS = 200_000;
const ROUNDS = 7;
const LOCK_NS = 1_000_000;

/** Places for capabilities in a client's table. */
const OBJECTS = 2 * EACH + THIN_EACH + 8;
/** The tag of an opened container. */
const OPENED = 1;

/** What a client has: capabilities by number of container, its own and the other's. */
interface Hand {
  readonly own: number[];
  readonly weak: number[];
  readonly slots: number[];
  /** The weak capability that it was given last. */
  given: number;
  refused: number;
}

interface Contender {
  readonly name: string;
  readonly of: string;
  /** Operation number `n`, on container `at` of client `id`. */
  operate(kernel: Kernel, id: number, at: number, n: number): void;
}

const contenders: readonly Contender[] = [
  {
    name: 'container-map',
    of: 'a message and its answer; owner and user in turn',
    operate(kernel, id, at, n) {
      const isOwner = n % 2 === 0;
      const user = isOwner ? id : nextOf(id);
      const hand = handOf(kernel, user);
      const capability = (isOwner ? hand.own : hand.weak)[at] as number;
      const page = isOwner ? at : EACH + at;
      say(kernel, user, OP.mapPage, capability, 0, page, isOwner ? WRITE : READ, 0);
    },
  },
  {
    name: 'container-copy',
    of: 'three messages and an answer',
    operate(kernel, id, at, n) {
      const capability = handOf(kernel, id).own[at] as number;
      say(kernel, id, OP.fromPages, capability, n % 2, 1, 0, 0);
      say(kernel, id, OP.intoPages, capability, PAGES - 1, 1, 0, 0);
      say(kernel, id, OP.transferPages, COPY, 0, 0, 0, 0);
    },
  },
  {
    name: 'container-lock',
    of: 'two messages and an answer: lock, unlock',
    operate(kernel, id, at) {
      const user = nextOf(id);
      const capability = handOf(kernel, user).weak[at] as number;
      say(kernel, user, OP.lockPages, capability, LOCK_PHYSICAL, 0, 0, LOCK_NS);
      say(kernel, user, OP.unlockContainer, capability, 0, 0, 0, 0);
    },
  },
  {
    name: 'container-once',
    of: 'three messages and two answers: create for one lock, lock, unlock',
    operate(kernel, id, at) {
      const hand = handOf(kernel, id);
      const slot = hand.slots[THIN_EACH + (at % THIN_EACH)] as number;
      say(kernel, id, OP.createContainer, slot, 1, 0, 1, LOCK_NS);
      const { given } = hand;
      say(kernel, id, OP.lockContainer, given, 0, 0, 0, LOCK_NS);
      say(kernel, id, OP.unlockContainer, given, 0, 0, 0, 0);
      // It is dead: no server would keep it.
      removeCapability(kernel.state.capabilities[id] as CapabilityTable, given);
    },
  },
];

/** Operations a second, all on one machine. */
export function containerRows(): Row[] {
  const kernel = createContainers();
  const taken = inTurn(
    ROUNDS,
    contenders.map(
      ({ operate }) =>
        () =>
          cpuSeconds(() => takeTurns(kernel, operate)),
    ),
  );
  const refused = kernel.state.tasks.reduce((sum, { id }) => sum + refusedOf(kernel, id), 0);
  if (refused > 0) throw new Error(`bench: ${refused} operations on containers were refused`);
  return contenders.map(({ name, of }, i) => ({
    name,
    value: OPERATIONS / median(taken[i] as number[]),
    unit: 'operations/s',
    ratio: null,
    of,
  }));
}

function takeTurns(kernel: Kernel, operate: Contender['operate']): void {
  for (let n = 0; n < OPERATIONS; n++) {
    const turn = n % (CLIENTS * EACH);
    operate(kernel, FIRST + Math.floor(turn / EACH), turn % EACH, n);
    fireDue(kernel);
  }
}

/** Clients with containers, each of which the next client has the weak capability to. */
function createContainers(): Kernel {
  const frames = CLIENTS * (2 * EACH + 2 * THIN_EACH);
  const containers = CLIENTS * (THIN_EACH + 1);
  const kernel = createMachine({ frames, spaces: CLIENTS, pages: 2 * EACH, containers });
  for (let i = 0; i < CLIENTS; i++) addClient(kernel, i);
  for (let i = 0; i < CLIENTS; i++) {
    const id = FIRST + i;
    say(kernel, id, OP.contract, frames / CLIENTS, 0, 0, 0, 0);
    for (let at = 0; at < EACH; at++) entrust(kernel, id);
    for (let n = 0; n < 2 * THIN_EACH; n++) say(kernel, id, OP.allocate, 0, 0, 0, 0, 0);
    for (let at = 0; at < THIN_EACH; at++)
      say(kernel, id, OP.createContainer, handOf(kernel, id).slots[at] as number, 0, 0, 0, LOCK_NS);
  }
  return kernel;
}

/** A container with two of its pages there, sealed, shared, and handed to the next client. */
function entrust(kernel: Kernel, id: number): void {
  const hand = handOf(kernel, id);
  say(kernel, id, OP.openContainer, PAGES, -1, 0, OPENED, 0);
  const own = hand.own.at(-1) as number;
  say(kernel, id, OP.allocatePages, own, 0, PAGES - 1, ALLOCATE_ZERO, 0);
  say(kernel, id, OP.sealContainer, own, 0, 0, 0, LOCK_NS);
  say(kernel, id, OP.shareContainer, own, 0, 0, 0, 0);
  sendCapability(kernel, id, 1, OP.store, hand.given, 0, 0, 0);
  deliverAll(kernel);
}

function addClient(kernel: Kernel, space: number): void {
  const state: Hand = { own: [], weak: [], slots: [], given: -1, refused: 0 };
  const id = addTask(kernel, 'client', space, { step: clientStep, state }, OBJECTS);
  givePort(kernel, id, MEMORY);
  givePort(kernel, id, nextOf(id));
}

/** Notes what it is told, and does nothing. */
function clientStep(_kernel: Kernel, state: object, { op, w0, w1, w2 }: Message): void {
  const hand = state as Hand;
  if (op === OP.granted) hand.slots.push(w1);
  else if (op === OP.store) hand.weak.push(w0);
  else if (op === OP.refused) hand.refused++;
  else if (op === OP.containerIs && w0 === OPENED) hand.own.push(w1);
  else if (op === OP.containerIs) hand.given = w2;
}

function nextOf(id: number): number {
  return FIRST + ((id - FIRST + 1) % CLIENTS);
}

function handOf(kernel: Kernel, id: number): Hand {
  return (kernel.receivers[id] as { state: object }).state as Hand;
}

function refusedOf(kernel: Kernel, id: number): number {
  return id < FIRST ? 0 : handOf(kernel, id).refused;
}
