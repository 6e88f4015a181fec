/**
 * The named worlds with containers of pages: lent to an archive or a file server, with lifetimes and
 * named users, copied and inherited.
 */

import type { WorldPlan } from './plan.ts';
import { client, world } from './world-plans.ts';

/** An archive, and clients that have their contracts. */
const archive = { server: 'archive', settled: 'contract', containers: 0, operations: 1 } as const;

export const pageWorlds: readonly WorldPlan[] = [
  world('lent', 'a container of pages is lent to a server; it or the owner may die', {
    frames: 1,
    ...archive,
    serverMayDie: true,
    clients: [
      client('A', { containers: 'pages', deeds: ['fill', 'cancel', 'drop', 'map'], mayDie: true }),
    ],
  }),
  world('recalled', 'frames of a container of pages are called back while a server fills it', {
    frames: 1,
    ...archive,
    serverMayDie: true,
    clients: [
      client('A', {
        wishes: [{ guaranteed: 0, extra: 1 }],
        containers: 'pages',
        extras: true,
        deeds: ['fill', 'drop'],
      }),
      client('B', { wishes: [{ guaranteed: 1, extra: 0 }] }),
    ],
  }),
  world('sitting', 'a server sits on pages that it was lent; their owner takes them back', {
    frames: 1,
    ...archive,
    sits: true,
    serverMayDie: true,
    clients: [client('A', { containers: 'pages', deeds: ['ask', 'put', 'take', 'cancel'] })],
  }),
  world('again', 'a container is taken back and lent anew while its device is at work', {
    frames: 1,
    ...archive,
    operations: 2,
    clients: [client('A', { containers: 'pages', deeds: ['fill', 'cancel', 'drop'], boxesMax: 2 })],
  }),
  world('pair', 'two pages in a container are filled, one perhaps not there', {
    frames: 2,
    ...archive,
    clients: [
      client('A', {
        wishes: [{ guaranteed: 2, extra: 0 }],
        framesMax: 2,
        containers: 'pages',
        places: 2,
        deeds: ['fill', 'take'],
      }),
    ],
  }),
  world(
    'files',
    'a file is read into a container; reader, server or device may fail at any point',
    {
      ...archive,
      frames: 1,
      server: 'files',
      serverMayDie: true,
      clients: [
        client('A', {
          containers: 'pages',
          deeds: ['fill', 'cancel', 'drop', 'map'],
          mayDie: true,
        }),
      ],
    },
  ),
  world('stuck', 'a device is never done, and its file server sits on a lock until the limit', {
    ...archive,
    frames: 1,
    server: 'files',
    sits: true,
    serverMayDie: true,
    clients: [client('A', { containers: 'pages', deeds: ['ask', 'put', 'take', 'cancel'] })],
  }),
  world(
    'lease',
    'a container of pages has a lifetime, which ends at any time, under a lock or not',
    {
      ...archive,
      frames: 1,
      lifetimes: true,
      serverMayDie: true,
      clients: [
        client('A', {
          containers: 'pages',
          deeds: ['fill', 'live', 'map', 'drop'],
          mayDie: true,
          boxesMax: 1,
        }),
      ],
    },
  ),
  world(
    'named',
    'a container of pages is for one user alone: the server that is handed it, or not',
    {
      ...archive,
      frames: 1,
      users: true,
      clients: [
        client('A', {
          containers: 'pages',
          deeds: ['fill', 'name', 'cancel', 'drop'],
          mayDie: true,
        }),
      ],
    },
  ),
  world('copied', 'a page is copied, moved or shared while its container is lent to a server', {
    ...archive,
    frames: 2,
    copies: true,
    serverMayDie: true,
    clients: [
      client('A', {
        wishes: [{ guaranteed: 2, extra: 0 }],
        framesMax: 2,
        containers: 'pages',
        boxesMax: 1,
        deeds: ['fill', 'copy', 'move', 'share', 'drop', 'map'],
        mayDie: true,
      }),
    ],
  }),
  world('bequest', 'a client copies from another, who lets go of the page or dies', {
    ...archive,
    frames: 2,
    copies: true,
    clients: [
      client('A', {
        containers: 'pages',
        boxesMax: 1,
        deeds: ['fill', 'lend', 'drop'],
        mayDie: true,
      }),
      client('B', { containers: 'pages', deeds: ['copyOut', 'drop'], mayDie: true }),
    ],
  }),
];
