/**
 * The two-handed clock of 4.3BSD: a front hand goes round the frames and takes each page from its
 * task; a back hand follows so many frames behind and frees what has not been touched since. On a VAX,
 * which keeps no reference bits, the page that is touched between the hands comes back by a soft fault
 * (a reclaim); so a reference bit is simulated at the price of a fault (Babaoglu and Joy, SOSP 1981;
 * the second hand: 4.3BSD, sys/vm_page.c and sys/vm_sched.c, 1986).
 *
 * Four times a second, while fewer than `lotsfree` frames are free, the hands go on by a number of
 * frames between `slowscan` (at lotsfree) and `fastscan` (at none): 200 and 100 a second (recalled).
 * lotsfree is 512 KiB, at most a quarter of memory; the hands are 2 MiB apart, at most all of it. A
 * dirty page is written together with dirty neighbours, 16 KiB at a time. A process keeps `saferss`
 * pages, 32 of 512 bytes. At most `maxpgio` pages are pushed in a second; a disk that turns 60 times a
 * second does 40, others more, so that by default there is no such limit.
 *
 * Who finds nothing free waits for the daemon to go round; here it does so at once, and its scan is
 * charged to whoever waits. Left out: the swapper (below desfree for long), sequential processes
 * (vadvise), text pages.
 */

import type {
  CentralContext,
  CentralManagement,
  CentralView,
} from '../../contracts/central-management.ts';
import { cleanNeighbours } from './cluster.ts';

const ABSENT = -1;
const KIB_PER_FRAME = 4;

interface BsdClockState {
  /** By place of the loop, which stands for a frame: the page there, or ABSENT. */
  readonly pageAt: Int32Array;
  /** By page: its place, or ABSENT. */
  readonly placeOf: Int32Array;
  /** Places without a page, the last one freed first. */
  readonly empty: Int32Array;
  empties: number;
  /** Where the front hand stands, and how far the back hand is behind. */
  hand: number;
  readonly spread: number;
  readonly lotsfree: number;
  /** Pages that the back hand has found, to be given up next. */
  readonly found: number[];
  readonly resident: Int32Array;
  readonly settings: Readonly<Record<string, number>>;
  scanned: number;
  reclaimed: number;
}

const bsdClock: CentralManagement<BsdClockState> = {
  name: 'bsd-clock',
  sight: 'none',
  summary: 'two hands round the frames, reference bits by soft faults (4.3BSD 1986)',
  control: 'pages',
  period: { ns: 250_000_000, references: 250_000 },
  parameters: {
    lotsfreeKib: 512,
    handspreadKib: 2048,
    fastscan: 200,
    slowscan: 100,
    cluster: 4,
    saferss: 4,
    maxpgio: 0,
  },
  ranges: {
    lotsfreeKib: { least: 0, most: 1e15, means: 'free memory below which the hands move' },
    handspreadKib: { least: 0, most: 1e15, means: 'between the hands' },
    fastscan: { least: 0, most: 1e9, means: 'pages a second, with nothing free' },
    slowscan: { least: 0, most: 1e9, means: 'pages a second, as the hands begin to move' },
    cluster: { least: 0, most: 4096, whole: true, means: 'pages written together at most' },
    saferss: { least: 0, most: 1e15, means: 'pages that a task keeps' },
    maxpgio: { least: 0, most: 1e9, means: 'pages written a second at most; 0: no limit' },
  },
  create,
  admitted(state, page, view) {
    state.empties--;
    const place = state.empty[state.empties] as number;
    state.pageAt[place] = page;
    state.placeOf[page] = place;
    count(state, view.memberOf(page), 1);
  },
  removed(state, page, view) {
    const place = state.placeOf[page] as number;
    if (place === ABSENT) return;
    state.pageAt[place] = ABSENT;
    state.placeOf[page] = ABSENT;
    state.empty[state.empties++] = place;
    count(state, view.memberOf(page), -1);
  },
  rescued(state) {
    state.reclaimed++;
  },
  ticked(state, view) {
    const { lotsfree, settings } = state;
    const free = Math.min(lotsfree, view.freeFrames() + view.comingFrames());
    if (free >= lotsfree) return 0;
    const slow = settings.slowscan as number;
    const fast = settings.fastscan as number;
    const aSecond = Math.floor((slow * free + fast * (lotsfree - free)) / lotsfree);
    const pushesMax =
      settings.maxpgio === 0 ? Number.POSITIVE_INFINITY : (settings.maxpgio as number) / 4;
    scan(state, view, Math.floor(aSecond / 4), lotsfree - free, pushesMax);
    return state.found.length;
  },
  victim,
  counters: ({ scanned, reclaimed }) => ({ 'passed by the front hand': scanned, reclaimed }),
  check,
};

export default bsdClock;

function create({ pages, guaranteedFrames, parameters, members }: CentralContext): BsdClockState {
  const places = Math.min(pages, guaranteedFrames);
  const kib = guaranteedFrames * KIB_PER_FRAME;
  const framesOf = (most: number) => Math.floor(Math.min(most, kib) / KIB_PER_FRAME);
  const lotsfree = Math.min(framesOf(parameters.lotsfreeKib as number), guaranteedFrames >> 2);
  return {
    pageAt: new Int32Array(places).fill(ABSENT),
    placeOf: new Int32Array(pages).fill(ABSENT),
    // The lowest place is taken first.
    empty: Int32Array.from({ length: places }, (_, at) => places - 1 - at),
    empties: places,
    hand: 0,
    spread: Math.max(1, Math.min(framesOf(parameters.handspreadKib as number), places - 1)),
    lotsfree: Math.max(1, lotsfree),
    found: [],
    resident: new Int32Array(members.length),
    settings: parameters,
    scanned: 0,
    reclaimed: 0,
  };
}

function count(state: BsdClockState, member: number, by: number): void {
  state.resident[member] = (state.resident[member] as number) + by;
}

/** Moves both hands on by at most `most` places, until the back hand has found enough pages. */
function scan(
  state: BsdClockState,
  view: CentralView,
  most: number,
  enough: number,
  pushesMax: number,
): void {
  const { pageAt, found, spread } = state;
  const places = pageAt.length;
  let pushes = 0;
  for (let step = 0; step < most && found.length < enough; step++) {
    const front = pageAt[state.hand] as number;
    if (front !== ABSENT && view.evictable(front)) view.unmap(front);
    const back = pageAt[(state.hand - spread + places) % places] as number;
    state.hand = state.hand + 1 === places ? 0 : state.hand + 1;
    state.scanned++;
    if (back === ABSENT || !isTaken(state, view, back)) continue;
    if (view.modified(back) && ++pushes > pushesMax) continue;
    if (!found.includes(back)) found.push(back);
  }
}

/** Whether the back hand frees a page: not touched since the front hand, and its process has more. */
function isTaken({ resident, settings }: BsdClockState, view: CentralView, page: number): boolean {
  if (!view.isUnmapped(page) || !view.evictable(page)) return false;
  return (resident[view.memberOf(page)] as number) > (settings.saferss as number);
}

function victim(state: BsdClockState, view: CentralView): number {
  // Twice round: what the front hand takes in the first round the back hand finds in the second.
  for (let round = 0; round < 2; round++) {
    for (let page = state.found.shift(); page !== undefined; page = state.found.shift()) {
      if (state.placeOf[page] === ABSENT || !isTaken(state, view, page)) continue;
      if (view.modified(page)) cleanNeighbours(view, page, state.settings.cluster as number);
      return page;
    }
    scan(state, view, 2 * state.pageAt.length, 1, Number.POSITIVE_INFINITY);
  }
  // All processes are down to what they keep: whoever the hand comes to first.
  const places = state.pageAt.length;
  for (let step = 0; step < places; step++) {
    const page = state.pageAt[(state.hand + step) % places] as number;
    if (page !== ABSENT && view.evictable(page)) return page;
  }
  return ABSENT;
}

function check({ pageAt, placeOf, empty, empties, resident }: BsdClockState): string | undefined {
  let held = 0;
  for (const [place, page] of pageAt.entries()) {
    if (page === ABSENT) continue;
    held++;
    if (placeOf[page] !== place) return `page ${page} is at ${place}, but knows ${placeOf[page]}`;
  }
  if (held + empties !== pageAt.length) return `${held} pages and ${empties} empty places`;
  if (new Set(empty.subarray(0, empties)).size !== empties) return 'a place is empty twice';
  const counted = resident.reduce((sum, of) => sum + of, 0);
  return counted === held ? undefined : `${counted} pages counted, ${held} held`;
}
