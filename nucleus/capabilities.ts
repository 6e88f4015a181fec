/**
 * Capabilities: what a task may name.
 *
 * A task names only slots of its own tables, so it cannot forge a name for anything it was not
 * given. Two tables: *frames* (one slot a frame run, big) and *objects* (ports and containers,
 * small). An object capability carries the generation its object had when the capability was made;
 * bumping the object's generation kills every capability to it at once, wherever it has gone.
 */

export const NOTHING = 0;
export const PORT = 1;
/** The owner's capability to a container: share, cancel. */
export const CONTAINER = 2;
/** The weaker one it shares: lock, unlock. No allocation, no cancel (SPEC [CONT2]). */
export const WEAK_CONTAINER = 3;
/** The same two for a container of pages (SPEC [CONT12] on). */
export const PAGES = 4;
export const WEAK_PAGES = 5;
/** To a child contract: use, copy, resize, split further, fold back (SPEC [CON12]). */
export const CONTROL = 8;
/** To the policy of a memory server: whoever holds it decides (SPEC [PS1]). */
export const POLICY_CONTROL = 9;
/** To the quotas of a swap server: whoever holds it sets them (SPEC [SWAP29]). */
export const QUOTA_CONTROL = 10;
/** To an address space: whoever holds it may work on it (SPEC [VM19]). */
export const VM_SPACE = 11;
/** To a memory object: whoever holds it may map it (SPEC [VM21]). */
export const VM_OBJECT = 12;
/** To memory under way: whoever holds it takes it out, once (SPEC [VM22]). */
export const VM_MEMORY = 13;

/**
 * `slotOrder` bits: in a container, so not to be returned; locked out, so not to be mapped; of no
 * use to its holder now, so free to be taken.
 */
export const IN_CONTAINER = 0x80;
export const LOCKED_OUT = 0x40;
export const UNUSED = 0x20;
const ORDER_MASK = 0x1f;
const END_OF_FREE = -1;

export interface CapabilityTable {
  /** Plain arrays: a table has few slots, and a typed array so small is all header. */
  readonly kind: number[];
  readonly object: number[];
  readonly generation: number[];
  objects: number;
  /** No object slot below this one is empty. */
  firstEmpty: number;
  /** Slot -> first frame of the run, or -2 - next free slot. */
  slotFrame: Int32Array;
  slotOrder: Uint8Array;
  /** First free slot below `slots`, as stored in a free slot, or END_OF_FREE. */
  freeSlot: number;
  /** Slots ever used. */
  slots: number;
}

export function createCapabilityTable(objectSlots: number): CapabilityTable {
  return {
    kind: emptySlots(objectSlots),
    object: emptySlots(objectSlots),
    generation: emptySlots(objectSlots),
    objects: 0,
    firstEmpty: 0,
    slotFrame: new Int32Array(16),
    slotOrder: new Uint8Array(16),
    freeSlot: END_OF_FREE,
    slots: 0,
  };
}

function emptySlots(count: number): number[] {
  return new Array<number>(count).fill(0);
}

/** Puts an object capability in the lowest free slot; returns the slot, or -1 when it is full. */
export function addCapability(
  table: CapabilityTable,
  kind: number,
  object: number,
  generation: number,
): number {
  const slot = firstFree(table.kind, table.firstEmpty);
  table.firstEmpty = slot;
  if (slot === table.kind.length) return -1;
  table.kind[slot] = kind;
  table.object[slot] = object;
  table.generation[slot] = generation;
  table.objects++;
  return slot;
}

export function removeCapability(table: CapabilityTable, slot: number): void {
  if (table.kind[slot] === NOTHING) return;
  table.kind[slot] = NOTHING;
  table.objects--;
  if (slot < table.firstEmpty) table.firstEmpty = slot;
}

/** The task is dead: it names nothing any more. Its frames are another matter. */
export function forgetCapabilities(table: CapabilityTable): void {
  table.kind.fill(NOTHING);
  table.objects = 0;
  table.firstEmpty = 0;
}

/** The capability in `slot` names its object's present generation from here on. */
export function renewCapability(table: CapabilityTable, slot: number, generation: number): void {
  table.generation[slot] = generation;
}

/** Index of the first NOTHING at or after `from`, or the length: small tables, mostly found at once. */
function firstFree(kinds: readonly number[], from: number): number {
  let index = from;
  while (index < kinds.length && kinds[index] !== NOTHING) index++;
  return index;
}

/** True when `slot` holds a capability of `kind`. The caller still compares generations. */
export function holdsKind(table: CapabilityTable, slot: number, kind: number): boolean {
  return table.kind[slot] === kind;
}

/** Puts a frame run in the last freed slot, else a new one; returns the slot. */
export function addFrames(table: CapabilityTable, frame: number, order: number): number {
  let slot = table.freeSlot;
  if (slot !== END_OF_FREE) table.freeSlot = -2 - (table.slotFrame[slot] as number);
  else {
    slot = table.slots++;
    if (slot >= table.slotFrame.length) growSlots(table);
  }
  table.slotFrame[slot] = frame;
  table.slotOrder[slot] = order;
  return slot;
}

/**
 * Puts `count` neighbouring frames in as many neighbouring slots: the lowest free ones, else new
 * ones; returns the first slot.
 */
export function addNeighbours(table: CapabilityTable, frame: number, count: number): number {
  const first = freeNeighbours(table, count);
  // The free slots among them leave the list of free slots; its order stays.
  const free: number[] = [];
  for (let slot = table.freeSlot; slot !== END_OF_FREE; slot = -2 - table.slotFrame[slot])
    if (slot < first || slot >= first + count) free.push(slot);
  table.freeSlot = END_OF_FREE;
  for (const slot of free.reverse()) removeFrames(table, slot);
  for (let i = 0; i < count; i++) {
    table.slots = Math.max(table.slots, first + i + 1);
    if (first + i >= table.slotFrame.length) growSlots(table);
    table.slotFrame[first + i] = frame + i;
    table.slotOrder[first + i] = 0;
  }
  return first;
}

/** First of `count` slots in a row that are free, or new. */
function freeNeighbours({ slotFrame, slots, freeSlot }: CapabilityTable, count: number): number {
  const isFree = new Uint8Array(slots);
  for (let slot = freeSlot; slot !== END_OF_FREE; slot = -2 - slotFrame[slot]) isFree[slot] = 1;
  let from = 0;
  for (let slot = 0; slot < slots && slot - from < count; slot++)
    if (isFree[slot] === 0) from = slot + 1;
  return from;
}

export function removeFrames(table: CapabilityTable, slot: number): void {
  table.slotFrame[slot] = -2 - table.freeSlot;
  table.slotOrder[slot] = 0;
  table.freeSlot = slot;
}

/** First frame of the run in `slot`, or -1 when the task holds none there. */
export function frameAt(table: CapabilityTable, slot: number): number {
  if (!(slot >= 0 && slot < table.slots)) return -1;
  const frame = table.slotFrame[slot] as number;
  return frame < 0 ? -1 : frame;
}

export function orderAt(table: CapabilityTable, slot: number): number {
  return (table.slotOrder[slot] as number) & ORDER_MASK;
}

/** Slots grow by an eighth: memory a frame stays near 5 bytes. */
function growSlots(table: CapabilityTable): void {
  const size = table.slotFrame.length + Math.max(16, table.slotFrame.length >>> 3);
  const frames = new Int32Array(size);
  frames.set(table.slotFrame);
  table.slotFrame = frames;
  const orders = new Uint8Array(size);
  orders.set(table.slotOrder);
  table.slotOrder = orders;
}
