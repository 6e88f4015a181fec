import { expect, test } from 'vitest';
import { BUSY, DISK_FULL, DONE } from '../../../contracts/refusals.ts';
import { type BuffersState, checkBuffers, FILLING } from '../../../servers/file/buffers/buffers.ts';
import {
  blockOf,
  checkFileSystem,
  type FileSystem,
  HOLE,
} from '../../../servers/file/system/index.ts';
import { createContents } from '../../../sim-hw/contents.ts';
import { powerCut, readBlock } from '../../../sim-hw/devices/medium.ts';
import { JUNK, readFrame } from '../../../sim-hw/frames.ts';
import { createRandom, nextBelow } from '../../../sim-hw/random.ts';
import { cloneState } from '../../../sim-hw/state.ts';
import { advance, FIRST, say } from '../../support/desk.ts';
import {
  BLOCK_NS,
  createFileDesk,
  done,
  type FileDesk,
  mountOf,
  move,
  tell,
} from '../../support/file-desk.ts';
import { write } from '../../support/pages.ts';

/** More of them: POWER_CUTS=20000 npx vitest run test/servers/file/power-cut */
const CUTS = Number(process.env.POWER_CUTS ?? 1500);
const PAGES = 6;

/** Pages of the first file, by what `stampOf` finds in their blocks. */
function textOf(system: FileSystem, stampOf: (block: number) => number): string {
  const { inodes } = system;
  return Array.from({ length: inodes.pages[0] }, (_, page) => {
    const block = blockOf(inodes.extents[0], page);
    return block === HOLE ? 0 : stampOf(block);
  }).join(' ');
}

const contents = createContents(false);
const stampIn = () => (contents.high === JUNK ? -1 : contents.low);

/** What whoever reads now is shown: what is in a buffer goes before what the medium has. */
function shown({ files, kernel, medium }: FileDesk): string {
  const buffers = files.buffers as BuffersState;
  const { windowLists, windowFrame, frames } = kernel.state;
  return textOf(files.system, (block) => {
    const buffer = buffers.bufferOf[block];
    if (buffer < 0 || buffers.status[buffer] === FILLING) readBlock(medium, block, contents);
    else
      readFrame(frames, windowLists[buffers.window - windowFrame.length].frames[buffer], contents);
    return stampIn();
  });
}

test('[FILE18] [FILE2] a power cut at any moment of a server that writes behind leaves a prefix', () => {
  const random = createRandom(11);
  let cuts = 0;
  let delayed = 0;
  for (let life = 0; cuts < CUTS; life++) {
    const behind = 4 + (life % 9);
    const desk = createFileDesk({
      frames: 48,
      blocks: 40,
      cacheBlocks: 1000,
      buffers: { ahead: 3, behind, behindEach: behind, age: 1500 },
    });
    const { journal } = desk.files.system;
    const history: string[] = [];
    history[journal.changes] = shown(desk);
    let value = 1;
    let waits = false;
    for (let turn = 0; turn < 60 && cuts < CUTS; turn++) {
      const choice = nextBelow(random, 10);
      if (!waits && choice < 6) {
        for (let index = 0; index < 3; index++) write(desk, FIRST, desk.own, index, index, value++);
        say(desk, FIRST, 'unmapPages', [desk.own]);
        move(desk, nextBelow(random, 4) === 0 ? 'readFile' : 'writeFile', nextBelow(random, PAGES));
        waits = true;
      } else if (choice === 6) tell(desk, 'truncateFile', [desk.file, nextBelow(random, PAGES), 1]);
      else if (choice === 7) tell(desk, 'syncFile', [desk.file, 2]);
      if (!history[journal.changes]) history[journal.changes] = shown(desk);
      advance(desk, nextBelow(random, 4) * BLOCK_NS);
      if (!history[journal.changes]) history[journal.changes] = shown(desk);
      for (const [reason] of done(desk)) expect([DONE, BUSY, DISK_FULL]).toContain(reason);
      waits = desk.files.requests.table.some(({ phase }) => phase !== 0);
      cuts++;
      expect(checkBuffers(desk.files.buffers as BuffersState)).toBeUndefined();
      const medium = cloneState(desk.medium);
      powerCut(medium, random);
      const system = mountOf(medium);
      expect(checkFileSystem(system)).toBeUndefined();
      const found = textOf(system, (block) => {
        readBlock(medium, block, contents);
        return stampIn();
      });
      const at = history.indexOf(found, journal.committed);
      expect(at, `life ${life}, turn ${turn}: ${found}`).toBeGreaterThanOrEqual(journal.committed);
    }
    delayed += (desk.files.buffers as BuffersState).delayed;
  }
  expect(delayed).toBeGreaterThan(CUTS / 5);
}, 120_000);
