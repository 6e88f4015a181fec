/**
 * Events: what the memory server tells an observer of the run (`--events`, a library user's RxJS
 * subscription). They are notifications: nothing in a run depends on who listens.
 */

import type { Observable } from 'rxjs';

export type ContractEvent =
  | { kind: 'contract'; at: number; task: string; guaranteed: number; extra: number }
  | { kind: 'shrink'; at: number; task: string; guaranteed: number; until: number }
  | { kind: 'renewal'; at: number; task: string; until: number }
  | { kind: 'expiry'; at: number; task: string; held: number }
  | { kind: 'grant'; at: number; task: string; frames: number; extra: boolean; waited: number }
  | { kind: 'refusal'; at: number; task: string; reason: string }
  | { kind: 'notice'; at: number; task: string; frames: number; deadline: number; cause: string }
  | { kind: 'return'; at: number; task: string; frames: number; outstanding: number; late: boolean }
  | { kind: 'met'; at: number; task: string }
  | { kind: 'missed'; at: number; task: string; outstanding: number; heard: boolean }
  | { kind: 'penalty'; at: number; task: string; penalty: string; frames: number }
  | { kind: 'lockExpired'; at: number; task: string }
  | { kind: 'death'; at: number; task: string; frames: number; locked: number }
  | { kind: 'split'; at: number; task: string; guaranteed: number; extra: number; left: number }
  | { kind: 'use'; at: number; task: string; guaranteed: number; extra: number; shared: number }
  | { kind: 'fold'; at: number; task: string; guaranteed: number; extra: number; left: number }
  | { kind: 'childEnd'; at: number; task: string; held: number };

export type ContractEvents = Observable<ContractEvent>;
