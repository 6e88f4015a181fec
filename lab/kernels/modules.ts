/**
 * Modules: kernels compiled from AssemblyScript, made when one is first wanted. A host file.
 *
 *   assembly/NAME.ts  --make-kernel.mjs-->  build/kernels/NAME-FINGERPRINT.wasm  -->  WebAssembly.Module
 *
 * Where a module cannot be made or may not be written, there is none, one line on stderr says so, and
 * whoever wanted it runs what is written in TypeScript: the same results, more slowly.
 */

import { type ExecFileSyncOptions, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fingerprint, makeOnce, sweep } from '../build-folder.mjs';

/** What kernels are made of. */
const SOURCES = ['lab/kernels/assembly', 'lab/kernels/make-kernel.mjs', 'package-lock.json'];
/** Far more than a compilation takes on a crowded machine. */
const PATIENCE_MS = 120_000;

const modules = new Map<string, WebAssembly.Module>();
/** One failure is told, and tried no more in this thread: what one kernel lacks all lack. */
let isOut = false;

/**
 * The module of kernel `name`, or null: kernels are off (environment LEASEHOLD_KERNELS=off), or it cannot
 * be made here. Throws RangeError for another value of the setting.
 */
export function moduleOf(name: string): WebAssembly.Module | null {
  if (isOut || !kernelsWanted(process.env.LEASEHOLD_KERNELS)) return null;
  const known = modules.get(name);
  if (known !== undefined) return known;
  try {
    const made = new WebAssembly.Module(readFileSync(fileOf(name)));
    modules.set(name, made);
    return made;
  } catch (error) {
    isOut = true;
    process.stderr.write(withoutKernels(name, error));
    return null;
  }
}

/** What the setting says. */
export function kernelsWanted(setting: string | undefined): boolean {
  if (setting === 'off') return false;
  if (setting === undefined || setting === '' || setting === 'on') return true;
  throw new RangeError(
    `LEASEHOLD_KERNELS is '${setting}', expected on or off; leave it out for on`,
  );
}

/** The file of that kernel, made if need be. */
function fileOf(name: string): string {
  const root = rootOf(dirname(fileURLToPath(import.meta.url)));
  const folder = join(root, 'build', 'kernels');
  const mark = fingerprint(root, SOURCES);
  const file = join(folder, `${name}-${mark}.wasm`);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  sweep(folder, mark);
  const maker = [join(root, 'lab/kernels/make-kernel.mjs'), name, file];
  const options: ExecFileSyncOptions = {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: PATIENCE_MS,
  };
  makeOnce(file, () => execFileSync(process.execPath, maker, options), PATIENCE_MS);
  return file;
}

/** The checkout: this file runs from its sources and from a bundle in build/ alike. */
function rootOf(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const above = dirname(folder);
  if (above === folder) throw new Error('no package.json above the sources');
  return rootOf(above);
}

/** Results are the same; times are not, and whoever measures has to know. */
function withoutKernels(name: string, error: unknown): string {
  const text = (error as { stderr?: Buffer }).stderr?.toString() || String(error);
  const [what] = text.split('\n').filter((line) => /\bERROR\b|Error\b|:/.test(line));
  const cost = 'TypeScript runs in its place, with the same results, several times as long';
  const next = 'run npm ci, and see that build/ may be written';
  return `leasehold: kernel ${name} could not be made (${what?.trim()}); ${cost}; ${next}\n`;
}
