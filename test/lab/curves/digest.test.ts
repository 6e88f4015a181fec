import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { policies } from '../../../clients/policies/index.ts';
import type { Policy } from '../../../contracts/policy.ts';
import {
  type Digest,
  digestOf,
  finestEnd,
  levelAt,
  referencesUpTo,
} from '../../../lab/curves/digest.ts';
import { simulate } from '../../../lab/curves/simulation.ts';
import { readTrace } from '../../../lab/traces/index.ts';
import {
  kindOfRun,
  lengthOfRun,
  packRun,
  pageOfRun,
  READ,
  RUN_LENGTH_MAX,
  WRITE,
} from '../../../sim-hw/references.ts';
import { twins } from '../../support/naive-policies/index.ts';
import { xorshift32 } from '../../support/reference-strings.ts';

const PAGES = 40;

/** Localities of a few pages that move, references to any page between them. */
function localRuns(seed: number, count: number, width: number, strayOneIn: number): Uint32Array {
  const draw = xorshift32(seed);
  let base = 0;
  return Uint32Array.from({ length: count }, (_, at) => {
    if (at % 700 === 0) base = draw() % (PAGES - width);
    const isStray = draw() % strayOneIn === 0;
    const page = isStray ? draw() % PAGES : base + (draw() % width);
    return packRun(page, draw() % 3, 1 + (draw() % 8 === 0 ? draw() % 64 : 0));
  });
}

const anyRuns = fc
  .record({
    seed: fc.integer({ min: 1, max: 2 ** 31 }),
    count: fc.integer({ min: 1, max: 6000 }),
    width: fc.integer({ min: 1, max: 12 }),
    strayOneIn: fc.constantFrom(5, 40, 400, 4000),
  })
  .map(({ seed, count, width, strayOneIn }) => localRuns(seed, count, width, strayOneIn));

/** A block by its definition: pages by last use, what they come to. */
function naiveBlock(runs: Uint32Array): unknown[] {
  const found = new Map<number, { references: number; isWrite: boolean }>();
  for (const run of runs) {
    const page = pageOfRun(run);
    const before = found.get(page) ?? { references: 0, isWrite: false };
    found.delete(page);
    const references = before.references + lengthOfRun(run);
    found.set(page, { references, isWrite: before.isWrite || kindOfRun(run) === WRITE });
  }
  return [...found].map(([page, { references, isWrite }]) => ({
    page,
    references: Math.min(references, RUN_LENGTH_MAX),
    isWrite,
  }));
}

function gathered(entries: Uint32Array): unknown[] {
  return Array.from(entries, (entry) => {
    expect([READ, WRITE]).toContain(kindOfRun(entry));
    const isWrite = kindOfRun(entry) === WRITE;
    return { page: pageOfRun(entry), references: lengthOfRun(entry), isWrite };
  });
}

test('each block of each level is its pages by last use, with all their references', () => {
  fc.assert(
    fc.property(anyRuns, (runs) => {
      for (const { blockBits, runs: entries, starts } of digestOf(runs, PAGES).levels)
        for (let block = 0; block < starts.length - 1; block++) {
          const part = runs.subarray(block << blockBits, (block + 1) << blockBits);
          const own = entries.subarray(starts[block], starts[block + 1]);
          expect(gathered(own)).toEqual(naiveBlock(part));
        }
    }),
    { numRuns: 40 },
  );
});

test('levels of a local program; none where pages do not come back', () => {
  const local = localRuns(5, 70_000, 6, 400);
  expect(digestOf(local, PAGES).levels.map(({ blockBits }) => blockBits)).toEqual([6, 9, 12, 15]);
  const far = Uint32Array.from({ length: 5000 }, (_, at) => packRun(at, READ, 1));
  expect(digestOf(far, 5000).levels).toEqual([]);
});

test('whole blocks are found where they lie, the coarsest first', () => {
  const digest = digestOf(localRuns(5, 70_000, 6, 400), PAGES);
  expect(levelAt(digest, 0, 70_000)).toBe(3);
  expect(levelAt(digest, 0, 32_767)).toBe(2);
  expect(levelAt(digest, 512, 70_000)).toBe(1);
  expect(levelAt(digest, 64, 128)).toBe(0);
  expect(levelAt(digest, 64, 127)).toBe(-1);
  expect(levelAt(digest, 65, 70_000)).toBe(-1);
  expect([0, 1, 64, 65].map(finestEnd)).toEqual([0, 64, 64, 128]);
});

test('references before any run', () => {
  const runs = localRuns(9, 300, 6, 400);
  const digest = digestOf(runs, PAGES);
  let references = 0;
  for (let at = 0; at <= runs.length; at++) {
    expect(referencesUpTo(digest, runs, at)).toBe(references);
    if (at < runs.length) references += lengthOfRun(runs[at]);
  }
});

/** Who leaves and when, faults by kind and pages written back, at each size. */
function course(
  policy: Policy,
  runs: Uint32Array,
  pages: number,
  sizes: readonly number[],
  digest: Digest,
  parameters: Readonly<Record<string, number>> = {},
): unknown {
  const left: number[][] = [];
  const told: Policy = {
    ...policy,
    create: (context) => {
      left.push([]);
      return { own: policy.create(context), log: left.at(-1) };
    },
    admitted: (state, page, view) => policy.admitted(own(state), page, view),
    removed: (state, page, view) => {
      (state as Told).log.push(page, view.now());
      policy.removed(own(state), page, view);
    },
    victim: (state, view) => policy.victim(own(state), view),
    ...(policy.outside && { outside: (state, view) => policy.outside?.(own(state), view) ?? -1 }),
    ...(policy.digest && {
      digest: (state, batch) => policy.digest?.(own(state), batch) === true,
    }),
    ...(policy.referencesSeen && {
      referencesSeen: (state, batch) => policy.referencesSeen?.(own(state), batch),
    }),
  };
  const found = simulate(
    told,
    { runs, pageNumbers: new Float64Array(pages) },
    sizes,
    parameters,
    0,
    digest,
  );
  return found.map(({ faultsOf, writeBacks, state }, at) => {
    expect(policy.check?.(own(state))).toBeUndefined();
    return { faultsOf, writeBacks, left: left[at] };
  });
}

interface Told {
  own: unknown;
  log: number[];
}

function own(state: unknown): unknown {
  return (state as Told).own;
}

/** The same without a digest: run by run. */
function plain({ before }: Digest): Digest {
  return { levels: [], before };
}

const named = Object.keys(policies).map((name) => [name] as const);

describe.each(named)('%s', (name) => {
  const policy = policies[name] as Policy;
  const settings = twins[name]?.settings ?? fc.constant({});

  test('[POL20] gathered references change no victim, whatever its settings', () => {
    const sizes = fc.uniqueArray(fc.integer({ min: 1, max: PAGES }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(anyRuns, sizes, settings, (runs, frames, drawn) => {
        const digest = digestOf(runs, PAGES);
        const shown = course(policy, runs, PAGES, frames, digest, drawn);
        expect(shown).toEqual(course(policy, runs, PAGES, frames, plain(digest), drawn));
      }),
      { numRuns: 15, seed: 20_260_102 },
    );
  });
});

describe.each(['cc1plus', 'hash-join', 'sqlite'])('on the trace %s', async (trace) => {
  const { runs, pageNumbers } = await readTrace(`traces/${trace}.lht`, { limit: 120_000 });
  const pages = pageNumbers.length;
  const digest = digestOf(runs, pages);
  const sizes = [0.05, 0.2, 0.5, 0.9].map((share) => Math.ceil(share * pages));

  test.each(named)('[POL20] %s gives up the same pages', (name) => {
    const policy = policies[name] as Policy;
    const shown = course(policy, runs, pages, sizes, digest);
    expect(shown).toEqual(course(policy, runs, pages, sizes, plain(digest)));
  });
});

test('a policy that says yes and should not is found out', () => {
  const runs = localRuns(3, 8000, 12, 100);
  const digest = digestOf(runs, PAGES);
  const wrong: Policy<{ resident: number[]; seen: number }> = {
    name: 'counts runs',
    sight: 'oracle',
    summary: '',
    create: () => ({ resident: [], seen: 0 }),
    admitted: ({ resident }, page) => void resident.push(page),
    removed: ({ resident }, page) => void resident.splice(resident.indexOf(page), 1),
    referencesSeen: (state, { from, to }) => {
      state.seen += to - from;
    },
    victim: ({ resident, seen }) => resident[seen % resident.length] as number,
    digest: () => true,
  };
  const shown = course(wrong as Policy, runs, PAGES, [20], digest);
  expect(shown).not.toEqual(course(wrong as Policy, runs, PAGES, [20], plain(digest)));
});
