/**
 * The layer table (test/support/layers.ts) holds for every source file, and the checker can fail.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { expect, test } from 'vitest';
import { forbiddenBelowLab, type Layer, layered, layers } from './support/layers.ts';

const root = new URL('..', import.meta.url);

/** The most particular rule for a file. */
function layerOf(file: string): Layer | undefined {
  const fitting = layers.filter(({ path }) => isWithin(file, path));
  return fitting.toSorted((a, b) => b.path.length - a.path.length)[0];
}

/**
 * The most particular layer that is a folder around the file: within it files import each other.
 */
function folderOf(file: string): string {
  const around = layers.filter(({ path }) => file.startsWith(`${path}/`));
  return around.toSorted((a, b) => b.path.length - a.path.length)[0]?.path ?? file;
}

function isWithin(file: string, path: string): boolean {
  return file === `${path}.ts` || file.startsWith(`${path}/`);
}

/** The source without comments; what stands in strings stays. */
function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

/** Every module that a source names: static, re-exported, for its effects, or on demand. */
function importsOf(source: string): string[] {
  const code = withoutComments(source);
  const statics = code.matchAll(/\b(?:import|export)\b[^'"();]*?\bfrom\s*['"]([^'"\s]+)['"]/g);
  const others = code.matchAll(/\bimport\s*\(?\s*['"]([^'"\s]+)['"]/g);
  return [...statics, ...others].map((match) => match[1] as string);
}

/** What is wrong with the imports of one file. */
function checkImports(file: string, source: string): string[] {
  const rule = layerOf(file);
  if (rule === undefined) return [`${file}: no layer`];
  const own = folderOf(file);
  return importsOf(source).flatMap((name) => {
    if (name.startsWith('node:')) return rule.host ? [] : [`${file}: ${name}`];
    if (!name.startsWith('.')) {
      const isListed = rule.packages.some((one) => name === one || name.startsWith(`${one}/`));
      return isListed ? [] : [`${file}: ${name}`];
    }
    const target = posix.join(posix.dirname(file), name);
    const allowed = isWithin(target, own) || rule.imports.some((path) => isWithin(target, path));
    return allowed ? [] : [`${file}: ${target}`];
  });
}

function checkWords(file: string, source: string): string[] {
  if (file.startsWith('lab/')) return [];
  const code = withoutComments(source);
  return forbiddenBelowLab.flatMap(([pattern, why]) =>
    pattern.test(code) ? [`${file}: ${pattern} (${why})`] : [],
  );
}

function sources(): string[] {
  return layered.flatMap((folder) =>
    readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `${folder}/${file}`),
  );
}

const texts = sources().map((file) => [file, readFileSync(new URL(file, root), 'utf8')] as const);

test('every file imports only what its layer may', () => {
  expect(texts.length).toBeGreaterThan(60);
  expect(texts.flatMap(([file, source]) => checkImports(file, source))).toEqual([]);
});

test('below the lab: no wall clock, no chance, no timers, nothing that differs between engines', () => {
  expect(texts.flatMap(([file, source]) => checkWords(file, source))).toEqual([]);
});

test('a planted import is found, in whatever form', () => {
  const planted: [string, string][] = [
    ['sim-hw/frames.ts', "import { x } from '../nucleus/kernel.ts';"],
    ['sim-hw/frames.ts', "import { z } from 'zod';"],
    ['nucleus/ipc.ts', "import type { Terms } from '../contracts/terms.ts';"],
    ['nucleus/ipc.ts', "import { readFileSync } from 'node:fs';"],
    ['contracts/messages.ts', "export * from '../servers/memory/server.ts';"],
    ['servers/memory/server.ts', "import { s } from '../swap/server.ts';"],
    ['servers/memory/server.ts', "import {\n  a,\n  b,\n} from '../../paging/pager.ts';"],
    ['servers/swap/server.ts', "import '../../lab/results.ts';"],
    [
      'clients/pager/memory-control.ts',
      "const s = await import('../../servers/memory/server.ts');",
    ],
    ['clients/pager/memory-control.ts', "import { m } from '../../sim-hw/mmu.ts';"],
    ['clients/policies/lru.ts', "import { OP } from '../../contracts/messages.ts';"],
    ['lab/run/cell.ts', "import { open } from 'node:fs/promises';"],
    ['lab/run/cell.ts', "import { Command } from 'commander';"],
    ['lab/run/cell.ts', "import { main } from '../../bin/leasehold.ts';"],
  ];
  for (const [file, source] of planted)
    expect(checkImports(file, source), `${file} ${source}`).toHaveLength(1);
  expect(checkImports('web/index.ts', '')).toEqual(['web/index.ts: no layer']);
});

test('what is allowed is not complained of, and comments import nothing', () => {
  const fine: [string, string][] = [
    ['lab/traces/read-trace.ts', "import { open } from 'node:fs/promises';"],
    ['clients/policies/lru.ts', "import type { Policy } from '../../contracts/policy.ts';"],
    ['nucleus/ipc.ts', "// import { x } from '../lab/results.ts';\n/* from 'zod' */"],
    ['sim-hw/tlb.ts', "import { assert } from './assert.ts';"],
  ];
  for (const [file, source] of fine) expect(checkImports(file, source)).toEqual([]);
});

test('a planted clock, timer, chance or transcendental is found below the lab, not in it', () => {
  const words = ['Math.random()', 'Date.now()', 'new Date()', 'performance.now()'];
  const more = ['setTimeout(f, 1)', 'Math.log2(3)', 'Math.pow(a, b)', 'Math.exp(1)', 'a ** b'];
  for (const word of [...words, ...more]) {
    expect(checkWords('nucleus/ipc.ts', `const x = ${word};`), word).not.toEqual([]);
    expect(checkWords('lab/run/cell.ts', `const x = ${word};`)).toEqual([]);
  }
  expect(checkWords('nucleus/ipc.ts', '/* Date */ const n = 2 ** 24; // Math.random')).toEqual([]);
});
