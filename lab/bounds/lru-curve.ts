/**
 * LRU curve: the faults of LRU at every number of frames, from one pass (Mattson, Gecsei, Slutz,
 * Traiger, IBM Systems Journal 9(2), 1970; counting by a tree: Bennett, Kruskal 1975).
 *
 * A reference faults in F frames when F or more other pages were used since the page was used last;
 * that number plus one is its stack distance, and a histogram of distances holds all answers.
 *
 *   front:  the 16 pages used last, youngest first; most references end here
 *   slots:  the others, one bit each in the order in which they left the front
 *           words of 32 bits, a Fenwick tree over the words' bit counts
 *
 * The distance of a page found behind the front is 16 + the number of bits after its own + 1. When
 * the slots are used up, the pages move down to the lowest slots in the same order.
 */

const FRONT = 16;
const NOT_IN_SLOTS = -1;

interface Slots {
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

/**
 * Faults of LRU with f frames, for f = 0..pages, started empty. faults[0] counts every reference;
 * from 1 on, the references of a run after its first are hits. Exact. Page ids are below `pages`.
 */
export function lruCurve(runs: Uint32Array, pages: number): Float64Array {
  const slots = emptySlots(pages);
  const front = new Int32Array(FRONT).fill(-1);
  /** hits[d]: references at stack distance d. */
  const hits = new Float64Array(pages + FRONT + 2);
  let references = 0;
  let coldMisses = 0;
  let first = -1;
  for (let index = 0; index < runs.length; index++) {
    const run = runs[index];
    references += (run & 63) + 1;
    const page = run >>> 8;
    if (page === first) continue;
    // Search the front and shift it by one in the same walk.
    let dropped = first;
    let place = 1;
    for (; place < FRONT; place++) {
      const here = front[place];
      front[place] = dropped;
      dropped = here;
      if (here === page) break;
    }
    front[0] = page;
    first = page;
    if (place < FRONT) {
      hits[place + 1]++;
      continue;
    }
    const slot = slots.slotOf[page];
    if (slot === NOT_IN_SLOTS) coldMisses++;
    else hits[FRONT + 1 + takeOut(slots, slot)]++;
    if (dropped >= 0) enter(slots, dropped);
    slots.slotOf[page] = NOT_IN_SLOTS;
  }
  const curve = new Float64Array(pages + 1);
  let faults = coldMisses;
  for (let frames = pages; frames >= 1; frames--) {
    faults += hits[frames + 1];
    curve[frames] = faults;
  }
  curve[0] = references;
  return curve;
}

function emptySlots(pages: number): Slots {
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
function takeOut(slots: Slots, slot: number): number {
  const { words, tree } = slots;
  const word = slot >>> 5;
  const bit = slot & 31;
  const through = words[word] & (0xffffffff >>> (31 - bit));
  let before = bitsIn(through);
  for (let node = word; node > 0; node &= node - 1) before += tree[node];
  const after = slots.live - before;
  words[word] &= ~(1 << bit);
  for (let node = word + 1; node < tree.length; node += node & -node) tree[node]--;
  slots.live--;
  return after;
}

/** Puts the page into the next slot. */
function enter(slots: Slots, page: number): void {
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
