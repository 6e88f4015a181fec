import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OVER_METADATA } from '../../../contracts/refusals.ts';
import { deliverAll } from '../../../nucleus/ipc.ts';
import { givePort } from '../../../nucleus/kernel.ts';
import { killTask } from '../../../nucleus/life.ts';
import { CHILD_BYTES, checkRecords, containerBytes } from '../../../servers/memory/metadata.ts';
import type { Client } from '../../../servers/memory/state.ts';
import {
  advance,
  checkBooks,
  createDesk,
  type Desk,
  FIRST,
  hand,
  hashDesk,
  say,
  settleIn,
  takeHeard,
} from '../../support/desk.ts';
import { open, refusal } from '../../support/pages.ts';

/** A client of 4 guaranteed frames, each of which is room for half a frame of records. */
function limited(metadataMax: number | undefined = 0.5): Desk {
  const desk = createDesk({ terms: { metadataMax } });
  settleIn(desk, FIRST, 4, 2, 0);
  return desk;
}

function booked(desk: Desk, client = FIRST): number {
  return (desk.server.clients[client] as Client).metadata;
}

test('[MEM19] records are counted against their client, and no more when they end', () => {
  const desk = limited();
  const own = open(desk, FIRST, { pages: 100 });
  expect(booked(desk)).toBe(containerBytes(100));
  const split = say(desk, FIRST, 'splitContract', [1, 0, -1, 3, 0])[0] as readonly number[];
  expect(booked(desk)).toBe(containerBytes(100) + CHILD_BYTES);
  say(desk, FIRST, 'splitContract', [0, 0, split[2] as number, 3, 0]);
  expect(booked(desk)).toBe(containerBytes(100) + 2 * CHILD_BYTES);
  expect(checkRecords(desk.server)).toBeUndefined();
  say(desk, FIRST, 'foldContract', [-1, 4]);
  expect(booked(desk)).toBe(containerBytes(100));
  say(desk, FIRST, 'cancelContainer', [own]);
  expect(booked(desk)).toBe(containerBytes(100));
  say(desk, FIRST, 'dropContainer', [own]);
  expect(booked(desk)).toBe(0);
  open(desk, FIRST, { pages: 7 });
  killTask(desk.kernel, FIRST);
  deliverAll(desk.kernel);
  expect(booked(desk)).toBe(0);
  expect(checkRecords(desk.server)).toBeUndefined();
});

test('[MEM20] beyond the share of its guarantee a record is refused, and nothing changes', () => {
  const desk = limited();
  const places = Math.floor(
    (4 * 0.5 * 4096 - containerBytes(0)) / (containerBytes(1) - containerBytes(0)),
  );
  const before = hashDesk(desk);
  expect(say(desk, FIRST, 'openContainer', [places + 1, -1, 0, 5, 0])).toEqual([
    refusal(5, OVER_METADATA, 'openContainer'),
  ]);
  expect(hashDesk(desk)).toBe(before);
  const own = open(desk, FIRST, { pages: places });
  expect(say(desk, FIRST, 'splitContract', [1, 0, -1, 3, 0])).toEqual([
    refusal(3, OVER_METADATA, 'splitContract'),
  ]);
  // What was split off is room for records still; a larger guarantee is room for more.
  say(desk, FIRST, 'dropContainer', [own]);
  say(desk, FIRST, 'splitContract', [3, 0, -1, 3, 0]);
  expect(open(desk, FIRST, { pages: places - 3 })).toBeGreaterThanOrEqual(0);
  say(desk, FIRST, 'contract', [9, 0, 0, 0]);
  expect(say(desk, FIRST, 'openContainer', [50, -1, 0, 5, 0])[0]?.[0]).toBe('containerIs');
});

test('[MEM20] what is there stays when the guarantee falls; with no term there is no limit', () => {
  const desk = limited();
  const own = open(desk, FIRST, { pages: 200 });
  say(desk, FIRST, 'contract', [1, 0, 0, 0]);
  advance(desk, 1000);
  const stands = say(desk, FIRST, 'inspectContainer', [own, 1]).at(-1);
  expect(stands?.slice(0, 3)).toEqual(['containerStands', 1, 200]);
  expect(say(desk, FIRST, 'openContainer', [1, -1, 0, 5, 0])[0]?.[2]).toBe(OVER_METADATA);
  const free = createDesk();
  settleIn(free, FIRST, 1, 0, 0);
  for (let i = 0; i < 50; i++) expect(open(free, FIRST, { pages: 1024 })).toBeGreaterThanOrEqual(0);
  expect(booked(free)).toBe(50 * containerBytes(1024));
});

test('[MEM19] [MEM20] whatever is opened, split, folded and dropped, the counts are the records', () => {
  const step = fc.record({ kind: fc.nat(5), who: fc.nat(1), size: fc.nat(120), slot: fc.nat(12) });
  const refused = new Set<boolean>();
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (list) => {
      const desk = createDesk({ terms: { metadataMax: 0.25 } });
      for (const client of [FIRST, FIRST + 1]) settleIn(desk, client, 6, 1, 0);
      for (const { kind, who, size, slot } of list) {
        const client = FIRST + who;
        const lifetime = size % 3 === 0 ? 40 : 0;
        if (kind <= 1) {
          const words = [1 + size, -1, 0, 1, lifetime];
          refused.add(say(desk, client, 'openContainer', words)[0]?.[0] === 'refused');
        } else if (kind === 2)
          say(desk, client, 'splitContract', [size % 2, 0, slot - 2, 1, lifetime]);
        else if (kind === 3) say(desk, client, 'foldContract', [slot - 1, 1]);
        else if (kind === 4) say(desk, client, 'dropContainer', [slot]);
        else advance(desk, 30);
        expect(checkRecords(desk.server)).toBeUndefined();
        expect(checkBooks(desk)).toBeUndefined();
        const { guaranteed, splitOff, metadata } = desk.server.clients[client] as Client;
        expect(metadata).toBeLessThanOrEqual(0.25 * 4096 * (guaranteed + splitOff));
      }
    }),
    { seed: 39, numRuns: 60 },
  );
  expect(refused).toEqual(new Set([true, false]));
});

test('[MEM20] just as many bytes as there is room for, and not one more', () => {
  const desk = limited(containerBytes(10) / 4096 / 4);
  expect(say(desk, FIRST, 'openContainer', [11, -1, 0, 5, 0])[0]?.[2]).toBe(OVER_METADATA);
  const own = open(desk, FIRST, { pages: 10 });
  expect(booked(desk)).toBe(containerBytes(10));
  say(desk, FIRST, 'dropContainer', [own]);
  // The most that there was is remembered.
  expect(desk.server.clients[FIRST]).toMatchObject({
    metadata: 0,
    metadataMost: containerBytes(10),
  });
});

test('[MEM20] of a child contract each who lives on it has an equal part', () => {
  const desk = createDesk({ clients: 3, terms: { metadataMax: 0.5 } });
  say(desk, FIRST, 'contract', [8, 0, 0, 0]);
  const split = say(desk, FIRST, 'splitContract', [4, 0, -1, 0, 0])[0]?.[2] as number;
  const copy = say(desk, FIRST, 'copyControl', [split, 0])[0]?.[2] as number;
  const lives = (client: number, control: number) => {
    hand(desk, FIRST, 'controlIs', control, 0, 0, givePort(desk.kernel, FIRST, client));
    say(desk, client, 'useControl', [takeHeard(desk, client)[0]?.[1] as number, 0]);
  };
  const places = (frames: number) => {
    const each = containerBytes(1) - containerBytes(0);
    return Math.floor((0.5 * frames * 4096 - containerBytes(0)) / each);
  };
  const opens = (pages: number) => {
    const answer = say(desk, FIRST + 1, 'openContainer', [pages, -1, 0, 5, 0])[0];
    if (answer?.[0] !== 'containerIs') return answer?.[2];
    say(desk, FIRST + 1, 'dropContainer', [answer[2] as number]);
    return 'opened';
  };
  lives(FIRST + 1, split);
  expect([opens(places(4)), opens(places(4) + 1)]).toEqual(['opened', OVER_METADATA]);
  lives(FIRST + 2, copy);
  expect([opens(places(2)), opens(places(2) + 1)]).toEqual(['opened', OVER_METADATA]);
});

test('[MEM19] the check notices records that nobody is charged for', () => {
  const desk = limited();
  open(desk, FIRST, { pages: 9 });
  (desk.server.clients[FIRST] as Client).metadata -= 1;
  expect(checkRecords(desk.server)).toContain('bytes of records');
});
