// Bundle: runs an entry of the project as one module. V8 reads an imported binding through a cell
// at each use and never takes it for a constant; with all sources in one module and its functions
// constants it does, which, with a larger budget for inlining, saves a third of the time of a fault
// (docs/decisions/014-one-module.md). The bundle is made anew when any source has changed; where it
// cannot be made, the sources run as they are, and one line on stderr says so.

import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { fingerprint, publish, sweep } from '../lab/build-folder.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
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
  bench: 'bench/index.ts',
};
/** How lab/compare/pool.ts names its worker. */
const WORKER = "'./worker.ts'";

/** Imports `name` of ENTRIES from the bundle. */
export async function runEntry(name) {
  // Protocol steps are many small functions: inlining pays further than V8 goes by itself.
  setFlagsFromString('--max-inlined-bytecode-size-cumulative=4000');
  setFlagsFromString('--max-inlined-bytecode-size=800');
  const file = await bundled(name).catch((error) => {
    process.stderr.write(withoutBundle(error));
    return join(root, ENTRIES[name]);
  });
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
  if (!existsSync(file)) await make(mark);
  return file;
}

/** Each entry by itself: what two entries shared would be a module apart, behind cells again. */
async function make(mark) {
  mkdirSync(folder, { recursive: true });
  sweep(folder, mark);
  for (const [name, entry] of Object.entries(ENTRIES)) await makeEntry(mark, name, entry);
}

async function makeEntry(mark, name, entry) {
  const { rolldown } = await import('rolldown');
  const build = await rolldown({
    cwd: root,
    input: { [name]: entry },
    platform: 'node',
    // What it has to say (how slow a plugin was, on a loaded machine) is nothing to who runs a command.
    logLevel: 'silent',
    external: (id) => id.startsWith('node:') || /^[a-z@]/.test(id),
    optimization: { inlineConst: { mode: 'all', pass: 2 } },
    plugins: [
      {
        name: 'worker',
        transform: (code, id) => {
          if (!/compare[\\/]pool\.ts$/.test(id)) return null;
          if (!code.includes(WORKER)) throw new Error(`bundle: ${id} no longer starts ${WORKER}`);
          return code.replace(WORKER, `'./worker-${mark}.mjs'`);
        },
      },
      {
        name: 'constant functions',
        renderChunk(code) {
          return constantFunctions(code, this.parse(code));
        },
      },
    ],
  });
  const { output } = await build.generate({
    format: 'esm',
    entryFileNames: `[name]-${mark}.mjs`,
    chunkFileNames: `[name]-${mark}-[hash].mjs`,
  });
  await build.close();
  // Entries come last, each whole or not at all: who finds one finds what it imports.
  const inOrder = output.sort((a, b) => Number(a.isEntry) - Number(b.isEntry));
  for (const { fileName, code } of inOrder) publish(join(folder, fileName), code);
}

/**
 * Makes the functions of a module its first constants. A declared function may be assigned to, so
 * V8 compares it with the one it expects at each call; a constant it takes for granted.
 */
function constantFunctions(code, { body }) {
  let functions = '';
  let rest = '';
  let from = 0;
  for (const { type, start, end } of body) {
    if (type !== 'FunctionDeclaration') continue;
    const text = code.slice(start, end);
    const [head, kind, name] = /^((?:async )?function ?\*? ?)([\w$]+)/.exec(text);
    functions += `const ${name} = ${kind}${text.slice(head.length)};\n`;
    rest += code.slice(from, start);
    from = end;
  }
  return functions + rest + code.slice(from);
}
