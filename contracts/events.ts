/**
 * Events: what the memory server tells an observer of the run (`--events`, a library user's RxJS
 * subscription). They are notifications: nothing in a run depends on who listens. Their schemas, and
 * the records of single protocol steps, are in event-records.ts.
 */

import type { Observable } from 'rxjs';

export type ContractEvent =
  /** In force from now, by agreement; until 0: without end. */
  | {
      kind: 'contract';
      at: number;
      task: string;
      guaranteed: number;
      extra: number;
      until: number;
    }
  | { kind: 'shrink'; at: number; task: string; guaranteed: number; until: number }
  /** The grace is over: the smaller one is in force, and the term runs on. */
  | { kind: 'shrunk'; at: number; task: string; guaranteed: number; extra: number }
  | { kind: 'renewal'; at: number; task: string; until: number }
  | { kind: 'expiry'; at: number; task: string; held: number }
  | { kind: 'grant'; at: number; task: string; frames: number; extra: boolean; waited: number }
  /** A frame of a container of pages that the task pays for from now on. */
  | { kind: 'charge'; at: number; task: string; frames: number; extra: boolean }
  | { kind: 'refusal'; at: number; task: string; reason: string }
  | {
      kind: 'notice';
      at: number;
      task: string;
      frames: number;
      deadline: number;
      cause: string;
      /** It is for clean frames alone. */
      clean?: boolean | undefined;
    }
  | { kind: 'return'; at: number; task: string; frames: number; outstanding: number; late: boolean }
  | { kind: 'met'; at: number; task: string }
  | { kind: 'starving'; at: number; task: string; until: number }
  | { kind: 'writing'; at: number; task: string; until: number }
  | { kind: 'starved'; at: number; task: string; frames: number }
  | { kind: 'silent'; at: number; task: string; frames: number }
  | { kind: 'enough'; at: number; task: string; returned: number; outstanding: number }
  | {
      kind: 'missed';
      at: number;
      task: string;
      returned: number;
      outstanding: number;
      heard: boolean;
    }
  | { kind: 'penalty'; at: number; task: string; penalty: string; frames: number }
  | { kind: 'lockExpired'; at: number; task: string }
  /** A request within the guarantee that no frame is free for: it waits. */
  | { kind: 'wait'; at: number; task: string; frames: number }
  /** A run that was taken by way of penalty, and had been written to or not. */
  | { kind: 'loss'; at: number; task: string; frames: number; modified: boolean }
  | { kind: 'death'; at: number; task: string; frames: number; locked: number }
  | { kind: 'split'; at: number; task: string; guaranteed: number; extra: number; left: number }
  | { kind: 'use'; at: number; task: string; guaranteed: number; extra: number; shared: number }
  | { kind: 'fold'; at: number; task: string; guaranteed: number; extra: number; left: number }
  | { kind: 'childEnd'; at: number; task: string; held: number }
  /** Of what a notice for clean frames asked for this is not clean: it may be any, until then. */
  | { kind: 'cleanSpent'; at: number; task: string; outstanding: number; until: number }
  /** A request beyond the guarantee for which a frame is called back from another. */
  | { kind: 'claim'; at: number; task: string; frames: number }
  /** A disk contract in force from now, in microseconds; slice 0: none any more; until 0: no end. */
  | { kind: 'diskContract'; at: number; task: string; period: number; slice: number; until: number }
  | { kind: 'diskRefusal'; at: number; task: string; period: number; slice: number }
  | { kind: 'diskExpiry'; at: number; task: string; slice: number }
  | { kind: 'policy'; at: number; task: string; what: 'takes over' | 'is gone' }
  | PressureEvent;

export type ContractEvents = Observable<ContractEvent>;

/** How a task fares, told every period by the policy server (servers/policy/pressure.ts). */
export interface PressureEvent {
  kind: 'pressure';
  at: number;
  task: string;
  /** Frames it holds; pages read back in the period that it had had before; both together. */
  allocated: number;
  refaults: number;
  workingSet: number;
  /** Thousandths of the period that its program stood still for memory. */
  stalled: number;
  /** Frames there are for it, and how far to go there at once: 2^damping, with its sign. */
  available: number;
  damping: number;
  /** Thousandths of the time that some, and that all, tasks stood still, over 5 periods, 30, 150. */
  some: readonly [number, number, number];
  full: readonly [number, number, number];
}
