/**
 * Switches: each takes one defence away, so that a scenario can show what it is there for. Under
 * `contracts-undefended` a cell runs as under `contracts`, under `mach-undefended` as under `mach`, with
 * those of the scenario's key `undefended` set.
 *
 * A switch skips a rule of the core (a `PlantedBug`, at most one a run) or changes the terms. What
 * an oracle finds because of it is the damage that was asked for, and is told as such: `damages`
 * names the oracles whose rules the switch breaks. All others watch as ever. docs/scenarios.md
 */

import type { TermsWish } from '../../contracts/terms.ts';
import type { PageoutDefences } from '../../servers/central/reserves.ts';
import type { PlantedBug } from '../../servers/memory/state.ts';
import { coreSwitches, isCoreSwitch, type Switch } from './core-switches.ts';

/** Switches of what a cell is made of: whether frames are moved, what its external pagers have. */
export const cellSwitches: Readonly<Record<string, Switch>> = {
  'frames-stay': {
    off: 'no frame is moved, though the scenario says so',
    rule: 'CONT32',
    damages: [],
  },
  'no-reserve': {
    off: 'external pagers are guaranteed no frames to move pages with',
    rule: 'LAST1',
    damages: [],
  },
  'no-laundry-limit': {
    off: 'an external pager works on pages in order, whoever has sent how many',
    rule: 'LAST4',
    damages: [],
  },
  'no-page-reserves': {
    off: 'under Mach everybody takes frames down to the last one',
    rule: 'LAST5',
    damages: [],
  },
  'no-double-paging': {
    off: 'under Mach a page waits for its external pager for ever',
    rule: 'LAST6',
    damages: [],
  },
  'no-pauses': {
    off: 'the pageout daemon of Mach sends out any number of pages at a time',
    rule: 'LAST7',
    damages: [],
  },
  'cyclic-backing': {
    off: 'pagers may back each other, or themselves',
    rule: 'LAST3',
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
  'no-market': {
    off: 'who pays more for a frame gets no more of them (arbiter: excess)',
    rule: 'REV23',
    damages: [],
    terms: { arbiter: 'excess' },
  },
  'no-clean-grace': {
    off: 'notices ask for any frames from the first (no graceClean)',
    rule: 'REV26',
    damages: [],
    terms: { graceClean: undefined },
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
  readonly noReserve: boolean;
  readonly noLaundryLimit: boolean;
  readonly backsItself: boolean;
  readonly pageout: PageoutDefences;
  readonly damages: readonly string[];
  /** What is off, in words, with the rules. */
  readonly note: string;
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
    noLaundryLimit: names.includes('no-laundry-limit'),
    noReserve: names.includes('no-reserve'),
    backsItself: names.includes('cyclic-backing'),
    pageout: {
      reserves: !names.includes('no-page-reserves'),
      doublePaging: !names.includes('no-double-paging'),
      pauses: !names.includes('no-pauses'),
    },
    damages: all.flatMap(({ damages }) => damages),
    note: `switched off: ${told.join('; ')}`,
  };
}
