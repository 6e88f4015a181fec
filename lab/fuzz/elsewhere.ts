/**
 * Elsewhere: what stirrers (stirrer.ts) say to file servers, pipes, a disk server and swap, where there
 * are any. Most of it is well formed and about what they have: files with few names, handles of their
 * own, containers of pages that they opened to be lent. Some is about what others have, or nothing, or
 * is no message at all; and now and then a container changes while a server has it.
 */

import { ALLOCATE_EXTRA, type MessageName, OP } from '../../contracts/messages.ts';
import {
  type CapabilityTable,
  PAGES,
  QUOTA_CONTROL,
  WEAK_CONTAINER,
  WEAK_PAGES,
} from '../../nucleus/capabilities.ts';
import { send, sendCapability } from '../../nucleus/ipc.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import { encodeName } from '../../servers/file/system/index.ts';
import { nextBelow, type RandomState } from '../../sim-hw/random.ts';
import { between, chance, oneOf, small } from './chance.ts';
import { talkToDisk } from './disk-deeds.ts';
import type { Sender } from './fields.ts';
import type { StirrerState } from './stirrer.ts';
import { MEMORY_PORT, pick, SWAP_PORT, tableOf } from './stirrer-deeds.ts';
import { drawFields, drawMessage } from './tape.ts';

/** Whom a stirrer knows beside the memory server: port slots, -1 where there is none. */
export interface Elsewhere {
  readonly files: number;
  /** File servers whose files are other tasks'. */
  readonly foreign: readonly number[];
  readonly pipes: readonly number[];
  readonly disk: number;
  /** Longest lock of what it lends. */
  readonly lock: number;
  /** Handles that it has been given, the newest last. */
  readonly handles: number[];
  /** The container that is about to change, or -1. */
  changes: number;
}

/** Tag of a container that is opened to be lent; its pages are added. */
const LENT = 4096;
const PAGES_MOST = 4;
/** Tag of a look after which a container is changed. */
const CHANGE = 8192;
const HANDLES = 4;
const NAMES = ['a', 'b', 'c', 'longer.one', 'd-e_f'];
/** Said to file servers, with no container along. */
const SAID: readonly MessageName[] = [
  'openFile',
  'openFile',
  'openFile',
  'closeFile',
  'truncateFile',
  'syncFile',
  'syncFile',
  'mapFile',
  'rangeFrom',
  'copyRange',
  'listFiles',
  'hintFile',
  'removeFile',
];

/** A few words to any of them. */
export function talkElsewhere(kernel: Kernel, stirrer: StirrerState, sender: Sender): void {
  const { random, elsewhere } = stirrer;
  if (elsewhere === null) return;
  for (let left = between(random, 1, 3); left > 0; left--) {
    const what = nextBelow(random, 100);
    if (what < 20) openToLend(kernel, stirrer);
    else if (what < 45) lend(kernel, stirrer, elsewhere, sender);
    else if (what < 70) sayToFiles(kernel, stirrer, elsewhere, sender);
    else if (what < 82) talkToDisk(kernel, stirrer, elsewhere, sender);
    else if (what < 90) askSwap(kernel, stirrer);
    else sayNonsense(kernel, stirrer, elsewhere, sender);
  }
}

/** Something that is about what was begun here; true: it was. */
export function heardElsewhere(
  kernel: Kernel,
  stirrer: StirrerState,
  { op, w0, w1, w2 }: { op: number; w0: number; w1: number; w2: number },
): boolean {
  const { elsewhere, random } = stirrer;
  if (elsewhere === null) return false;
  if (op === OP.fileIs) {
    elsewhere.handles.push(w1);
    if (elsewhere.handles.length > HANDLES) elsewhere.handles.shift();
    return true;
  }
  if (op === OP.containerStands && w0 === CHANGE) {
    change(kernel, stirrer, elsewhere);
    return true;
  }
  if (op !== OP.containerIs || w0 < LENT || w0 > LENT + PAGES_MOST) return false;
  if (w2 >= 0) return chance(random, 50);
  fillToLend(kernel, stirrer, elsewhere, w1, w0 - LENT);
  return true;
}

function openToLend(kernel: Kernel, { id, random }: StirrerState): void {
  const pages = between(random, 1, PAGES_MOST);
  const extras = chance(random, 30) ? 1 : 0;
  send(kernel, id, MEMORY_PORT, OP.openContainer, pages, -1, extras, LENT + pages, 0);
}

/** All of its pages, a seal that outlasts a device, and two capabilities. */
function fillToLend(
  kernel: Kernel,
  { id }: StirrerState,
  { lock }: Elsewhere,
  container: number,
  pages: number,
): void {
  const tell = (op: number, w1: number, w2: number, w3: number, time = 0) =>
    send(kernel, id, MEMORY_PORT, op, container, w1, w2, w3, time);
  tell(OP.allocatePages, 0, pages, ALLOCATE_EXTRA);
  tell(OP.sealContainer, 1, 0, 0, lock);
  tell(OP.shareContainer, LENT, 0, 0);
  tell(OP.shareContainer, LENT, 0, 0);
}

/** A container goes to a server, to be filled, or to be written from. */
function lend(kernel: Kernel, stirrer: StirrerState, elsewhere: Elsewhere, sender: Sender): void {
  const { id, random } = stirrer;
  const slot = pick(kernel, stirrer, [WEAK_PAGES]);
  if (slot < 0) {
    const own = pick(kernel, stirrer, [PAGES]);
    if (own >= 0) send(kernel, id, MEMORY_PORT, OP.shareContainer, own, LENT, 0, 0, 0);
    return;
  }
  const own = ownerOf(tableOf(kernel, stirrer), slot);
  const { files, pipes } = elsewhere;
  if (files >= 0 && (pipes.length === 0 || chance(random, 75))) {
    const op = chance(random, 50) ? OP.readFile : OP.writeFile;
    const handle = handleFor(elsewhere, sender);
    sendCapability(kernel, id, files, op, slot, handle, drawPage(random), 1);
  } else if (pipes.length > 0) {
    const op = chance(random, 50) ? OP.writePipe : OP.readPipe;
    sendCapability(kernel, id, oneOf(random, pipes), op, slot, between(random, 0, 9), 0, 0);
  }
  if (own < 0 || !chance(random, 25)) return;
  // By the time that this is answered the server has noted the version.
  elsewhere.changes = own;
  send(kernel, id, MEMORY_PORT, OP.inspectContainer, own, CHANGE, 0, 0, 0);
}

/** The sender's own capability to the container that a weak one of its is for, or -1. */
function ownerOf({ kind, object }: CapabilityTable, weak: number): number {
  return kind.findIndex((one, slot) => one === PAGES && object[slot] === object[weak]);
}

function change(kernel: Kernel, { id, random }: StirrerState, elsewhere: Elsewhere): void {
  const own = elsewhere.changes;
  const tell = (op: number, w3: number) => send(kernel, id, MEMORY_PORT, op, own, 0, 1, w3, 0);
  tell(OP.deallocatePages, 0);
  if (chance(random, 70)) tell(OP.allocatePages, ALLOCATE_EXTRA);
}

function sayToFiles(
  kernel: Kernel,
  { id, random }: StirrerState,
  elsewhere: Elsewhere,
  sender: Sender,
): void {
  const { files } = elsewhere;
  if (files < 0) return;
  const name = oneOf(random, SAID);
  const { op, w0, w1, w2, w3 } = drawFields(sender, name);
  const [low, high] = encodeName(oneOf(random, NAMES)) as readonly [number, number];
  const handle = handleFor(elsewhere, sender);
  switch (name) {
    case 'openFile':
      if (chance(random, sender.wild)) send(kernel, id, files, op, w0, w1, w2, w3, 0);
      else send(kernel, id, files, op, low, high, chance(random, 80) ? 1 : 0, w3, 0);
      return;
    case 'listFiles':
      return void send(kernel, id, files, op, small(random, 0, 5), w1, 0, 0, 0);
    case 'truncateFile':
    case 'mapFile':
    case 'copyRange':
      return void send(kernel, id, files, op, handle, drawPage(random), w2, w3, 0);
    case 'rangeFrom':
      return void send(
        kernel,
        id,
        files,
        op,
        handle,
        drawPage(random),
        between(random, 1, 4),
        0,
        0,
      );
    default:
      return void send(kernel, id, files, op, handle, w1, w2, w3, 0);
  }
}

/** One that it has been given, or any number. */
function handleFor({ handles }: Elsewhere, { random }: Sender): number {
  return handles.length > 0 && chance(random, 92) ? oneOf(random, handles) : nextBelow(random, 10);
}

/** Mostly near the beginning of a file, now and then at its longest. */
function drawPage(random: RandomState): number {
  return chance(random, 96) ? small(random, 0, 12) : 2 ** 24 - between(random, 1, 3);
}

function askSwap(kernel: Kernel, stirrer: StirrerState): void {
  const { id, random } = stirrer;
  const op = oneOf(random, [OP.flushSwap, OP.swapStat, OP.getQuotas, OP.setQuota]);
  if (op !== OP.setQuota)
    return void send(kernel, id, SWAP_PORT, op, between(random, 0, 99), 0, 0, 0, 0);
  const control = pick(kernel, stirrer, [QUOTA_CONTROL]);
  const client = nextBelow(random, kernel.state.tasks.length);
  send(kernel, id, SWAP_PORT, op, Math.max(0, control), client, small(random, 0, 80), 1, 0);
}

/** Anything, to anybody, with a capability or without; to tasks' file servers nothing else is said. */
function sayNonsense(
  kernel: Kernel,
  stirrer: StirrerState,
  { files, foreign, pipes, disk }: Elsewhere,
  sender: Sender,
): void {
  const { id, random } = stirrer;
  const ports = [files, disk, ...pipes, ...foreign].filter((port) => port >= 0);
  if (ports.length === 0) return;
  const port = oneOf(random, ports);
  const isFile = port === files || foreign.includes(port);
  const name = oneOf(random, [...SAID, 'readFile', 'writeFile', 'diskRead'] as const);
  const words = isFile && chance(random, 60) ? drawFields(sender, name) : drawMessage(sender);
  const { op, w0, w1, w2, w3, time } = words;
  const slot = pick(kernel, stirrer, [WEAK_PAGES, WEAK_CONTAINER]);
  // What is discarded brings junk, which nobody takes for a page that was stolen.
  if (op === OP.diskDiscard) return;
  if (slot >= 0 && chance(random, 40)) sendCapability(kernel, id, port, op, slot, w1, w2, w3);
  else send(kernel, id, port, op, w0, w1, w2, w3, time);
}
