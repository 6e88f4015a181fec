/**
 * Scenario source: the text of a YAML file as plain data, and where in the text each value stands.
 *
 * YAML 1.2 core schema (numbers, strings, booleans, null; no custom tags). A place reads
 * file:line:column, both from 1. A value that the command line put in has its option as its place.
 */

import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
} from 'yaml';
import { inputError } from './input-error.ts';

export type Path = readonly (string | number)[];

export interface Source {
  readonly file: string;
  readonly value: unknown;
  readonly document: Document;
  readonly lines: LineCounter;
  /** Values from the command line: their paths, and the option each came by. */
  readonly overridden: readonly { readonly path: Path; readonly option: string }[];
  /** Of a mix (mixes.ts): where in the document it stands; what it does not say stands above. */
  readonly within?: Path;
}

/** What a parser of YAML says of a file that is none may quote it at length. */
const SAID_MAX = 120;
const NUL = '\0';

/** Parses the text of `kind`, as errors call it. Throws InputError with the place of the first error of YAML's own. */
export function parseSource(file: string, text: string, kind = 'a scenario'): Source {
  if (text.includes(NUL)) throw inputError(file, `is binary, expected ${kind}; is it a trace?`);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const error = document.errors[0];
  if (error) {
    const at = lines.linePos(error.pos[0]);
    const what = `is no YAML (${shortened(error.message.split('\n')[0])})`;
    throw inputError(`${file}:${at.line}:${at.col}`, `${what}, expected ${kind}; correct it`);
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (problem) {
    const what = `is no usable YAML (${(problem as Error).message})`;
    throw inputError(`${file}:1:1`, `${what}, expected ${kind}; correct it`);
  }
  return { file, value, document, lines, overridden: [] };
}

function shortened(text: string): string {
  return text.length > SAID_MAX ? `${text.slice(0, SAID_MAX - 3)}...` : text;
}

/** Where the value at `path` stands, or the nearest that holds it when it is missing. */
export function placeOf(source: Source, path: Path): string {
  return optionOf(source, path) ?? at(source, walk(source, pathInDocument(source, path), false));
}

/** Where the key that ends `path` stands. */
export function placeOfKey(source: Source, path: Path): string {
  return optionOf(source, path) ?? at(source, walk(source, pathInDocument(source, path), true));
}

/** The option of the command line that the value at `path` comes from, if from any. */
function optionOf({ overridden }: Source, path: Path): string | undefined {
  return overridden.find((one) => one.path.every((part, i) => part === path[i]))?.option;
}

/** Where in the document the value at `path` comes from: a mix, or what holds for all of them. */
function pathInDocument({ within = [], document }: Source, path: Path): Path {
  const own = [...within, ...path];
  // Keys of `machine` are joined one by one.
  const deciding = own.slice(0, within.length + (path[0] === 'machine' ? 2 : 1));
  return document.hasIn(deciding) ? own : path;
}

/** tasks, 0, program -> tasks[0].program */
export function pathText(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}

function at(source: Source, offset: number): string {
  const { line, col } = source.lines.linePos(offset);
  return `${source.file}:${Math.max(1, line)}:${Math.max(1, col)}`;
}

/** Offset in the text of the deepest node on `path` that exists, or of the last key. */
function walk(source: Source, path: Path, key: boolean): number {
  let node: unknown = source.document.contents;
  let offset = startOf(node, 0);
  for (const [depth, part] of path.entries()) {
    if (isAlias(node)) node = node.resolve(source.document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === part);
      if (!pair) return offset;
      offset = startOf(pair.key, offset);
      if (key && depth === path.length - 1) return offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[part as number];
    } else return offset;
    offset = startOf(node, offset);
  }
  return offset;
}

function startOf(node: unknown, otherwise: number): number {
  return isNode(node) && node.range ? node.range[0] : otherwise;
}
