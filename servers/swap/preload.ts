/**
 * Preloading: pages that are on swap before a run begins go through the stack as any others do, but in
 * no time and at no cost; then all is flushed, and what was counted is forgotten.
 */

import { assert } from '../../sim-hw/assert.ts';
import { type Contents, copyContents, stamped } from '../../sim-hw/contents.ts';
import type { RemoteState } from './layers/remote.ts';
import { wireStack } from './stack/build.ts';
import type { Counts, Port } from './stack/layer.ts';
import { FLUSH, NO_ID, STORE } from './stack/requests.ts';
import { type Stack, type StackState, submitRoot, wake } from './stack/stack.ts';

export interface PreloadedPage {
  readonly id: number;
  readonly client: number;
  readonly low: number;
  readonly high: number;
}

/** Counts that say what there is, not what has happened. */
const STANDING = new Set(['stored', 'bodies', 'keys']);

/** Stores the pages. What is refused is simply not there. */
export function preload(state: StackState, pages: Iterable<PreloadedPage>): void {
  const instant = createInstant(state);
  for (const page of pages) {
    instant.page = page;
    ask(instant, STORE, page.id, page.client);
  }
  ask(instant, FLUSH, NO_ID, 0);
  while (step(instant));
  for (const node of state.nodes) {
    forgetCounts((node.state as { counts: Counts }).counts);
    if (node.layer === 'remote') quietNetwork(node.state as RemoteState);
  }
  for (const { medium } of state.disks) forgetCounts(medium.counts as unknown as Counts);
}

interface Instant {
  readonly stack: Stack;
  /** What is due, by time and in order. */
  readonly due: { timeNs: number; request: number }[];
  page: PreloadedPage | null;
  nowNs: number;
  ended: boolean;
}

function createInstant(state: StackState): Instant {
  const instant = { due: [], page: null, nowNs: 0, ended: false } as unknown as Instant;
  const wakeAt = (timeNs: number, request: number) => instant.due.push({ timeNs, request });
  const port: Port = {
    nowNs: () => instant.nowNs,
    charge: () => {},
    wakeAt,
    submit: (_disk, _block, _blocks, _write, request) => wakeAt(instant.nowNs, request),
    fill(root) {
      const { low, high } = instant.page as PreloadedPage;
      copyContents(state.pool.contents[root] as Contents, stamped(low, high));
      return 0;
    },
    ended: () => {
      instant.ended = true;
    },
  };
  return Object.assign(instant, { stack: wireStack(state, port) });
}

function ask(instant: Instant, kind: number, id: number, client: number): void {
  instant.ended = false;
  submitRoot(instant.stack, 0, kind, id, client);
  while (!instant.ended) assert(step(instant), 'preload: a request never ends');
}

function step(instant: Instant): boolean {
  const { due } = instant;
  if (due.length === 0) return false;
  let first = 0;
  for (let at = 1; at < due.length; at++)
    if ((due[at] as { timeNs: number }).timeNs < (due[first] as { timeNs: number }).timeNs)
      first = at;
  const [{ timeNs, request }] = due.splice(first, 1) as [{ timeNs: number; request: number }];
  instant.nowNs = Math.max(instant.nowNs, timeNs);
  wake(instant.stack, request);
  return true;
}

function forgetCounts(counts: Counts): void {
  for (const name of Object.keys(counts)) if (!STANDING.has(name)) counts[name] = 0;
}

function quietNetwork({ network }: RemoteState): void {
  network.freeAtNs.fill(0);
  forgetCounts(network.counts as unknown as Counts);
}
