/**
 * Where the scenarios of published experiments lie. A file of this folder, since a bundle stands as
 * deep as it does (bundle.mjs).
 */

import { readdirSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExperimentFile } from '../lab/papers/index.ts';
import { inputError } from '../lab/scenario/index.ts';

const folder = fileURLToPath(new URL('../lab/scenarios/papers/', import.meta.url));

/** Experiments of the user's own. Throws InputError where one cannot be read. */
export function filesNamed(names: readonly string[]): ExperimentFile[] {
  return names.map((file) => {
    try {
      return { file, text: readFileSync(file, 'utf8') };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw inputError(file, `cannot be read (${code}), expected an experiment; check the path`);
    }
  });
}

/** Every experiment there is, as files to run. */
export function paperFiles(): ExperimentFile[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return names.sort().map((name) => {
    const file = `${folder}${name}`;
    const near = relative('', file);
    return {
      file: near.length < file.length ? near : file,
      text: readFileSync(file, 'utf8'),
    };
  });
}
