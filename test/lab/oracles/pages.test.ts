import { expect, test } from 'vitest';
import { OP } from '../../../contracts/messages.ts';
import { sweep } from '../../../lab/oracles/index.ts';
import { type CapabilityTable, PORT } from '../../../nucleus/capabilities.ts';
import { deliverAll, send } from '../../../nucleus/ipc.ts';
import { midway, rulesOf } from './watched-cell.ts';

/** A cell in which the first client has opened a container and mapped a page of it. */
function withContainer() {
  const cell = midway();
  const { kernel, clients } = cell.world;
  const client = clients[0] as number;
  const table = kernel.state.capabilities[client] as CapabilityTable;
  const { server } = cell.oracles.view;
  const port = table.object.findIndex((to, i) => to === server.id && table.kind[i] === PORT);
  kernel.state.account = client;
  const say = (op: number, w0: number, w1: number, w2: number, w3: number) => {
    send(kernel, client, port, op, w0, w1, w2, w3, 0);
    deliverAll(kernel);
  };
  return { cell, client, server, say, kernel };
}

test('[CONT24] a sweep counts frames of containers, and finds a payer that does not use one', () => {
  const { cell, client, server, say, kernel } = withContainer();
  const table = kernel.state.capabilities[client] as CapabilityTable;
  say(OP.openContainer, 4, -1, 1, 9);
  const own = server.pages.containers[0]?.capability as number;
  const slot = table.slotFrame.findIndex((frame, i) => i < table.slots && frame >= 0);
  const frame = table.slotFrame[slot] as number;
  say(OP.putRuns, own, 0, slot, 1);
  expect(server.pages.onFrame[frame]).toEqual([0]);
  sweep(cell.oracles);
  expect(cell.oracles.frames.findings.violations).toEqual([]);
  kernel.state.frames.owner[frame] = cell.world.clients[1] as number;
  sweep(cell.oracles);
  expect(rulesOf(cell.oracles.frames.findings)).toContain('CONT24');
});

test('[CONT31] a sweep finds a lent mapping of a frame that is in no container any more', () => {
  const { cell, client, server, say, kernel } = withContainer();
  const table = kernel.state.capabilities[client] as CapabilityTable;
  say(OP.openContainer, 4, -1, 1, 9);
  const own = server.pages.containers[0]?.capability as number;
  const slot = table.slotFrame.findIndex((frame, i) => i < table.slots && frame >= 0);
  const frame = table.slotFrame[slot] as number;
  say(OP.putRuns, own, 0, slot, 1);
  const space = kernel.state.spaces[kernel.state.tasks[client]?.space as number];
  const free = Array.from({ length: space?.pages ?? 0 }, (_, page) => page).find(
    (page) =>
      kernel.format.find(
        kernel.state.table,
        space?.id as number,
        kernel.programs[space?.id as number]?.pageNumbers[page] as number,
      ) < 0,
  );
  say(OP.mapPage, own, 0, free as number, 0);
  expect(kernel.state.frames.mappedBy[frame]).toBeGreaterThan(0);
  sweep(cell.oracles);
  expect(cell.oracles.isolation.findings.violations).toEqual([]);
  server.pages.onFrame[frame] = null;
  sweep(cell.oracles);
  expect(rulesOf(cell.oracles.isolation.findings)).toContain('CONT31');
});
