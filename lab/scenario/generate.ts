/** Generated programs of a scenario: from a description and the scenario's seed to references. */

import {
  cache,
  collector,
  database,
  decoder,
  hog,
  join,
  loop,
  matrixWalk,
  pageList,
  phases,
  scan,
  textbook,
  traceL,
  truncate,
  uniform,
  withPauses,
  zipf,
} from '../../clients/programs/index.ts';
import { type RandomState, splitRandom } from '../../sim-hw/random.ts';
import type { ReferenceString } from '../../sim-hw/references.ts';
import type { ProgramDescription } from './program-schema.ts';

/** The program of task `name`, the same for the same seed, at most `limit` references long. */
export function generate(
  description: ProgramDescription,
  limit: number | null,
  seed: number,
  name: string,
): ReferenceString {
  const unpaused = programOf(description, splitRandom(seed, `program ${name}`));
  const pause = 'pause' in description ? description.pause : undefined;
  const program = pause ? withPauses(unpaused, pause.every, pause.ns) : unpaused;
  return limit === null ? program : truncate(program, limit);
}

function programOf(description: ProgramDescription, random: RandomState): ReferenceString {
  switch (description.kind) {
    case 'loop':
      return loop(
        description.pages,
        description.rounds,
        description.write,
        random,
        description.stride,
      );
    case 'trace-l':
      return traceL(description.references, description.scale);
    case 'join':
      return join(description);
    case 'phases':
      return phases(description.phases, description.rounds, description.write, random);
    case 'textbook':
      return textbook(description.string);
    case 'matrix':
      return matrixWalk(description);
    case 'pages':
      return pageList(description.pages, description.write, random);
    case 'zipf': {
      const { pages, references, alpha, write } = description;
      return zipf(pages, references, alpha, write, random);
    }
    case 'cache':
      return cache(description, random);
    case 'database':
      return database(description, random);
    case 'decoder':
      return decoder(description);
    case 'collector':
      return collector(description, random);
    case 'hog': {
      const { pages, step, hold, restNs } = description;
      return hog(pages, step, hold, restNs);
    }
    case 'scan':
      return scan(description.pages, description.scans, description.length, random);
    case 'random':
      return uniform(description.pages, description.references, description.write, random);
  }
}
