/**
 * Booting, the pagers of clients. The central one for all (boot-central.ts) is made of the same parts
 * and differs in members, policy, thresholds and contract.
 */

import { type DiskContractWish, diskContractStep } from '../../clients/disk/disk-contract.ts';
import { climberStep } from '../../clients/hostile/climber.ts';
import { hostileStep } from '../../clients/hostile/hostile.ts';
import { naggerStep } from '../../clients/hostile/nagger.ts';
import { snatcherStep } from '../../clients/hostile/snatcher.ts';
import { type LenderWish, lenderStep } from '../../clients/lender/lender.ts';
import { createLending } from '../../clients/lender/state.ts';
import { type ContractWish, clientStep } from '../../clients/pager/memory-control.ts';
import { primaryStep } from '../../clients/pager/primary-pager.ts';
import { createWiring } from '../../clients/pager/wiring.ts';
import { createReading, type ReaderWish, readerStep } from '../../clients/reader/reader.ts';
import { HINT_NONE } from '../../contracts/messages.ts';
import type { Policy } from '../../contracts/policy.ts';
import { createPagerCode, type PagerCode } from '../../paging/policy-call.ts';
import { createPagerState, type PagerOptions, type PagerState } from '../../paging/state.ts';
import { createSuperpages } from '../../paging/superpages.ts';
import { seedOf } from '../../sim-hw/random.ts';
import { nextUses } from '../bounds/index.ts';
import type { CellOptions, CellTask } from './cell-options.ts';
import { CLIENT_TRANSFERS, lockMax, orderOf } from './layout.ts';
import type { ReadingPlan } from './server-plans.ts';

/** Policy and program of one task; only future sight is given the next uses. */
export function clientCode(task: CellTask): PagerCode {
  const { runs, pageNumbers } = task.program;
  const nextUse =
    task.policy.sight === 'future' ? nextUses(runs, pageNumbers.length) : new Uint32Array(0);
  return createPagerCode(task.policy, [{ runs, nextUse }]);
}

/** What answers the messages of a client: honest, one that lends too, or hostile. */
export function stepOf(task: CellTask, code: PagerCode): ReturnType<typeof clientStep> {
  const { hostile } = task;
  if (hostile === 'snatcher') return snatcherStep(code);
  if (hostile === 'climber') return climberStep(code);
  if (hostile === 'nagger') return naggerStep(code);
  if (hostile !== null) return hostileStep(code, hostile);
  const step = task.streams ? readerStep(code) : task.reads ? lenderStep(code) : clientStep(code);
  const whole = task.disk ? diskContractStep(step) : step;
  return task.finalFrames ? primaryStep(whole) : whole;
}

/** The pager of one client, with the contract it wishes for. */
export function clientPager(
  options: CellOptions,
  task: CellTask,
  code: PagerCode,
  id: number,
): PagerState {
  const wireTime = options.terms.wiredTimeMax ?? 0;
  const owner: ContractWish = {
    guaranteed: task.guaranteed,
    extra: task.extra,
    term: options.terms.term ?? 0,
    // A part lasts as long as what it was split from.
    renews: task.renews && !isPart(options, task),
    changes: task.renegotiate,
    next: 0,
    wiring: createWiring(task.kinds.wired, task.program.pageNumbers.length, wireTime),
    wireTime,
    cap: null,
    kin: null,
    advice: null,
    renewing: false,
    asksAgain: false,
  };
  const tracksDirty = task.extra > 0 || task.renegotiate.some((change) => change.extra > 0);
  return createPagerState({
    ...pagerParts(options, [task], [id]),
    id,
    tracksDirty,
    spareLow: options.spareFrames,
    spareHigh: options.spareFrames,
    transfersMax: CLIENT_TRANSFERS,
    policy: createPolicy(
      options,
      code.policy,
      task.policyParameters,
      task.program.pageNumbers.length,
      task.guaranteed,
      task.name,
    ),
    owner: wishOf(owner, task),
    kinds: task.kinds,
    superpages: createSuperpages(task.kinds.superpages, task.program.pageNumbers),
    seed: seedOf(options.seed, `priorities ${task.name}`),
  });
}

/** Whether the task lives on a part of another's contract. */
function isPart({ parts = [], tasks }: CellOptions, task: CellTask): boolean {
  return parts.some((part) => part.tasks.includes(tasks.indexOf(task)));
}

/** What it wants beside its contract for memory. */
function wishOf(owner: ContractWish, task: CellTask): ContractWish {
  const { reads, disk, streams, renews, finalFrames } = task;
  let wish: ContractWish = owner;
  // How large they are is known when the whole state is (boot-final.ts).
  if (finalFrames) wish = { ...wish, records: null } as ContractWish;
  if (reads) wish = { ...wish, lending: lendingOf(reads) } as LenderWish;
  if (disk)
    wish = { ...wish, disk: { ...disk, renews, port: -1, renewing: false } } as DiskContractWish;
  if (streams) {
    const { blocks, length, ahead, every, lockMax: longest } = streams;
    const reading = createReading(blocks, length, ahead, every, longest);
    wish = { ...wish, reading } as ReaderWish;
  }
  return wish;
}

function lendingOf(reads: ReadingPlan): LenderWish['lending'] {
  const { pages, window, lockMax: longest, writes = false, hint = HINT_NONE } = reads;
  return createLending(pages[0], pages[1], window, longest, writes, hint);
}

/** What the pagers of clients and the central one have alike. */
export function pagerParts(
  options: CellOptions,
  tasks: readonly CellTask[],
  ids: readonly number[],
): Pick<PagerOptions, 'memoryPort' | 'swapPort' | 'members' | 'lockMax' | 'retryAfter'> {
  const central = options.management !== 'contracts' && options.management !== 'unlimited';
  return {
    memoryPort: 0,
    swapPort: 1,
    lockMax: lockMax(options),
    retryAfter: options.terms.graceExtra,
    members: tasks.map((task, i) => ({
      task: ids[i] as number,
      pages: task.program.pageNumbers.length,
      order: orderOf(task),
      image: task.initial === 'image',
      // A central pager knows of no scratch and of no page that need not be zeroed.
      zeroFill: central || task.zeroFill,
      scratch: central ? [] : task.scratch,
    })),
  };
}

function createPolicy(
  options: CellOptions,
  policy: Policy,
  parameters: Readonly<Record<string, number>>,
  pages: number,
  guaranteedFrames: number,
  label: string,
): object {
  return policy.create({
    pages,
    guaranteedFrames,
    parameters: { ...policy.parameters, ...parameters },
    seed: seedOf(options.seed, `policy ${label}`),
  }) as object;
}
