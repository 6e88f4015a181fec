/** State of a policy server: plain data, sized by the tasks it is told of. */

import type { PolicyTable } from '../../contracts/policy-table.ts';
import { holdingDoubles } from '../../sim-hw/shape.ts';

/** No capability to the policy. */
export const NO_CONTROL = -1;
/** Windows of the averages, in periods: 5, 30 and 150. */
export const WINDOWS = 3;

/** What a policy server is told of a task, and what it remembers of it. */
export interface PolicyTask {
  readonly id: number;
  readonly user: number;
  readonly weight: number;
  readonly priority: number;
  readonly least: number;
  /** The guarantee it asks for; 0: it has not asked. */
  want: number;
  gone: boolean;
  /** At the end of the last period: frames held, pages read back, time stalled. */
  allocated: number;
  readBack: number;
  stallNs: number;
}

/** Quotas of a user: frames guaranteed to its tasks, frames they hold, pages on swap, together. */
export interface PolicyUser {
  readonly guaranteed: number;
  readonly held: number;
  /** Absent: any number. */
  readonly swap?: number;
}

/** The swap server whose quotas it sets: its port, the capability, what was set last by task. */
export interface SwapQuotas {
  readonly id: number;
  readonly port: number;
  control: number;
  readonly told: number[];
}

export interface PolicyServerState {
  readonly id: number;
  readonly memory: number;
  readonly memoryPort: number;
  /** Port to its successor, or -1. */
  readonly successorPort: number;
  /** The policy server it stands by for, or -1. */
  readonly predecessor: number;
  /** Shared with the memory server; not looked at without control. */
  readonly table: PolicyTable;
  readonly users: readonly PolicyUser[];
  /** Null: no user has a quota of swap. */
  readonly swap: SwapQuotas | null;
  readonly tasks: PolicyTask[];
  /** Between two looks, on the clock of terms. */
  readonly period: number;
  control: number;
  decides: boolean;
  frames: number;
  /** Tasks that want advice. */
  readonly subscribers: number[];
  /** Sums of stalls at the last look, and averages in 1/2048 of a thousandth. */
  atNs: number;
  someNs: number;
  fullNs: number;
  readonly some: Float64Array;
  readonly full: Float64Array;
  /** References executed at the last look, and looks since any was. */
  references: number;
  idlePeriods: number;
  ticking: boolean;
}

export type PolicyServerParts = Pick<
  PolicyServerState,
  'id' | 'memory' | 'memoryPort' | 'successorPort' | 'predecessor' | 'table' | 'users' | 'period'
> & {
  readonly tasks: readonly Omit<PolicyTask, keyof typeof newcomer>[];
  readonly swap?: Pick<SwapQuotas, 'id' | 'port'>;
};

const newcomer = { want: 0, gone: false, allocated: 0, readBack: 0, stallNs: 0 };

export function createPolicyServerState(parts: PolicyServerParts): PolicyServerState {
  return holdingDoubles<PolicyServerState>(
    {
      ...parts,
      tasks: parts.tasks.map((task) => createPolicyTask(task)),
      swap: parts.swap ? { ...parts.swap, control: NO_CONTROL, told: [] } : null,
      control: NO_CONTROL,
      decides: false,
      frames: 0,
      subscribers: [],
      atNs: 0,
      someNs: 0,
      fullNs: 0,
      some: new Float64Array(WINDOWS),
      full: new Float64Array(WINDOWS),
      references: 0,
      idlePeriods: 0,
      ticking: false,
    },
    'atNs',
    'someNs',
    'fullNs',
    'references',
  );
}

export function createPolicyTask(task: Omit<PolicyTask, keyof typeof newcomer>): PolicyTask {
  return holdingDoubles<PolicyTask>({ ...task, ...newcomer }, 'stallNs');
}
