import { expect, test } from 'vitest';
import { checkFileSystem } from '../../../../servers/file/system/index.ts';
import {
  crash,
  createDrive,
  heldBy,
  type Planted,
  read,
  restart,
  step,
  textOf,
} from '../../../support/file-disk.ts';

/** More of them: CRASH_POINTS=200000 npx vitest run test/servers/file/system/crash */
const POINTS = Number(process.env.CRASH_POINTS ?? 12_000);
/** The power fails before each of so many steps of a life; then it fails for good. */
const STEPS = 60;
const LIVES = 4;

/** Injects crashes until so many were, or one is not survived; returns what is wrong. */
function crashes(points: number, planted: Planted): { points: number; wrong: string | undefined } {
  let done = 0;
  for (let seed = 1; done < points; seed++) {
    const drive = createDrive(seed, planted);
    for (let at = 0; at < STEPS * LIVES && done < points; at++) {
      if (at % STEPS === STEPS - 1) restart(drive);
      step(drive);
      done++;
      let wrong: string | undefined;
      try {
        wrong = crash(drive);
      } catch (error) {
        wrong = String(error);
      }
      if (wrong !== undefined) return { points: done, wrong: `seed ${seed}, step ${at}: ${wrong}` };
    }
  }
  return { points: done, wrong: undefined };
}

test('[FILE2] after a power cut anywhere, recovery included, a prefix of the operations is there', () => {
  expect(crashes(POINTS, '')).toEqual({ points: POINTS, wrong: undefined });
});

test.each([
  'no first flush',
  'no second flush',
  'record first',
  'free at once',
  'commit while dirty',
] as const)('[FILE2] a driver with a bug is found out: %s', (planted) => {
  expect(crashes(POINTS, planted).wrong).toBeDefined();
});

test('[FILE1] the books are right after every step, and what is read is the model', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const drive = createDrive(seed);
    for (let at = 0; at < 400; at++) {
      if (at % 150 === 149) restart(drive);
      step(drive);
      expect(checkFileSystem(drive.system, heldBy(drive))).toBeUndefined();
      expect(textOf(read(drive.medium, drive.system, drive.dirty))).toBe(textOf(drive.model));
    }
  }
});
