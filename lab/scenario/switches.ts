/**
 * Switches: each takes one defence away, so that a scenario can show what it is there for. Under
 * `contracts-undefended` a cell runs as under `contracts`, with those of its key `undefended` set.
 *
 * A switch skips a rule of the core (a `PlantedBug`, at most one a run) or changes the terms. What
 * an oracle finds because of it is the damage that was asked for, and is told as such: `damages`
 * names the oracles whose rules the switch breaks. All others watch as ever. docs/scenarios.md
 */

import type { TermsWish } from '../../contracts/terms.ts';
import type { PlantedBug } from '../../servers/memory/state.ts';

export interface Switch {
  /** What is not done any more. */
  readonly off: string;
  /** The rule of contracts/SPEC.md that does not hold then. */
  readonly rule: string;
  /** Oracles that find it. */
  readonly damages: readonly string[];
}

/** Switches in the code of the core, as `fuzz --planted` has them; none can be forgotten here. */
export const coreSwitches: Readonly<Record<PlantedBug, Switch>> = {
  'over-admission': {
    off: 'guarantees are admitted beyond the frames there are',
    rule: 'CON1',
    damages: ['contract-honoured', 'frame-conservation'],
  },
  'grant-mapped-frame': {
    off: 'a frame that is taken or given back stays mapped; the run may break off',
    rule: 'MEM8',
    damages: ['isolation'],
  },
  'no-zero-for-strangers': {
    off: "a frame that was another's is not zeroed",
    rule: 'MEM4',
    damages: ['isolation', 'no-lost-page'],
  },
  'forget-deadline': {
    off: 'the deadline of a notice passes unnoticed',
    rule: 'REV5',
    damages: ['revocation-deadline', 'contract-honoured'],
  },
  'deny-guarantee': {
    off: 'a request within the guarantee is treated as one beyond it',
    rule: 'CON2',
    damages: ['contract-honoured'],
  },
  'leak-on-return': {
    off: 'frames given back are not free',
    rule: 'MEM1',
    damages: ['frame-conservation'],
  },
  'shrink-at-once': {
    off: 'a smaller guarantee takes force with no grace',
    rule: 'CON5',
    damages: ['contract-honoured'],
  },
  'keep-dead-frames': {
    off: 'frames of the dead stay theirs',
    rule: 'MEM6',
    damages: ['frame-conservation', 'contract-honoured'],
  },
  'lock-without-end': {
    off: 'a lock has no time limit',
    rule: 'CONT4',
    damages: ['revocation-deadline'],
  },
  'stale-tlb': {
    off: 'the TLB keeps what has been unmapped',
    rule: 'MEM8',
    damages: ['isolation', 'no-lost-page'],
  },
  'lose-clean-bit': {
    off: 'pages that were written go as if they were clean',
    rule: 'SWAP2',
    damages: ['no-lost-page'],
  },
  'swap-wrong-block': {
    off: 'a page is read from another block than it was written to',
    rule: 'SWAP2',
    damages: ['no-lost-page', 'isolation'],
  },
  'wire-without-limit': {
    off: 'any number of frames is wired, for any time',
    rule: 'MEM10',
    damages: ['contract-honoured'],
  },
  'stale-regeneration': {
    off: 'a page made anew is an older version of it',
    rule: 'FAULT9',
    damages: ['no-lost-page'],
  },
  'window-outlives-lock': {
    off: 'an owner ends a lock on pages when it likes, and the window of the device stays open',
    rule: 'CONT23',
    damages: ['revocation-deadline', 'isolation', 'no-lost-page'],
  },
  'fold-leaks-guarantee': {
    off: 'what a child contract was guaranteed does not come back when it is folded',
    rule: 'CON15',
    damages: [],
  },
  'dead-control-lives': {
    off: 'capabilities to a child contract outlive it',
    rule: 'CON16',
    damages: ['frame-conservation'],
  },
  'weak-may-allocate': {
    off: 'weak capabilities to containers of pages add pages and take them',
    rule: 'CONT16',
    damages: [],
  },
  'stale-version': {
    off: 'the version of a container does not tell that pages were taken out of it',
    rule: 'CONT22',
    damages: [],
  },
  'copy-stays-writable': {
    off: 'a page that is copied stays mapped for writing',
    rule: 'CONT27',
    damages: [],
  },
  'payer-still-charged': {
    off: 'who is relieved of a shared frame is charged for it still',
    rule: 'CONT24',
    damages: ['frame-conservation'],
  },
  'purse-forgets': {
    off: 'what a client held is not charged when that changes',
    rule: 'CON26',
    damages: [],
  },
  'lend-to-anybody': {
    off: 'containers of pages get extras though the policy allows their owner none',
    rule: 'PS8',
    damages: [],
  },
  'soft-outlives-grant': {
    off: 'a soft reference outlives its frames',
    rule: 'SOFT3',
    damages: [],
  },
  'page-lock-without-end': {
    off: 'a lock on a container of pages has no time limit',
    rule: 'CONT20',
    damages: [],
  },
  'full-force': {
    off: 'who holds more than its guarantee is asked for all it holds, whatever is lacking',
    rule: 'REV1',
    damages: [],
  },
  'unpaid-upgrades': {
    off: 'guarantees grow on an empty purse',
    rule: 'PS15',
    damages: [],
  },
};

/** Switches of what a cell does beside the protocol: whether frames are moved. */
export const cellSwitches: Readonly<Record<string, Switch>> = {
  'frames-stay': {
    off: 'no frame is moved, though the scenario says so',
    rule: 'CONT32',
    damages: [],
  },
};

/** Switches that are other terms. Oracles know the terms: none of them may find anything. */
export const termSwitches: Readonly<Record<string, Switch & { terms: Partial<TermsWish> }>> = {
  'no-penalty': {
    off: 'who misses a deadline loses nothing (penalty: none)',
    rule: 'REV5',
    damages: [],
    terms: { penalty: 'none' },
  },
  'no-time-for-the-starved': {
    off: 'deadlines do not ask whether the client could run (starvationMax: 0)',
    rule: 'REV18',
    damages: [],
    terms: { starvationMax: 0 },
  },
  'no-soft-limit': {
    off: 'a client has a soft reference to every free frame (softMax: 16777216)',
    rule: 'SOFT6',
    damages: [],
    terms: { softMax: 2 ** 24 },
  },
  'move-pinned': {
    off: 'frames that a device may be reaching are moved too (movesPinned)',
    rule: 'CONT35',
    damages: ['no-lost-page', 'isolation'],
    terms: { movesPinned: true },
  },
  'records-without-limit': {
    off: 'the server keeps any number of records for a client (metadataMax: 1000)',
    rule: 'MEM20',
    damages: [],
    terms: { metadataMax: 1000 },
  },
  'tables-for-free': {
    off: "page tables are nobody's memory (chargePageTables: false)",
    rule: 'MEM15',
    damages: [],
    terms: { chargePageTables: false },
  },
  'no-placeholders': {
    off: 'who keeps frames whose turn it was goes on to get others (placeholders: false)',
    rule: 'REV25',
    damages: [],
    terms: { placeholders: false },
  },
  'no-idle-tax': {
    off: 'an idle frame counts as one in use (idleTax: 0)',
    rule: 'REV22',
    damages: [],
    terms: { idleTax: 0 },
  },
  'no-time-to-write': {
    off: 'deadlines do not ask whether pages are being written out (writeMax: 0)',
    rule: 'REV35',
    damages: [],
    terms: { writeMax: 0 },
  },
  'fixed-batch': {
    off: 'frames are called back 64 at a time, whatever is lacking (reclaimBatch: 64)',
    rule: 'REV9',
    damages: [],
    terms: { reclaimBatch: 64 },
  },
};

export const switchNames: readonly string[] = [
  ...Object.keys(coreSwitches),
  ...Object.keys(termSwitches),
  ...Object.keys(cellSwitches),
];

/** The switches of one run together. */
export interface Undefended {
  readonly planted: PlantedBug | null;
  readonly terms: Partial<TermsWish>;
  readonly framesStay: boolean;
  readonly damages: readonly string[];
  /** What is off, in words, with the rules. */
  readonly note: string;
}

export function isCoreSwitch(name: string): name is PlantedBug {
  return Object.hasOwn(coreSwitches, name);
}

/** What `names`, known ones and at most one of the core among them, amount to. */
export function undefendedBy(names: readonly string[]): Undefended {
  const switches: Readonly<Record<string, Switch>> = {
    ...coreSwitches,
    ...termSwitches,
    ...cellSwitches,
  };
  const all = names.map((name) => switches[name]);
  const told = all.map(({ off, rule }, at) => `${names[at]}: ${off} [${rule}]`);
  return {
    planted: names.find(isCoreSwitch) ?? null,
    terms: Object.assign({}, ...names.map((name) => termSwitches[name]?.terms)),
    framesStay: names.includes('frames-stay'),
    damages: all.flatMap(({ damages }) => damages),
    note: `switched off: ${told.join('; ')}`,
  };
}
