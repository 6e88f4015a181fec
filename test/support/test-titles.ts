/** Titles of the tests, read from their sources, and the rules that they name. */

import { readdirSync, readFileSync } from 'node:fs';

const root = new URL('../..', import.meta.url);

export interface TestTitle {
  readonly file: string;
  readonly title: string;
  /** Ids of rules, as in '[MEM4] ...'. */
  readonly rules: readonly string[];
}

/** Every test title below test/, in the order of files and lines. */
export function testTitles(): TestTitle[] {
  const files = readdirSync(new URL('test', root), { recursive: true, encoding: 'utf8' });
  // Not that one: its samples are no titles.
  const tests = files.filter((file) => file.endsWith('.test.ts') && file !== 'spec.test.ts');
  return tests.sort().flatMap((name) => {
    const file = `test/${name}`;
    return titlesIn(readFileSync(new URL(file, root), 'utf8')).map((title) => {
      return { file, title, rules: rulesNamed(title) };
    });
  });
}

/** Titles of the tests in a source. */
export function titlesIn(source: string): string[] {
  const titles = source.matchAll(
    /\b(?:test|it)(?:\.each\((?:\[[\s\S]*?\](?: as const)?|\w+)\))?\(\s*(['"`])(.*?)\1/g,
  );
  return [...titles].map(([, , title]) => title as string);
}

export function rulesNamed(title: string): string[] {
  return [...title.matchAll(/\[([A-Z]+\d+)\]/g)].map((match) => match[1] as string);
}
