/**
 * Contract rows: operations on contracts a second (renew, allocate, return), in ever larger crowds
 * of clients; each contract comes to the end of its terms in turn, and goes on since it was renewed.
 * A storm: 10^6 extra frames that 10^4 clients hold are called back, one by one.
 */

import { OP } from '../contracts/messages.ts';
import { send } from '../nucleus/ipc.ts';
import { addTask, givePort, type Kernel } from '../nucleus/kernel.ts';
import type { Message } from '../nucleus/messages.ts';
import { createMachine, FIRST, fireDue, MEMORY, say } from './crowd.ts';
import { cpuSeconds, inTurn, median, medianRatio, type Row } from './measure.ts';

const CROWDS = [1_000, 10_000, 100_000];
/** Owners' turns in one round, and operations in one turn: renew, allocate, return. */
const TURNS = 300_000;
const OPERATIONS = 3;
const ROUNDS = 5;
const STORM_CLIENTS = 10_000;
const STORM_FRAMES = 1_000_000;
/** Messages in one turn, and terms in rounds of turns: each contract is renewed in time. */
const MESSAGES_A_TURN = 5;
const TERM_ROUNDS = 1.25;
const PLAN = { spaces: 0, pages: 1, containers: 1 };

/** What a crowd has in hand, all together: little memory, so that the server's is what is measured. */
interface Crowd {
  readonly kernel: Kernel;
  readonly state: CrowdState;
}

interface CrowdState {
  /** By task id: the slot of its frame. */
  readonly slots: Int32Array;
  refused: number;
}

/** What a client in the storm has in hand: the slots of its frames. */
interface Hand {
  readonly slots: number[];
}

/** Operations a second in each crowd, and what one costs beside the smallest crowd. */
export function contractRows(): Row[] {
  const crowds = CROWDS.map((count) => createCrowd(count));
  const taken = inTurn(
    ROUNDS,
    crowds.map((crowd) => () => cpuSeconds(() => takeTurns(crowd))),
    1,
  );
  // A server is quick to refuse.
  const refused = crowds.reduce((sum, { state }) => sum + state.refused, 0);
  if (refused > 0) throw new Error(`bench: ${refused} operations on contracts were refused`);
  const rows = CROWDS.map((count, i) => ({
    name: `contract-ops-${count}`,
    value: (TURNS * OPERATIONS) / median(taken[i] as number[]),
    unit: 'operations/s',
    ratio: medianRatio(taken[i] as number[], taken[0] as number[]),
    of: `of the cost with ${CROWDS[0]} contracts`,
  }));
  return [...rows, stormRow()];
}

/** One claimant takes what it is guaranteed; all of it is lent to others. */
function stormRow(): Row {
  const each = STORM_FRAMES / STORM_CLIENTS;
  const kernel = createMachine({ ...PLAN, frames: STORM_FRAMES });
  for (let i = 0; i < STORM_CLIENTS; i++) {
    const id = addClient(kernel);
    say(kernel, id, OP.contract, 0, each, 0, 0, 0);
    for (let n = 0; n < each; n++) say(kernel, id, OP.allocate, 0, 0, 0, 0, 0);
  }
  const claimant = addClient(kernel);
  say(kernel, claimant, OP.contract, STORM_FRAMES, 0, 0, 0, 0);
  const time = cpuSeconds(() => {
    for (let n = 0; n < STORM_FRAMES; n++) {
      say(kernel, claimant, OP.allocate, 0, 0, 0, 0, 0);
      fireDue(kernel);
    }
  });
  const { tasks } = kernel.state;
  const missed = tasks.reduce((sum, { revocationsMissed }) => sum + revocationsMissed, 0);
  const got = handOf(kernel, claimant).slots.length;
  if (missed > 0 || got !== STORM_FRAMES)
    throw new Error(
      `bench: of ${STORM_FRAMES} frames ${got} came back, ${missed} deadlines missed`,
    );
  return {
    name: 'revocation-storm',
    value: STORM_FRAMES / time,
    unit: 'frames/s',
    ratio: missed,
    of: `deadlines missed by ${STORM_CLIENTS} clients`,
  };
}

/** Clients with a guarantee of one frame, whose terms end once in a round of turns and a quarter. */
function createCrowd(count: number): Crowd {
  const kernel = createMachine({ ...PLAN, frames: 2 * count });
  const { messageNs, zeroNs } = kernel.costs;
  const term = Math.ceil(count * TERM_ROUNDS * (MESSAGES_A_TURN * messageNs + zeroNs));
  const state: CrowdState = { slots: new Int32Array(FIRST + count), refused: 0 };
  const receiver = { step: crowdStep, state };
  for (let i = 0; i < count; i++) {
    const id = addTask(kernel, 'client', -1, receiver, 4);
    givePort(kernel, id, MEMORY);
    say(kernel, id, OP.contract, 1, 1, 0, 0, term);
  }
  return { kernel, state };
}

function crowdStep(_kernel: Kernel, state: object, { op, to, w1 }: Message): void {
  const crowd = state as CrowdState;
  if (op === OP.granted) crowd.slots[to] = w1;
  else if (op === OP.refused || op === OP.expired) crowd.refused++;
}

/** A client that keeps what it is granted and returns what it is asked for, the last first. */
function addClient(kernel: Kernel): number {
  const state: Hand = { slots: [] };
  const id = addTask(kernel, 'client', -1, { step: clientStep, state }, 4);
  givePort(kernel, id, MEMORY);
  return id;
}

function clientStep(kernel: Kernel, state: object, { op, to, w0, w1 }: Message): void {
  const { slots } = state as Hand;
  if (op === OP.granted) slots.push(w1);
  else if (op === OP.notice)
    for (let n = 0; n < w0; n++) send(kernel, to, 0, OP.returnFrames, slots.pop() ?? 0, 0, 0, 0, 0);
}

function handOf(kernel: Kernel, id: number): Hand {
  return (kernel.receivers[id] as { state: object }).state as Hand;
}

function takeTurns({ kernel, state }: Crowd): void {
  const clients = kernel.state.tasks.length - FIRST;
  for (let turn = 0; turn < TURNS; turn++) {
    const id = FIRST + (turn % clients);
    say(kernel, id, OP.renew, 0, 0, 0, 0, 0);
    say(kernel, id, OP.allocate, 0, 0, 0, 0, 0);
    say(kernel, id, OP.returnFrames, state.slots[id] as number, 0, 0, 0, 0);
    fireDue(kernel);
  }
}
