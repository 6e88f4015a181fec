// Makes the bundles of all entries (bundle.mjs), by rolldown.

import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { publish, sweep } from '../lab/build-folder.mjs';
import { compiledFolder } from './bundle.mjs';

/** Who starts workers, and how it names them. */
const WORKERS = [
  [/compare[\\/]worker-thread\.ts$/, ['worker', 'trace-worker']],
  [/curves[\\/]lru-parts\.ts$/, ['lru-part-worker']],
  [/traces[\\/]block-turns\.ts$/, ['block-parser-worker']],
];
/** Packages that stay where they are: large, and hardly ever wanted. */
const APART = /^(rolldown|linkedom|@observablehq\/plot|assemblyscript)/;

/**
 * With all that they import: each file more takes a millisecond to load. What every command wants first, so
 * that it is found there.
 */
const TOGETHER = [
  { name: 'command', test: /node_modules[\\/]commander|bin[\\/]exit-codes\.ts$/, priority: 1 },
  { name: 'curve', test: /bin[\\/]commands[\\/]curve\.ts$/ },
];

/** In double quotes, as rolldown writes them: much to load, and few commands call what they export. */
const LATE = ['"node:child_process"', '"node:stream/promises"', '"node:timers/promises"'];

/** Each entry by itself: what two entries shared would be a module apart, behind cells again. */
export async function makeBundles({ root, folder, entries, mark }) {
  mkdirSync(folder, { recursive: true });
  sweep(folder, mark);
  // Of bundles that nobody will load again.
  rmSync(compiledFolder(folder), { recursive: true, force: true });
  for (const [name, entry] of Object.entries(entries))
    await makeEntry({ root, folder, mark }, name, entry);
}

async function makeEntry({ root, folder, mark }, name, entry) {
  const { rolldown } = await import('rolldown');
  const build = await rolldown({
    cwd: root,
    input: { [name]: entry },
    platform: 'node',
    // What it has to say (how slow a plugin was, on a loaded machine) is nothing to who runs a command.
    logLevel: 'silent',
    external: (id) => id.startsWith('node:') || APART.test(id),
    optimization: { inlineConst: { mode: 'all', pass: 2 } },
    plugins: [
      {
        name: 'worker',
        transform: (code, id) => {
          const [, workers] = WORKERS.find(([starter]) => starter.test(id)) ?? [];
          if (!workers) return null;
          for (const worker of workers)
            if (!code.includes(`'./${worker}.ts'`))
              throw new Error(`bundle: ${id} no longer starts ${worker}`);
          return workers.reduce(
            (text, worker) => text.replace(`'./${worker}.ts'`, `'./${worker}-${mark}.mjs'`),
            code,
          );
        },
      },
      {
        name: 'constant functions',
        renderChunk(code) {
          const lean = leanBuiltins(code);
          return constantFunctions(lean, this.parse(lean));
        },
      },
    ],
  });
  const { output } = await build.generate({
    format: 'esm',
    entryFileNames: `[name]-${mark}.mjs`,
    chunkFileNames: `[name]-${mark}-[hash].mjs`,
    codeSplitting: { groups: TOGETHER },
  });
  await build.close();
  // Entries come last, each whole or not at all: who finds one finds what it imports.
  const inOrder = output.sort((a, b) => Number(a.isEntry) - Number(b.isEntry));
  for (const { fileName, code } of inOrder) publish(join(folder, fileName), code);
}

/**
 * Node's own modules by a plain call. An import of one asks it for everything that it exports, and with
 * that loads half of Node: 20 ms of each command. Those of LATE are asked for when a function of theirs is
 * called.
 */
function leanBuiltins(code) {
  const from = (name) => `globalThis.process.getBuiltinModule(${name})`;
  const lateNames = [];
  const lean = code
    .replaceAll(/^import \{([^}]*)\} from ("node:[\w/]+");$/gm, (_, names, name) => {
      if (!LATE.includes(name))
        return `const {${names.replaceAll(/ as /g, ': ')}} = ${from(name)};`;
      const calls = names.split(',').map((one) => {
        const [key, own = key] = one.trim().split(' as ');
        return `const ${own} = (...all) => ${from(name)}.${key}(...all);`;
      });
      return calls.join('\n');
    })
    .replaceAll(/^import (?:\* as )?([\w$]+) from ("node:[\w/]+");$/gm, (_, all, name) => {
      if (!LATE.includes(name)) return `const ${all} = ${from(name)};`;
      lateNames.push([all, name]);
      return '';
    });
  return lateNames.reduce(
    (text, [all, name]) =>
      text.replaceAll(new RegExp(`(?<![\\w$.])${all}\\.`, 'g'), `${from(name)}.`),
    lean,
  );
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
