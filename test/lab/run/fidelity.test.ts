import { expect, test } from 'vitest';
import { boot } from '../../../lab/run/boot.ts';
import { runCell, runWorld } from '../../../lab/run/cell.ts';
import { createContents, PAGE_BYTES, renderBytes } from '../../../sim-hw/contents.ts';
import { JUNK, NOBODY, readFrame } from '../../../sim-hw/frames.ts';
import { pressedCell } from '../../support/pressed-cell.ts';

const options = pressedCell();
const withBytes = { ...options, machine: { ...options.machine, fidelity: 'bytes' as const } };

test('pages of bytes change no figure', () => {
  expect(runCell(withBytes)).toEqual(runCell(options));
});

test('each frame in use has the bytes that its stamp stands for', () => {
  const world = boot(withBytes);
  let looked = 0;
  runWorld({ ...world, options: { ...withBytes, progress: () => {} } });
  const { frames } = world.kernel.state;
  const read = createContents(true);
  const wanted = new Uint8Array(PAGE_BYTES);
  for (let frame = 0; frame < frames.count; frame++) {
    if (frames.stampHigh[frame] === JUNK && frames.owner[frame] === NOBODY) continue;
    readFrame(frames, frame, read);
    renderBytes(wanted, 0, read.low, read.high);
    expect(read.bytes).toEqual(wanted);
    looked++;
  }
  expect(looked).toBeGreaterThan(10);
});
