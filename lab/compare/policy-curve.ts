/**
 * Policy curve: how often a task would fault at each number of frames if its own policy chose.
 *
 * A guarantee chosen from the curve of LRU would be wrong for a task that does not run LRU. So the
 * policy is run over the program alone, at a number of sizes, with a frame store of bits in place
 * of the machine. Between two sizes the curve stays what it was at the smaller one: it promises
 * nothing that was not seen.
 *
 * Left out: everything but residence, referenced and modified bits: messages, transfers, the clean
 * reserve, time.
 */

import type { Policy, PolicyView } from '../../contracts/policy.ts';
import { PolicyFault } from '../../paging/policy-call.ts';
import { lengthOfRun, type ReferenceString } from '../../sim-hw/references.ts';
import { nextUses } from '../bounds/index.ts';

/** Sizes looked at, evenly spaced up to where the whole program fits. */
const CURVE_SIZES = 16;

export const RESIDENT = 1;
const REFERENCED = 2;
const MODIFIED = 4;

/** Faults from empty memory by frames: entry f for f frames, entry 0 for none (each run faults). */
export function policyCurve(
  program: ReferenceString,
  policy: Policy,
  parameters: Readonly<Record<string, number>>,
): Float64Array {
  const pages = program.pageNumbers.length;
  const curve = new Float64Array(pages + 1).fill(program.runs.length);
  const nextUse = policy.sight === 'future' ? nextUses(program.runs, pages) : new Uint32Array(0);
  let least = program.runs.length;
  let from = 1;
  for (let step = 1; step <= CURVE_SIZES; step++) {
    const frames = Math.max(1, Math.round((pages * step) / CURVE_SIZES));
    if (step < CURVE_SIZES && frames < 4) continue;
    const faults = frames >= pages ? pages : faultsAt(program, policy, parameters, frames, nextUse);
    curve.fill(least, from, frames);
    // More memory may cost a policy more faults (Belady's anomaly); what is chosen from must not
    // rise.
    least = Math.min(least, faults);
    from = frames;
  }
  curve.fill(least, from);
  return curve;
}

/** Looks at pages that one answer may take, per page, before it is taken for a loop. */
const LOOKS_A_PAGE = 8;

/** What a run of the policy over the program changes. */
interface Store {
  readonly bits: Uint8Array;
  references: number;
  looks: number;
  /** The page that faults, or -1. */
  wanted: number;
}

/**
 * Faults of the policy with exactly `frames` frames. Throws PolicyFault when it misbehaves. `watch`
 * is shown, after each run, the bits of each page: RESIDENT and others.
 */
export function faultsAt(
  program: ReferenceString,
  policy: Policy,
  parameters: Readonly<Record<string, number>>,
  frames: number,
  nextUse: Uint32Array,
  watch?: (bits: Uint8Array, at: number) => void,
): number {
  const { runs } = program;
  const pages = program.pageNumbers.length;
  const store: Store = { bits: new Uint8Array(pages), references: 0, looks: 0, wanted: -1 };
  const { bits } = store;
  const view = viewOf(store);
  const state = policy.create({
    pages,
    guaranteedFrames: frames,
    parameters: { ...policy.parameters, ...parameters },
    seed: 0,
  });
  let held = 0;
  let faults = 0;
  let seen = 0;
  for (let at = 0; at < runs.length; at++) {
    const run = runs[at];
    const page = run >>> 8;
    if ((bits[page] & RESIDENT) === 0) {
      faults++;
      store.looks = 0;
      try {
        if (held === frames) {
          policy.referencesSeen?.(state, { runs, from: seen, to: at, nextUse });
          seen = at;
          store.wanted = page;
          evict(policy, state, view, store);
        } else held++;
        bits[page] = RESIDENT;
        policy.admitted(state, page, view);
      } catch (error) {
        throw faultOf(policy, error);
      }
    }
    bits[page] |= ((run >>> 6) & 3) === 1 ? REFERENCED | MODIFIED : REFERENCED;
    store.references += lengthOfRun(run);
    watch?.(bits, at);
  }
  return faults;
}

function evict(policy: Policy, state: unknown, view: PolicyView, store: Store): void {
  const { bits } = store;
  const victim = policy.victim(state, view);
  store.wanted = -1;
  if (((bits[victim] ?? 0) & RESIDENT) === 0)
    throw new PolicyFault(
      policy.name,
      `named page ${victim} as victim, expected a resident page; check admitted and removed`,
    );
  bits[victim] = 0;
  policy.removed(state, victim, view);
}

function viewOf(store: Store): PolicyView {
  const { bits } = store;
  const look = (page: number, bit: number): boolean => {
    if (++store.looks > LOOKS_A_PAGE * bits.length + 1000)
      throw new Error('looked at pages without end and named no victim');
    return (bits[page] & bit) !== 0;
  };
  return {
    now: () => store.references,
    referenced: (page) => look(page, REFERENCED),
    clearReferenced: (page) => {
      bits[page] &= ~REFERENCED;
    },
    modified: (page) => look(page, MODIFIED),
    evictable: (page) => look(page, RESIDENT),
    // A curve is of the policy alone: no page has a kind of its own.
    priority: () => 0,
    discardable: () => false,
    wanted: () => store.wanted,
  };
}

function faultOf(policy: Policy, error: unknown): PolicyFault {
  if (error instanceof PolicyFault) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new PolicyFault(
    policy.name,
    `failed: ${text.split('\n')[0]}; see clients/policies/README.md`,
  );
}
