/**
 * Page order: pages in the order in which they came, and how many came after a given one (Bennett, Kruskal
 * 1975). As lab/kernels/assembly/page-order.ts does it, with what JavaScript has.
 *
 *   slots   one bit each, in the order of coming
 *           words of 32 bits, a Fenwick tree over the words' bit counts
 *
 * When the slots are used up, the pages move down to the lowest slots in the same order.
 */

export const NOT_IN_SLOTS = -1;

export interface Slots {
  /** One bit a slot: set when a page stands in it. */
  readonly words: Uint32Array;
  /** Fenwick tree, from 1, over the number of set bits in each word. */
  readonly tree: Int32Array;
  /** Slot of each page, or NOT_IN_SLOTS. */
  readonly slotOf: Int32Array;
  /** Page in each slot; stale where the bit is clear. */
  readonly pageAt: Uint32Array;
  /** Slots used so far: the next page enters here. */
  used: number;
  /** Set bits. */
  live: number;
}

/** Room for pages 0 to pages - 1; none has come. */
export function emptySlots(pages: number): Slots {
  // Room for several times the pages makes moving down rare.
  const words = Math.max(64, Math.ceil((4 * pages) / 32));
  return {
    words: new Uint32Array(words),
    tree: new Int32Array(words + 1),
    slotOf: new Int32Array(pages).fill(NOT_IN_SLOTS),
    pageAt: new Uint32Array(32 * words),
    used: 0,
    live: 0,
  };
}

/** Clears the bit of `slot`; returns how many bits are set after it. */
export function takeOut(slots: Slots, slot: number): number {
  const { words, tree } = slots;
  const word = slot >>> 5;
  const after = setAfter(slots, slot);
  words[word] &= ~(1 << (slot & 31));
  for (let node = word + 1; node < tree.length; node += node & -node) tree[node]--;
  slots.live--;
  return after;
}

/** How many bits are set after that of `slot`, which is set. */
export function setAfter({ words, tree, live }: Slots, slot: number): number {
  const word = slot >>> 5;
  let before = bitsIn(words[word] & (0xffffffff >>> (31 - (slot & 31))));
  for (let node = word; node > 0; node &= node - 1) before += tree[node];
  return live - before;
}

/** Puts the page into the next slot. */
export function enter(slots: Slots, page: number): void {
  if (slots.used === slots.pageAt.length) moveDown(slots);
  const { words, tree } = slots;
  const slot = slots.used++;
  const word = slot >>> 5;
  slots.slotOf[page] = slot;
  slots.pageAt[slot] = page;
  words[word] |= 1 << (slot & 31);
  for (let node = word + 1; node < tree.length; node += node & -node) tree[node]++;
  slots.live++;
}

/** Moves all pages to the lowest slots, in the same order. */
function moveDown(slots: Slots): void {
  const { words, tree, slotOf, pageAt } = slots;
  let used = 0;
  for (let slot = 0; slot < pageAt.length; slot++) {
    if ((words[slot >>> 5] & (1 << (slot & 31))) === 0) continue;
    const page = pageAt[slot];
    pageAt[used] = page;
    slotOf[page] = used++;
  }
  words.fill(0);
  for (let slot = 0; slot < used; slot++) words[slot >>> 5] |= 1 << (slot & 31);
  tree.fill(0);
  for (let node = 1; node < tree.length; node++) {
    tree[node] += bitsIn(words[node - 1]);
    const parent = node + (node & -node);
    if (parent < tree.length) tree[parent] += tree[node];
  }
  slots.used = used;
}

/** Number of set bits in a word. */
function bitsIn(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
