/**
 * Documents stay true: links lead somewhere, commands and paths that are named exist, printed
 * scenarios load, the one in README.md is the file itself, and small programs print what is said.
 */

import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { expect, test } from 'vitest';
import { checkScenario, parseSource } from '../lab/scenario/index.ts';
import { layered } from './support/layers.ts';

const root = new URL('..', import.meta.url);
const ignored = ['node_modules', '.git', 'build', 'out', 'coverage'];
const entries = readdirSync(root, { withFileTypes: true }).filter(
  ({ name }) => !ignored.includes(name),
);
const top = entries.map(({ name }) => name);
const folders = entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

function exists(path: string): boolean {
  return existsSync(new URL(path, root));
}

function readText(path: string): string {
  return readFileSync(new URL(path, root), 'utf8');
}

function markdownFiles(): string[] {
  const inside = folders.flatMap((folder) =>
    readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' }).map(
      (file) => `${folder}/${file}`,
    ),
  );
  return [...top, ...inside].filter((file) => file.endsWith('.md'));
}

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match[1] as string);
}

/** Relative links that lead nowhere. */
function deadLinks(file: string, text: string): string[] {
  return matches(text, /\]\(([^)\s]+)\)/g).filter((link) => {
    if (/^(https?:|#)/.test(link)) return false;
    return !exists(posix.join(posix.dirname(file), link.replace(/#.*$/, '')));
  });
}

/** Paths in backticks that begin with a folder of the repository and are none, nor a module. */
function deadPaths(text: string): string[] {
  const named = matches(text, /`([\w.][\w./-]*\/[\w./-]*)`/g);
  return named.filter(
    (path) =>
      folders.includes(path.split('/')[0] as string) && !exists(path) && !exists(`${path}.ts`),
  );
}

const scripts = Object.keys(JSON.parse(readText('package.json')).scripts);
const subcommands = readdirSync(new URL('bin/commands', root)).map((name) => name.slice(0, -3));

/** Commands that are named as one types them, and are none. */
function deadCommands(text: string): string[] {
  const ours = matches(text, /\bnpx leasehold ([a-z-]+)/g);
  const run = matches(text, /\bnpm run ([a-z][\w:-]*)/g);
  return [
    ...ours.filter((name) => !subcommands.includes(name)),
    ...run.filter((name) => !scripts.includes(name)),
  ];
}

/** Scenarios printed in a document: fenced as yaml, or written to a file by a shell. */
function scenariosIn(text: string): string[] {
  const fenced = matches(text, /```yaml\n([\s\S]*?)```/g);
  const written = matches(text, /\.yaml <<'EOF'\n([\s\S]*?)\nEOF\n/g);
  return [...fenced, ...written].filter((yaml) => /^name:/m.test(yaml) && /^tasks:/m.test(yaml));
}

/** Small programs in a document, each with the block after it: what it prints. */
function programsIn(text: string): [program: string, output: string][] {
  const pattern = /module <<'EOF'\n([\s\S]*?)\nEOF\n```\n\n```\n([\s\S]*?)\n```/g;
  return [...text.matchAll(pattern)].map(([, program, output]) => [program, output] as never);
}

/** What it prints; what it fails with, if it does. */
function runProgram(input: string): Promise<string> {
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' };
  return new Promise((resolve, reject) => {
    const options = { cwd: root, env, encoding: 'utf8' } as const;
    const child = execFile(process.execPath, ['--input-type=module'], options, (error, out) =>
      error ? reject(error) : resolve(out),
    );
    child.stdin?.end(input);
  });
}

const documents = markdownFiles().map((file) => [file, readText(file)] as const);

test('there are programs in the chapters', () => {
  expect(documents.flatMap(([, text]) => programsIn(text)).length).toBeGreaterThan(3);
});

test('each layer and each folder beside them says what it is', () => {
  const beside = ['bin', 'test', 'bench', 'docs', 'docs/decisions', 'scenarios', 'traces'];
  const files = documents.map(([file]) => file);
  expect([...layered, ...beside].filter((name) => !files.includes(`${name}/README.md`))).toEqual(
    [],
  );
});

test.each(documents)('%s: links, paths and commands exist', (file, text) => {
  const dead = [...deadLinks(file, text), ...deadPaths(text), ...deadCommands(text)];
  expect(dead).toEqual([]);
});

test.each(documents)('%s: printed scenarios load', (file, text) => {
  for (const yaml of scenariosIn(text))
    expect(() => checkScenario(parseSource(file, yaml)), yaml).not.toThrow();
});

const programs = documents.flatMap(([file, text]) =>
  programsIn(text).map(([program, output], at) => [file, at + 1, program, output] as const),
);

// A process of its own each: on a loaded machine it may wait long for a CPU.
test.each(programs)(
  '%s: its program %i prints what it says',
  async (_file, _at, program, output) => {
    expect((await runProgram(program)).replace(/ +$/gm, '').trim()).toBe(output);
  },
  300_000,
);

test('the scenario that README.md prints is the one that npm start runs', () => {
  const [printed] = scenariosIn(readText('README.md'));
  expect(printed).toBe(readText('scenarios/first-comparison.yaml'));
});

test('what is planted is found', () => {
  expect(deadLinks('docs/x.md', '[a](../README.md) [b](nowhere.md) [c](#here)')).toEqual([
    'nowhere.md',
  ]);
  expect(deadPaths('`lab/run/boot.ts` `lab/run/boots.ts` `frames.ts` `a/b`')).toEqual([
    'lab/run/boots.ts',
  ]);
  const commands = '`npx leasehold compare x`, `npx leasehold sweep`, `npm run bench`, `npm run x`';
  expect(deadCommands(commands)).toEqual(['sweep', 'x']);
  expect(programsIn("module <<'EOF'\na\nEOF\n```\n\n```\nb\nc\n```\n")).toEqual([['a', 'b\nc']]);
  expect(scenariosIn("cat > /tmp/a.yaml <<'EOF'\nname: a\ntasks: []\nEOF\n")).toHaveLength(1);
});
