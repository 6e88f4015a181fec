/**
 * Turns: whose turn it is to give up frames, and of which frame that is said.
 *
 *   by rank   whoever ranks highest (victims.ts); for another's extras only if it ranks above what
 *             the asker would then, else a frame would go to and fro
 *   by use    the client whose frame the order of use names (use-order.ts)
 */

import { type CapabilityTable, frameAt } from '../../../nucleus/capabilities.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { revocable } from '../ledger.ts';
import type { Client, MemoryServerState } from '../state.ts';
import { arbiterOf } from './arbiters/index.ts';
import { forgetNamed, frameGivenUp, keepFrame, nameFrame } from './placeholders.ts';
import type { TurnsByUse, TurnsState } from './turns-state.ts';
import { nextInOrder } from './use-order.ts';
import { nextVictim } from './victims.ts';

/** Whose turn it is, and the frame that says so, or -1. */
export interface Turn {
  readonly client: Client;
  readonly frame: number;
}

/** Whose turn it is to give frames for a guarantee; null: nobody has anything to give. */
export function turnOf(kernel: Kernel, server: MemoryServerState, turns: TurnsState): Turn | null {
  const turn = turns.byUse === null ? null : turnByUse(kernel, server, turns.byUse);
  if (turn !== null) return turn;
  const client = nextVictim(server);
  return client === null ? null : { client, frame: -1 };
}

/** Whose turn it is to give a frame to `asker`, who borrows; null: it is the asker's own. */
export function turnFor(
  kernel: Kernel,
  server: MemoryServerState,
  { byUse }: TurnsState,
  asker: Client,
): Turn | null {
  if (byUse === null) return turnByRank(server, asker);
  const turn = turnByUse(kernel, server, byUse);
  if (turn === null || turn.client !== asker) return turn;
  // It gives up what it likes, and nobody sees what: the frame stays, and remembers it [REV25].
  if (server.terms.placeholders) keepFrame(kernel, byUse, asker, turn.frame);
  return null;
}

/** `client` is told of which of its frames it is the turn: its slot, plus 1; 0: of none it knows. */
export function nameTurn(
  kernel: Kernel,
  { byUse }: TurnsState,
  client: Client,
  frame: number,
): number {
  if (byUse === null) return 0;
  nameFrame(kernel, byUse.placeholders, client, frame);
  const table = kernel.state.capabilities[client.id] as CapabilityTable;
  // A run is mapped by its first frame, and what nothing maps has no turn.
  for (let slot = 0; slot < table.slots; slot++)
    if (frameAt(table, slot) === frame) return slot + 1;
  return 0;
}

/** `client` gives the run in `slot` back, be it the one that was named or another [REV24]. */
export function runGivenUp(
  kernel: Kernel,
  server: MemoryServerState,
  { byUse }: TurnsState,
  client: Client,
  slot: number,
): void {
  if (byUse === null) return;
  const frame = frameAt(kernel.state.capabilities[client.id] as CapabilityTable, slot);
  frameGivenUp(kernel, byUse, client, frame, server.terms.placeholders);
}

/** What the client was asked for is over: no turn of it is open. */
export function endTurns({ byUse }: TurnsState, client: Client): void {
  if (byUse !== null) forgetNamed(byUse.placeholders, client);
}

function turnByRank(server: MemoryServerState, asker: Client): Turn | null {
  const { terms } = server;
  const client = nextVictim(server);
  if (client === null) return null;
  const { rank } = arbiterOf(terms);
  const ofAsker = rank(asker, revocable(asker) + 1, terms);
  return rank(client, revocable(client), terms) > ofAsker ? { client, frame: -1 } : null;
}

function turnByUse(kernel: Kernel, server: MemoryServerState, { order }: TurnsByUse): Turn | null {
  const frame = nextInOrder(kernel, server, order);
  if (frame < 0) return null;
  return { client: server.clients[kernel.state.frames.owner[frame] as number] as Client, frame };
}
