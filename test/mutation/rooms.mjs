/**
 * Rooms of the memory server, for mutation tests: the files that are mutated and the tests that must
 * notice. A room by itself is held by its own tests and by those of bad input, which are fewer than all:
 * a mutant that they find all of them would. Left out of a room's tests: the model of containers of
 * pages and whole runs (`*-whole.test.ts`), which take seconds each.
 */

const memory = 'test/servers/memory';
const everywhere = [
  `${memory}/bad-input.test.ts`,
  `${memory}/malformed.test.ts`,
  `!${memory}/**/*-whole.test.ts`,
];
const slow = [`!${memory}/containers/pages-model.test.ts`];

function room(mutate, tests) {
  const files = mutate.map((path) => path.replace(/^!?/, '$&servers/memory/'));
  return { mutate: files, tests: [...new Set([...tests, ...everywhere])] };
}

export const rooms = {
  all: { mutate: ['servers/memory/**/*.ts'], tests: ['test/servers/**/*.test.ts'] },
  contracts: room(
    ['contracts/*.ts'],
    [`${memory}/contracts/*.test.ts`, 'test/servers/policy/server.test.ts'],
  ),
  revocation: room(
    ['revocation/**/*.ts'],
    [`${memory}/revocation/*.test.ts`, `${memory}/*.test.ts`],
  ),
  containers: room(
    ['containers/*.ts', '!containers/relocation.ts', '!containers/moving.ts'],
    [
      `${memory}/containers/*.test.ts`,
      `${memory}/*.test.ts`,
      'test/servers/swap/server.test.ts',
      ...slow,
    ],
  ),
  relocation: room(
    ['containers/relocation.ts', 'containers/moving.ts'],
    [`${memory}/containers/relocation*.test.ts`],
  ),
  // Of these files nearly every test runs most: so bad input, and other models, are left out.
  ledger: {
    mutate: ['servers/memory/*.ts'],
    tests: [
      `${memory}/*.test.ts`,
      `${memory}/revocation/*.test.ts`,
      `${memory}/contracts/*.test.ts`,
      `!${memory}/contracts/child-contract.test.ts`,
      ...everywhere.map((glob) => glob.replace(/^!?/, '!')),
    ],
  },
};
