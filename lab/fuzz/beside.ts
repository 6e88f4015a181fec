/**
 * Beside: what goes on between the decisions of the scheduler in a fuzzed run: the memory server moves
 * frames, servers die, books are looked at.
 */

import { NUCLEUS } from '../../nucleus/kernel.ts';
import { splitRandom } from '../../sim-hw/random.ts';
import type { Oracles } from '../oracles/index.ts';
import type { World } from '../run/boot.ts';
import { lookAtBooks, openBooks } from './books.ts';
import type { Counts } from './counts.ts';
import type { Drawn } from './draw.ts';
import { lookAtFiles } from './file-books.ts';
import { endServers, type Places } from './places.ts';
import { moveFrames, placeStirrers } from './stirred.ts';
import { listen } from './tally.ts';
import type { Fault } from './unsettled.ts';

/** Decisions of the scheduler between two looks at the books. */
const LOOK_EVERY = 16;

/** Stirrers are put into the world; what is returned is called after each decision. */
export function besideOf(
  world: World,
  places: Places,
  oracles: Oracles,
  drawn: Drawn,
  counts: Counts,
) {
  const { stir, options } = drawn;
  const { kernel } = world;
  const stirrers = placeStirrers(world, stir, options.seed, places);
  for (const { id } of stirrers) oracles.view.watched[kernel.state.tasks[id].space].stirs = true;
  listen(kernel, world.memories, counts.tally);
  const books = openBooks(world, stirrers);
  const random = splitRandom(options.seed, 'moves');
  let movesHere = false;
  const { probe } = kernel;
  const moved = probe?.moved;
  if (probe !== null)
    probe.moved = (...what) => {
      moved?.(...what);
      if (!movesHere) counts.movedByServer++;
    };
  const beside = (step: number): Fault | null => {
    if (stir.moveEvery > 0 && step % stir.moveEvery === 0) {
      kernel.state.account = NUCLEUS;
      movesHere = true;
      counts.relocations += moveFrames(world, random);
      movesHere = false;
    }
    endServers(kernel, places);
    if (step % LOOK_EVERY !== 0) return null;
    const what = lookAtBooks(books) ?? lookAtFiles(kernel, places);
    return what === null ? null : { oracle: 'books', what };
  };
  return { stirrers, beside };
}
