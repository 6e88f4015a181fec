/**
 * The named worlds. Each is about one part of the protocol and small enough to be explored whole.
 *
 * Left out: runs of more than one frame [MEM5], shareContainer by itself and discard, writing of files,
 * caches, central pagers, and clients that pipeline their calls (`pipelined`; the state spaces grow tenfold).
 */

import { pageWorlds } from './page-worlds.ts';
import type { WorldPlan } from './plan.ts';
import { client, world } from './world-plans.ts';

export const worlds: readonly WorldPlan[] = [
  world('lending', 'two honest clients lend each other what they do not use', {
    clients: [
      client('A', { wishes: [{ guaranteed: 2, extra: 0 }], framesMax: 2, returns: true }),
      client('B', { wishes: [{ guaranteed: 1, extra: 1 }], framesMax: 2, returns: true }),
    ],
  }),
  world('admission', 'two clients that want more than there is, guaranteed', {
    clients: [
      client('A', { wishes: [{ guaranteed: 2, extra: 0 }], framesMax: 2 }),
      client('B', { wishes: [{ guaranteed: 2, extra: 0 }], framesMax: 2, mayDie: true }),
    ],
  }),
  world('death', 'either of two clients may die at any moment', {
    clients: [
      client('A', { wishes: [{ guaranteed: 2, extra: 0 }], framesMax: 2, mayDie: true }),
      client('B', { wishes: [{ guaranteed: 1, extra: 1 }], framesMax: 2, mayDie: true }),
    ],
  }),
  world('hoard', 'a silent client keeps its extras beside two honest ones: repossessed', {
    clients: [
      client('A', { wishes: [{ guaranteed: 1, extra: 0 }] }),
      client('B', { wishes: [{ guaranteed: 1, extra: 0 }] }),
      client('hog', { manner: 'silent', wishes: [{ guaranteed: 0, extra: 3 }], framesMax: 3 }),
    ],
  }),
  world('drop', 'a silent client keeps its extras: all it holds is dropped', {
    penalty: 'drop',
    clients: [
      client('A', { wishes: [{ guaranteed: 1, extra: 0 }] }),
      client('B', { wishes: [{ guaranteed: 1, extra: 0 }] }),
      client('hog', { manner: 'silent', wishes: [{ guaranteed: 0, extra: 3 }], framesMax: 3 }),
    ],
  }),
  world('karma', 'a client that returns all, half or less of what is asked, under penalty karma', {
    penalty: 'karma',
    frames: 2,
    clients: [
      client('A', { wishes: [{ guaranteed: 2, extra: 0 }], framesMax: 2 }),
      client('hog', {
        manner: 'silent',
        wishes: [{ guaranteed: 0, extra: 2 }],
        framesMax: 2,
        returns: true,
      }),
    ],
  }),
  world('rivals', 'two silent clients are asked, and their deadlines may come in any order', {
    frames: 2,
    clients: [
      client('A', { wishes: [{ guaranteed: 1, extra: 0 }] }),
      client('B', { wishes: [{ guaranteed: 1, extra: 0 }] }),
      client('hog', { manner: 'silent', wishes: [{ guaranteed: 0, extra: 1 }] }),
      client('rival', { manner: 'silent', wishes: [{ guaranteed: 0, extra: 1 }] }),
    ],
  }),
  world('deaf', 'a client whose thread does not wait for messages: killed', {
    penalty: 'kill',
    clients: [
      client('A', { wishes: [{ guaranteed: 2, extra: 0 }], framesMax: 2, returns: true }),
      client('hog', { manner: 'deaf', wishes: [{ guaranteed: 0, extra: 3 }], framesMax: 3 }),
    ],
  }),
  world('lenient', 'a client that returns when it likes, under penalty none', {
    penalty: 'none',
    clients: [
      client('A', { wishes: [{ guaranteed: 2, extra: 0 }], framesMax: 2 }),
      client('hog', {
        manner: 'silent',
        wishes: [{ guaranteed: 1, extra: 1 }],
        framesMax: 2,
        returns: true,
      }),
    ],
  }),
  world('terms', 'a contract with a term, renewed or not, and frames that are due after its end', {
    clients: [
      client('A', { wishes: [{ guaranteed: 1, extra: 1 }], term: true, framesMax: 2 }),
      client('B', { wishes: [{ guaranteed: 1, extra: 2 }], framesMax: 3 }),
    ],
  }),
  world('shrink', 'a guarantee that shrinks and grows again', {
    clients: [
      client('A', {
        wishes: [
          { guaranteed: 2, extra: 0 },
          { guaranteed: 1, extra: 0 },
        ],
        framesMax: 2,
      }),
      client('B', { wishes: [{ guaranteed: 1, extra: 0 }] }),
    ],
  }),
  world('boxes', 'pages to swap and back in containers, while their frames are called back', {
    clients: [
      client('A', { wishes: [{ guaranteed: 0, extra: 1 }], containers: 'once' }),
      client('B', { wishes: [{ guaranteed: 3, extra: 0 }], framesMax: 3 }),
    ],
  }),
  world('kept', 'a container outlives its locks, is cancelled, and its owner may die meanwhile', {
    clients: [
      client('A', { containers: 'kept', mayDie: true }),
      client('B', { wishes: [{ guaranteed: 1, extra: 0 }] }),
    ],
  }),
  world('orphan', 'the swap server may die at any moment, and so may the owner of a container', {
    serverMayDie: true,
    clients: [
      client('A', { containers: 'kept', mayDie: true }),
      client('B', { wishes: [{ guaranteed: 1, extra: 0 }] }),
    ],
  }),
  world('bereft', 'the swap server may die while frames in containers are called back', {
    frames: 2,
    serverMayDie: true,
    clients: [
      client('A', { wishes: [{ guaranteed: 0, extra: 1 }], containers: 'once', boxesMax: 1 }),
      client('B', { wishes: [{ guaranteed: 2, extra: 0 }], framesMax: 2 }),
    ],
  }),
  world('reopened', 'two clients whose containers have one window, one after the other', {
    frames: 2,
    containers: 1,
    settled: 'frames',
    clients: [
      client('A', { containers: 'once', boxesMax: 1 }),
      client('B', { containers: 'once', boxesMax: 1 }),
    ],
  }),
  ...pageWorlds,
  world('liar', 'a client names slots, containers and ops that are not its own', {
    clients: [
      client('A', { wishes: [{ guaranteed: 2, extra: 0 }], framesMax: 2 }),
      client('liar', { manner: 'liar', wishes: [{ guaranteed: 1, extra: 1 }], framesMax: 2 }),
    ],
  }),
  world('pager', 'a real pager under a FIFO policy beside a client that wants its frames back', {
    order: 'drained',
    operations: 1,
    clients: [
      client('pager', { kind: 'pager', wishes: [{ guaranteed: 1, extra: 1 }], pages: 2 }),
      client('B', { wishes: [{ guaranteed: 2, extra: 0 }], framesMax: 2 }),
    ],
  }),
  world('severed', 'the swap server of a real pager dies; others get what they are guaranteed', {
    order: 'drained',
    operations: 1,
    serverMayDie: true,
    clients: [
      client('pager', {
        kind: 'pager',
        wishes: [{ guaranteed: 1, extra: 1 }],
        pages: 2,
        mayDie: true,
      }),
      client('B', { wishes: [{ guaranteed: 2, extra: 0 }], framesMax: 2 }),
    ],
  }),
];

/** The world of a name, or undefined. */
export function worldOf(name: string): WorldPlan | undefined {
  return worlds.find((plan) => plan.name === name);
}
