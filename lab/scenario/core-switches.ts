/**
 * Core switches: each skips one rule of the servers, of pagers or of the machine (a `PlantedBug`). A
 * scenario shows with one what the rule is there for (switches.ts), the fuzz that an oracle finds it.
 */

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
    off: 'a lock has no end: neither its time limit nor the death of its holder',
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
  'window-outlives-holder': {
    off: 'locks of a dead server last, and their windows stay open, up to their limit',
    rule: 'CONT42',
    damages: [],
  },
  'lock-outlives-owner': {
    off: 'locks on containers of the dead last up to their limit',
    rule: 'MEM6',
    damages: [],
  },
  'stale-serial': {
    off: 'a transfer goes through a window that was closed and opened again meanwhile',
    rule: 'CONT6',
    damages: [],
  },
  'lifetime-outlives-lock': {
    off: 'a lifetime that is over when its container is unlocked does not end',
    rule: 'CONT14',
    damages: [],
  },
  'user-is-anybody': {
    off: 'a container that is for one user is lent to whoever has a capability',
    rule: 'CONT13',
    damages: [],
  },
  'read-tampered': {
    off: 'a file server fills a container though it has changed since it was looked at',
    rule: 'FILE9',
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

export function isCoreSwitch(name: string): name is PlantedBug {
  return Object.hasOwn(coreSwitches, name);
}
