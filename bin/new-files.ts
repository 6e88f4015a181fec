/** New files and folders that a command is asked to write: free names, in folders that are there. */

import { lstatSync, statSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { inputError } from '../lab/scenario/input-error.ts';

/** Refuses a folder that exists, or that could not be made where it is to be, before anything runs. */
export function requireNewFolder(folder: string | undefined): void {
  if (folder !== undefined) requireNew('--out', folder, 'folder');
}

/** The same for a file. */
export function requireNewFile(option: string, file: string): void {
  requireNew(option, file, 'file');
}

function requireNew(option: string, path: string, what: 'file' | 'folder'): void {
  const refuse = (problem: string, remedy: string) =>
    inputError(path === '' ? option : `${option} ${path}`, `${problem}; ${remedy}`);
  if (path === '') throw refuse(`has an empty name, expected one of a new ${what}`, 'name it');
  const parent = dirname(resolve(path));
  if (!isFolder(parent))
    throw refuse(`has no parent folder ${parent}, expected one that exists`, 'create it');
  const problem = problemWith(path);
  if (problem === null) return;
  throw refuse(`${problem}, expected a new ${what}`, 'name another or remove it');
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** What is the matter with the name; null: it is free. A link that leads nowhere is there, too. */
function problemWith(path: string): string | null {
  try {
    lstatSync(path);
    return 'exists already';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? null : `cannot be a name (${code})`;
  }
}

/** Writes a new file whole or not at all. */
export async function writeNewFile(option: string, file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') await rm(file, { force: true }).catch(() => {});
    throw inputError(
      `${option} ${file}`,
      `cannot be written (${message}), expected a writable place; choose another`,
    );
  }
}
