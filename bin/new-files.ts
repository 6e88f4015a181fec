/** New files and folders that a command is asked to write: free names, in folders that are there. */

import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { inputError } from '../lab/scenario/input-error.ts';

/** Refuses a folder that exists, or whose parent does not, before anything runs. */
export function requireNewFolder(folder: string | undefined): void {
  if (folder === undefined) return;
  if (existsSync(folder))
    throw inputError(
      `--out ${folder}`,
      'exists already, expected a new folder; name another or remove it',
    );
  if (!existsSync(dirname(resolve(folder))))
    throw inputError(
      `--out ${folder}`,
      'has no parent folder, expected one that exists; create it',
    );
}

/** The same for a file. */
export function requireNewFile(option: string, file: string): void {
  if (existsSync(file))
    throw inputError(
      `${option} ${file}`,
      'exists already, expected a new file; name another or remove it',
    );
  if (!existsSync(dirname(resolve(file))))
    throw inputError(
      `${option} ${file}`,
      'has no parent folder, expected one that exists; create it',
    );
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
