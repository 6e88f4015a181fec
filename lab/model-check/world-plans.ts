/** How the named worlds are written down: what differs from a quiet world, from a quiet client. */

import { type ClientPlan, quietClient, type WorldPlan } from './plan.ts';

const quietWorld: WorldPlan = {
  name: '',
  summary: '',
  frames: 3,
  penalty: 'repossess',
  containers: 2,
  operations: 2,
  order: 'channel',
  settled: 'no',
  server: 'swap',
  sits: false,
  lifetimes: false,
  users: false,
  copies: false,
  serverMayDie: false,
  clients: [],
};

/** A client that keeps its contract, but for what is told of it. */
export function client(name: string, plan: Partial<ClientPlan>): ClientPlan {
  return { ...quietClient, name, ...plan };
}

/** A world of that name, quiet but for what is told of it. */
export function world(name: string, summary: string, plan: Partial<WorldPlan>): WorldPlan {
  return { ...quietWorld, name, summary, ...plan };
}
