// Bundle: runs an entry of the project as one module. V8 reads an imported binding through a cell
// at each use and never takes it for a constant; with all sources in one module and its functions
// constants it does, which, with a larger budget for inlining, saves a third of the time of a fault
// (docs/decisions/014-one-module.md). The bundle is made anew when any source has changed
// (make-bundle.mjs); where it cannot be made, the sources run as they are, and one line on stderr
// says so.
//
// Every command begins here, so hardly anything is imported, and what V8 compiles it keeps beside
// the bundle for the next time.

import { fingerprint } from '../lab/fingerprint.mjs';

// By a plain call: an import asks for all that they export, which loads half of Node.
const [{ existsSync }, { enableCompileCache }, { join }, { pathToFileURL }] = [
  'fs',
  'module',
  'path',
  'url',
].map((name) => process.getBuiltinModule(`node:${name}`));

const root = join(import.meta.dirname, '..');
/** One folder below the root, as the entries are: their own relative URLs hold there too. */
const folder = join(root, 'build');
const SOURCES = [
  'bench',
  'bin',
  'clients',
  'contracts',
  'lab',
  'nucleus',
  'paging',
  'servers',
  'sim-hw',
];
const ENTRIES = {
  leasehold: 'bin/leasehold.ts',
  worker: 'lab/compare/worker.ts',
  'trace-worker': 'lab/compare/trace-worker.ts',
  'lru-part-worker': 'lab/curves/lru-part-worker.ts',
  'block-parser-worker': 'lab/traces/block-parser-worker.ts',
  bench: 'bench/index.ts',
};

/** Commands that take no protocol step. */
const STEPLESS = ['curve', 'trace'];

/** Imports `name` of ENTRIES from the bundle. */
export async function runEntry(name) {
  // Protocol steps are many small functions: inlining pays further than V8 goes by itself. It does not come for
  // nothing: with flags of our own V8 compiles anew what Node brings along compiled, 50 ms in each thread.
  if (!STEPLESS.includes(process.argv[2])) {
    const { setFlagsFromString } = process.getBuiltinModule('node:v8');
    setFlagsFromString('--max-inlined-bytecode-size-cumulative=4000');
    setFlagsFromString('--max-inlined-bytecode-size=800');
  }
  const file = await bundled(name).catch((error) => {
    process.stderr.write(withoutBundle(error));
    return join(root, ENTRIES[name]);
  });
  // After the flags: what was compiled under others is of no use. Where it cannot be kept, it is not.
  enableCompileCache(compiledFolder(folder));
  await import(pathToFileURL(file).href);
}

/** Results are the same; times are not, and whoever measures has to know. */
function withoutBundle(error) {
  const [what] = String(error?.message ?? error).split('\n');
  const cost = 'the sources run as they are, which takes half as long again';
  const next = 'run npm ci, and see that the folder may be written';
  return `leasehold: no bundle could be made in ${folder} (${what}); ${cost}; ${next}\n`;
}

/** The file of that entry's bundle, made if need be. */
export async function bundled(name) {
  const mark = fingerprint(root, [...SOURCES, 'package-lock.json']);
  const file = join(folder, `${name}-${mark}.mjs`);
  if (!existsSync(file)) {
    const { makeBundles } = await import('./make-bundle.mjs');
    await makeBundles({ root, folder, entries: ENTRIES, mark });
  }
  return file;
}

/** Where V8's own form of the modules in `folder` is kept. */
export function compiledFolder(folder) {
  return join(folder, 'compiled');
}
