/** Plans of the servers in a cell, and of what its tasks want of them; everything filled in. */

import type { schedulers } from '../../servers/disk/schedulers/index.ts';
import type { LayerPlan } from '../../servers/swap/stack/plan.ts';

/** A disk server, on the machine's device. */
export interface DiskPlan {
  readonly scheduler: keyof typeof schedulers;
  /** Requests that the device has at a time. */
  readonly depth: number;
  /** Share of its time that may be under contract. */
  readonly admit: number;
  /** Chances of faults in 2^16, of the blocks that it moves itself. */
  readonly faults?: Readonly<Record<string, number>>;
  /** When it dies, on the clock of terms, or never (null). */
  readonly diesAt?: number | null;
}

/** Times in microseconds, the term on the clock of terms. */
export interface DiskTaskPlan {
  readonly period: number;
  readonly slice: number;
  readonly laxity: number;
  readonly slack: boolean;
  readonly term: number;
}

export interface StreamPlan {
  /** Blocks of the file, of one request, and requests ahead. */
  readonly blocks: number;
  readonly length: number;
  readonly ahead: number;
  /** Between two requests, or 0; and the longest lock: on the clock of terms. */
  readonly every: number;
  readonly lockMax: number;
}

export interface ReadingPlan {
  readonly pages: readonly [number, number];
  /** Names of archives, in the order in which they are asked. */
  readonly from: readonly string[];
  /** Pages of the container. */
  readonly window: number;
  /** Longest lock, on the clock of terms. */
  readonly lockMax: number;
  /** What it writes goes back to the file; absent: it is its own copy. */
  readonly writes?: boolean;
  /** What it tells file servers of how it reads: HINT_...; absent: nothing. */
  readonly hint?: number;
}

/** A server that tasks read pages from. */
export interface ArchivePlan {
  readonly name: string;
  /** How long it locks what it is lent, on the clock of terms. */
  readonly lock: number;
  /** Hostile: it sits on it. */
  readonly sits: boolean;
}

/** Layers that swapped pages go through, and the pages that a task may have there; null: any. */
export interface SwapPlan {
  readonly layers: readonly LayerPlan[];
  readonly quota: number | null;
  /** Under contracts: the swap server's own, for the frames of its layers; absent: they are off memory. */
  readonly memory?: { readonly guaranteed: number; readonly extra: number };
}

/** A file server that tasks read pages from. */
export interface FileServerPlan {
  readonly name: string;
  readonly lock: number;
  /** Its contract, and how it caches; null: it does not. */
  readonly cache: {
    readonly guaranteed: number;
    readonly extra: number;
    readonly protectedShare: number;
    readonly filters: boolean;
  } | null;
  /** Frames for reading ahead, and for writing behind with the age at which it is flushed. */
  readonly buffers?: {
    readonly ahead: number;
    readonly behind: number;
    readonly age: number;
  } | null;
  /** When it dies, on the clock of terms, or never (null). */
  readonly diesAt: number | null;
}

/** A server before swap that needs frames for its work; times on the clock of terms. */
export interface ExternalPagerPlan {
  readonly name: string;
  /** Pages at a time, a frame each; how many of those are guaranteed to it. */
  readonly buffers: number;
  readonly reserve: number;
  /** Pages of one task that it works on at a time. */
  readonly laundry: number;
  readonly perPage: number;
  /** By place: tasks whose pages it moves; what it is backed by, or -1 for swap. */
  readonly tasks: readonly number[];
  readonly backing: number;
}

/** Frames, and pages on swap; absent: any number. */
export interface PolicyUserPlan {
  readonly guaranteed: number;
  readonly held: number;
  readonly swap?: number;
}

/** Who belongs to whom, and what a policy server grants to each user together, in frames. */
export interface PolicyServerPlan {
  readonly start: number;
  readonly replaceAt: number | null;
  readonly diesAt: number | null;
  readonly period: number;
  /** By task: index of its user or -1, weight, priority. */
  readonly tasks: readonly { user: number; weight: number; priority: number }[];
  readonly users: readonly PolicyUserPlan[];
  readonly successor: { readonly users: readonly PolicyUserPlan[] } | null;
}
