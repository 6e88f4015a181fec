import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from './support.ts';

/** Plain JavaScript for old Nodes, and so without types. */
const bundle = '../../bin/bundle.mjs';

// A command that finds no bundle runs the sources as they are: right, and a third slower.
test.each(['leasehold', 'worker', 'trace-worker', 'lru-part-worker', 'bench'])(
  'the bundle of %s can be made',
  async (name) => {
    const { bundled } = await import(bundle);
    const file = await bundled(name);
    expect(basename(file)).toMatch(new RegExp(`^${name}-[0-9a-f]{16}\\.mjs$`));
    expect(existsSync(file)).toBe(true);
  },
);

test.each(['worker', 'trace-worker', 'lru-part-worker'])(
  'commands find each %s in the bundle',
  async (name) => {
    const { bundled } = await import(bundle);
    const file: string = await bundled(name);
    const mark = /-([0-9a-f]{16})/.exec(basename(file))?.[1] as string;
    const others = readdirSync(dirname(file)).filter((other) => other.includes(mark));
    const callers = others.filter((other) =>
      readFileSync(join(dirname(file), other), 'utf8').includes(`./${basename(file)}`),
    );
    expect(callers).not.toEqual([]);
  },
);

/** That module of the bundle and all that it imports at once. */
function loadedWith(folder: string, name: string, seen = new Set<string>()): Set<string> {
  if (seen.has(name)) return seen;
  seen.add(name);
  const text = readFileSync(join(folder, name), 'utf8');
  for (const [, other] of text.matchAll(/^(?:import|export) .*?["']\.\/([^"']+)["'];/gm))
    loadedWith(folder, other as string, seen);
  return seen;
}

test('a curve of the house loads neither schemas nor the machine nor a way to start programs, in few files', async () => {
  const { bundled } = await import(bundle);
  const file: string = await bundled('leasehold');
  const folder = dirname(file);
  const chunk = /"\.\/(curve-[^"]+)"/.exec(readFileSync(file, 'utf8'))?.[1] as string;
  const names = loadedWith(folder, chunk, loadedWith(folder, basename(file)));
  expect(names.size).toBe(4);
  const texts = [...names].map((name) => readFileSync(join(folder, name), 'utf8'));
  expect(texts.filter((text) => /ZodError|createTlb|from ["']zod["']/.test(text))).toEqual([]);
  // Within functions alone.
  const atOnce = /^const (?!.*=>).*["']node:child_process["']|^import .*["']node:/m;
  expect(texts.filter((text) => atOnce.test(text))).toEqual([]);
  expect(texts.filter((text) => text.includes('node:child_process'))).toHaveLength(2);
});

test.each(['trace-worker', 'lru-part-worker', 'block-parser-worker'])(
  'workers for traces load neither schemas nor the machine: %s',
  async (name) => {
    const { bundled } = await import(bundle);
    const file: string = await bundled(name);
    const texts = [...loadedWith(dirname(file), basename(file))].map((name) =>
      readFileSync(join(dirname(file), name), 'utf8'),
    );
    expect(texts.filter((text) => /ZodError|createTlb|from ["']zod["']/.test(text))).toEqual([]);
  },
);

/** A checkout whose command only says that it ran. */
function checkout(folder: string): string {
  const labs = ['lab/compare', 'lab/curves', 'lab/traces'];
  const names = ['bench', 'bin', 'clients', 'contracts', 'nucleus', 'paging', 'servers', 'sim-hw'];
  for (const name of [...names, ...labs]) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'package-lock.json'), '{}');
  const jobs = ['lab/compare/worker.ts', 'lab/compare/trace-worker.ts'];
  const parts = ['lab/curves/lru-part-worker.ts', 'lab/traces/block-parser-worker.ts'];
  const workers = [...jobs, ...parts];
  for (const name of ['bin/leasehold.ts', ...workers, 'bench/index.ts'])
    writeFileSync(join(folder, name), "console.log('it ran');\n");
  const launchers = ['bundle', 'leasehold', 'make-bundle', 'start-over'].map(
    (name) => `bin/${name}`,
  );
  for (const name of [...launchers, 'lab/build-folder', 'lab/fingerprint'])
    copyFileSync(
      fileURLToPath(new URL(`../../${name}.mjs`, import.meta.url)),
      join(folder, `${name}.mjs`),
    );
  return join(folder, 'bin', 'leasehold.mjs');
}

const ownModules = fileURLToPath(new URL('../../node_modules', import.meta.url));

test.each([
  ['its maker is not there', (_: string) => undefined, /Cannot find package 'rolldown'/],
  ['its folder cannot be', (at: string) => writeFileSync(join(at, 'build'), ''), /EEXIST/],
])('without a bundle the command runs, and says so in one line: %s', (_, spoil, what) => {
  const { folder, remove } = temporaryFolder();
  const launcher = checkout(folder);
  spoil(folder);
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher], { encoding: 'utf8' });
  remove();
  expect([status, stdout]).toEqual([0, 'it ran\n']);
  expect(stderr).toMatch(/^leasehold: no bundle could be made in .+; run npm ci, .+\n$/);
  expect(stderr).toMatch(what);
});

test('with a bundle it says nothing', () => {
  const { folder, remove } = temporaryFolder();
  const launcher = checkout(folder);
  symlinkSync(ownModules, join(folder, 'node_modules'), 'junction');
  const { stdout, stderr } = spawnSync(process.execPath, [launcher], { encoding: 'utf8' });
  const made = readdirSync(join(folder, 'build'));
  remove();
  expect([stdout, stderr]).toEqual(['it ran\n', '']);
  expect(made.filter((name) => name.endsWith('.mjs'))).toHaveLength(6);
});
