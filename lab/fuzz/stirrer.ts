/**
 * Stirrers: tasks of the fuzz alone, that do whatever the protocol lets them and whatever it does
 * not. Each has a contract, an address space and a tape (tape.ts); at times of its own it sends a
 * few messages to the memory server, hands capabilities to other stirrers, to the swap server and
 * to the policy server, works through DMA windows that it was opened, and maps and unmaps. Some
 * answer notices, some now and then, some never. Its program touches pages that only a container
 * can have lent it.
 * What else it does than to send random messages is in stirrer-deeds.ts.
 */

import { ALLOCATE_EXTRA, COPY, OP } from '../../contracts/messages.ts';
import type { PolicyTable } from '../../contracts/policy-table.ts';
import { graceLeast } from '../../contracts/terms.ts';
import { CONTROL, PAGES, WEAK_CONTAINER, WEAK_PAGES } from '../../nucleus/capabilities.ts';
import { termNow, timerAt } from '../../nucleus/clock.ts';
import { resume } from '../../nucleus/faults.ts';
import { send } from '../../nucleus/ipc.ts';
import { FAULT, type Kernel, NUCLEUS, TIMER } from '../../nucleus/kernel.ts';
import { START } from '../../nucleus/life.ts';
import type { Message } from '../../nucleus/messages.ts';
import { NOT_STARTED, SOFT, type TaskState } from '../../nucleus/tasks.ts';
import type { MemoryServerState } from '../../servers/memory/state.ts';
import { nextBelow, type RandomState } from '../../sim-hw/random.ts';
import { between, chance, oneOf, small } from './chance.ts';
import { type Elsewhere, heardElsewhere, talkElsewhere } from './elsewhere.ts';
import type { Sender } from './fields.ts';
import {
  giveBack,
  handOver,
  MEMORY_PORT,
  noticed,
  pick,
  remember,
  SWAP_PORT,
  store,
  tableOf,
  talkToPolicy,
  throwAway,
  touchMappings,
  work,
} from './stirrer-deeds.ts';
import { drawFields, drawMessage } from './tape.ts';

/** How a stirrer behaves; drawn (stirred.ts). */
export interface StirrerWish {
  /** Notices of a hundred that it answers at once. */
  readonly answers: number;
  /** Messages and fields of a hundred that are nonsense. */
  readonly wild: number;
  /** Longest time between two rounds, on the clock of terms. */
  readonly pause: number;
  readonly guaranteed: number;
  readonly extra: number;
  readonly term: number;
  /** It begins without a contract, for others to take it in. */
  readonly landless: boolean;
}

/** Plain data, but for what it looks on at. */
export interface StirrerState {
  readonly id: number;
  readonly wish: StirrerWish;
  readonly random: RandomState;
  /** Port slots: other stirrers, and policy servers. */
  readonly partners: number[];
  readonly policyPorts: number[];
  readonly table: PolicyTable | null;
  readonly span: number;
  readonly fair: number;
  /** The program stands at this page, or -1. */
  faultPage: number;
  /** Other servers, where there are any. */
  readonly elsewhere: Elsewhere | null;
  /** Windows that it was opened, and which opening it was. */
  readonly windows: { window: number; serial: number }[];
  /** Not its own: pagers have one, and calm weather sets it. */
  lockMax: number;
  /** What was done and must not be. */
  wrong: string | null;
  /** Pages that it has moved through windows; rounds. */
  moved: number;
  rounds: number;
}

const ROUND = 1;
/** Capabilities above which some are thrown away. */
const CROWDED = 44;

/** Receiver step of a stirrer. */
export function stirrerStep(kernel: Kernel, state: object, message: Message): void {
  const stirrer = state as StirrerState;
  const { op, from, w0, w1, w2, cameAlong } = message;
  // What is handed to it before it starts lies there until then.
  if ((kernel.state.tasks[stirrer.id] as TaskState).status === NOT_STARTED) return;
  if (op === FAULT) stirrer.faultPage = w0;
  else if (from === NUCLEUS && op === START) begin(kernel, stirrer);
  else if (from === NUCLEUS && op === TIMER)
    if (w0 === ROUND) round(kernel, stirrer);
    else giveBack(kernel, stirrer, w0 >>> 4);
  else if (cameAlong) received(kernel, stirrer, w0);
  else if (heardElsewhere(kernel, stirrer, message)) return;
  else if (op === OP.notice) noticed(kernel, stirrer, w0);
  else if (op === OP.locked) remember(kernel, stirrer, w1);
  else if (op === OP.containerIs && w2 < 0) fill(kernel, stirrer, w1);
  else if (op === OP.containerIs && chance(stirrer.random, 75)) handOver(kernel, stirrer, w2);
  else if (op === OP.controlIs && chance(stirrer.random, 35)) handOver(kernel, stirrer, w1);
}

function begin(kernel: Kernel, { id, wish, random }: StirrerState): void {
  const { guaranteed, extra, term, landless } = wish;
  if (!landless) send(kernel, id, MEMORY_PORT, OP.contract, guaranteed, extra, 1, 0, term);
  timerAt(kernel, termNow(kernel) + between(random, 1, wish.pause), id, ROUND);
}

/** A new container of pages: as often as not, what makes it useful at once. */
function fill(kernel: Kernel, stirrer: StirrerState, container: number): void {
  const { id, random, span } = stirrer;
  if (chance(random, 40) || tableOf(kernel, stirrer).kind[container] !== PAGES) return;
  const { grace } = senderOf(kernel, stirrer);
  const tell = (op: number, w1: number, w2: number, w3: number, time = 0) =>
    send(kernel, id, MEMORY_PORT, op, container, w1, w2, w3, time);
  tell(OP.allocatePages, 0, between(random, 1, 4), ALLOCATE_EXTRA);
  tell(OP.sealContainer, 1, 0, 0, chance(random, 60) ? grace : between(random, 1, span));
  tell(OP.shareContainer, 1, 0, 0);
}

/** A capability has come: it is put to use, as often as not. */
function received(kernel: Kernel, stirrer: StirrerState, slot: number): void {
  const { id, random } = stirrer;
  const kind = tableOf(kernel, stirrer).kind[slot];
  if (chance(random, 25)) return;
  if (kind === WEAK_PAGES && chance(random, 40)) return takeCopy(kernel, stirrer, slot);
  const name =
    kind === CONTROL
      ? ('useControl' as const)
      : kind === WEAK_CONTAINER
        ? ('lockContainer' as const)
        : oneOf(random, ['lockPages', 'mapPage'] as const);
  const { op, w1, w2, w3, time } = drawFields(senderOf(kernel, stirrer), name);
  send(kernel, id, MEMORY_PORT, op, slot, w1, w2, w3, time);
}

/** Of pages that another has shared: into a container of its own. */
function takeCopy(kernel: Kernel, stirrer: StirrerState, weak: number): void {
  const { id, random } = stirrer;
  const own = pick(kernel, stirrer, [PAGES]);
  const count = between(random, 1, 2);
  const tell = (op: number, w0: number, w1: number, w2: number) =>
    send(kernel, id, MEMORY_PORT, op, w0, w1, w2, 0, 0);
  if (own < 0) return void tell(OP.openContainer, 4, -1, 1);
  tell(OP.fromPages, 0, 0, 0);
  tell(OP.fromPages, weak, 0, count);
  tell(OP.intoPages, own, small(random, 0, 3), count);
  tell(OP.transferPages, COPY, 1, 0);
}

function senderOf(kernel: Kernel, stirrer: StirrerState): Sender {
  const { state, receivers } = kernel;
  const { random, faultPage, fair, span, wish } = stirrer;
  const task = state.tasks[stirrer.id] as TaskState;
  const { terms } = receivers[1].state as MemoryServerState;
  return {
    random,
    table: tableOf(kernel, stirrer),
    pages: state.spaces[task.space].pages,
    faultPage,
    tasks: state.tasks.length,
    fair,
    span,
    grace: graceLeast(terms),
    wild: wish.wild,
  };
}

/** A few messages, and the program may try again. */
function round(kernel: Kernel, stirrer: StirrerState): void {
  const { id, random, wish } = stirrer;
  const sender = senderOf(kernel, stirrer);
  stirrer.rounds++;
  for (let left = between(random, 1, 4); left > 0; left--) act(kernel, stirrer, sender);
  talkElsewhere(kernel, stirrer, sender);
  const task = kernel.state.tasks[id] as TaskState;
  if (!task.receiving) task.receiving = true;
  else if (chance(random, 2)) task.receiving = false;
  if (tableOf(kernel, stirrer).objects > CROWDED) throwAway(kernel, stirrer);
  if (stirrer.faultPage >= 0) {
    stirrer.faultPage = -1;
    resume(kernel, id, id, SOFT, false);
  }
  timerAt(kernel, termNow(kernel) + between(random, 1, wish.pause), id, ROUND);
}

function act(kernel: Kernel, stirrer: StirrerState, sender: Sender): void {
  const { id, random } = stirrer;
  const what = nextBelow(random, 100);
  if (what < 76) say(kernel, stirrer, sender);
  else if (what < 84) {
    const slot = pick(kernel, stirrer, [WEAK_CONTAINER, WEAK_PAGES, CONTROL, WEAK_PAGES]);
    if (slot >= 0) handOver(kernel, stirrer, slot);
  } else if (what < 90) work(kernel, stirrer);
  else if (what < 95) touchMappings(kernel, stirrer, sender);
  else if (what < 97) store(kernel, stirrer, sender);
  else if (what < 99) talkToPolicy(kernel, stirrer, sender);
  else if (stirrer.partners.length > 0 && chance(random, 40))
    send(kernel, id, oneOf(random, stirrer.partners), OP.askControl, 1, 0, 0, 0, 0);
  else {
    const { op, w0, w1, w2, w3, time } = drawMessage(sender);
    if (op !== OP.discard) send(kernel, id, SWAP_PORT, op, w0, w1, w2, w3, time);
  }
}

/** A message to the memory server; lists of pages come in pairs more often than not. */
function say(kernel: Kernel, { id, random, wish }: StirrerState, sender: Sender): void {
  let words = drawMessage(sender);
  if (wish.landless && words.op === OP.contract) words = drawFields(sender, 'useControl');
  const tell = ({ op, w0, w1, w2, w3, time }: typeof words) =>
    send(kernel, id, MEMORY_PORT, op, w0, w1, w2, w3, time);
  if (words.op !== OP.transferPages || chance(random, 30)) return void tell(words);
  const count = between(random, 1, 3);
  tell({ ...drawFields(sender, 'fromPages'), w1: small(random, 0, 5), w2: 0 });
  tell({ ...drawFields(sender, 'fromPages'), w1: small(random, 0, 5), w2: count });
  tell({ ...drawFields(sender, 'intoPages'), w1: small(random, 0, 5), w2: count });
  tell(words);
}
