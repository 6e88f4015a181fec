import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  LARGE,
  MODIFIED,
  type PageTableFormat,
  type PageTableState,
  PRESENT,
  pageTableFormats,
  REFERENCED,
  WRITABLE,
} from '../../../sim-hw/page-table/index.ts';

const SPACES = 3;
const FRAMES = 2048;

/** The model: mappings by "space:first page", nothing else. */
interface Mapping {
  readonly space: number;
  readonly vpn: number;
  readonly order: number;
  word: number;
  /** The hardware sees it. */
  seen: boolean;
}

type Model = Map<string, Mapping>;

function modelFind(model: Model, space: number, vpn: number): Mapping | undefined {
  const small = model.get(`${space}:${vpn}:0`);
  return small ?? model.get(`${space}:${vpn - (vpn % 512)}:9`);
}

function overlaps(model: Model, space: number, vpn: number, order: number): boolean {
  for (const m of model.values()) {
    if (m.space !== space) continue;
    if (m.vpn < vpn + 2 ** order && vpn < m.vpn + 2 ** m.order) return true;
  }
  return false;
}

/** Page numbers that share nodes, chains and hash buckets, with some far apart. */
function pageNumbers(format: PageTableFormat): fc.Arbitrary<number> {
  const far = fc.constantFrom(0, 512, 1024, 2 ** 16, 2 ** 18, 2 ** 19, 2 ** 27, 2 ** 35);
  return fc
    .tuple(far, far, fc.nat(20))
    .map(([x, y, low]) => (x + y + low) % format.virtualPagesMax);
}

const what = fc.constantFrom(
  ...['enter', 'enter', 'enter', 'large', 'remove', 'bits', 'bits'],
  ...['forget', 'reload', 'space'],
);

function steps(format: PageTableFormat) {
  return fc.array(
    fc.record({
      what,
      space: fc.nat(SPACES - 1),
      vpn: pageNumbers(format),
      frame: fc.nat(FRAMES - 1),
      flags: fc.constantFrom(0, WRITABLE, WRITABLE | REFERENCED | MODIFIED),
    }),
    { maxLength: 60 },
  );
}

/** What the last step took from the hardware. */
function lose(model: Model, { lost }: PageTableState): void {
  for (let at = 0; at < lost.length; at += 2) {
    const m = model.get(`${lost[at]}:${lost[at + 1]}:0`) as Mapping;
    expect(m.seen).toBe(true);
    m.seen = false;
  }
}

function expectSame(format: PageTableFormat, state: PageTableState, model: Model): void {
  expect(format.check(state)).toBeUndefined();
  for (const m of model.values()) {
    for (const vpn of [m.vpn, m.vpn + 2 ** m.order - 1]) {
      const index = format.find(state, m.space, vpn);
      expect(index).toBeGreaterThanOrEqual(0);
      expect((state.entries[index] | PRESENT) >>> 0).toBe(m.word);
      expect(format.walk(state, m.space, vpn)).toBe(m.seen ? index : -1);
    }
  }
}

for (const format of Object.values(pageTableFormats)) {
  const oneEach = format.name === 'rt-pc';

  test(`${format.name} agrees with a map under any mix of operations`, () => {
    fc.assert(
      fc.property(steps(format), fc.nat(59), (list, cloneAt) => {
        let state = format.create(FRAMES, SPACES);
        const model: Model = new Map();
        list.forEach((step, at) => {
          if (at === cloneAt) state = structuredClone(state);
          const { space, vpn } = step;
          if (step.what === 'enter' || step.what === 'large') {
            const order = step.what === 'large' && format.orders.includes(9) ? 9 : 0;
            const first = vpn - (vpn % 2 ** order);
            const frame = step.frame - (step.frame % 2 ** order);
            if (overlaps(model, space, first, order)) {
              expect(() => format.enter(state, space, first, frame, order, 0)).toThrow(format.name);
              return;
            }
            format.enter(state, space, first, frame, order, step.flags);
            const size = order === 9 ? LARGE : 0;
            let word = ((frame << 8) | PRESENT | size | step.flags) >>> 0;
            const alias = oneEach && [...model.values()].find((m) => m.word >>> 8 === frame);
            if (alias) {
              word |= alias.word & (REFERENCED | MODIFIED);
              model.delete(`${alias.space}:${alias.vpn}:0`);
            }
            expect(state.droppedSpace).toBe(alias ? alias.space : -1);
            expect(state.droppedVpn).toBe(alias ? alias.vpn : -1);
            const key = `${space}:${first}:${order}`;
            model.set(key, { space, vpn: first, order, word, seen: true });
            lose(model, state);
          } else if (step.what === 'remove') {
            const m = modelFind(model, space, vpn);
            const gone = format.remove(state, space, vpn);
            expect(m ? (gone | PRESENT) >>> 0 : gone).toBe(m ? m.word : 0);
            if (m) model.delete(`${m.space}:${m.vpn}:${m.order}`);
          } else if (step.what === 'bits') {
            const m = modelFind(model, space, vpn);
            const index = format.walk(state, space, vpn);
            expect(index >= 0).toBe(m?.seen ?? false);
            if (!m?.seen) return;
            m.word = (m.word ^ step.flags) >>> 0;
            state.entries[index] ^= step.flags;
          } else if (step.what === 'forget') {
            const m = modelFind(model, space, vpn);
            const did = format.forget(state, space, vpn);
            // A format may keep what it could not tell from nothing: of frame 0.
            const maybe = m?.seen === true && m.word >>> 8 === 0;
            if (!maybe) expect(did).toBe(m?.seen ?? false);
            if (m && did) m.seen = false;
          } else if (step.what === 'reload') {
            const m = modelFind(model, space, vpn);
            expect(format.reload(state, space, vpn)).toBe(m !== undefined && !m.seen);
            if (!m || m.seen) return;
            m.seen = true;
            lose(model, state);
          } else if (step.frame % 4 === 0) {
            format.removeSpace(state, space);
            for (const [key, m] of model) if (m.space === space) model.delete(key);
          }
          expect(modelFind(model, space, vpn) !== undefined).toBe(
            format.find(state, space, vpn) >= 0,
          );
        });
        expectSame(format, state, model);
        for (let space = 0; space < SPACES; space++) format.removeSpace(state, space);
        expect(format.check(state)).toBeUndefined();
        const empty = format.create(FRAMES, SPACES);
        expect(state.tableFrames).toBe(empty.tableFrames);
        expect(state.entries.every((word) => word === 0)).toBe(true);
      }),
      { seed: 4, numRuns: 300 },
    );
  });

  test(`${format.name}: find leaves the count of probes alone, removing nothing answers 0`, () => {
    const state = format.create(FRAMES, SPACES);
    format.enter(state, 1, 5, 7, 0, WRITABLE);
    format.walk(state, 1, 5);
    const { probes } = state;
    expect(format.find(state, 2, 999)).toBe(-1);
    expect(state.probes).toBe(probes);
    expect(format.remove(state, 0, 5)).toBe(0);
    expect(format.remove(state, 1, 5)).toBe((7 << 8) | PRESENT | WRITABLE);
    expect(format.walk(state, 1, 5)).toBe(-1);
  });

  test(`${format.name}: pages and frames out of range are refused`, () => {
    const state = format.create(FRAMES, SPACES);
    const { virtualPagesMax } = format;
    expect(() => format.enter(state, 0, virtualPagesMax, 0, 0, 0)).toThrow('bad virtual page');
    expect(() => format.enter(state, 0, -1, 0, 0, 0)).toThrow('bad virtual page');
    expect(() => format.enter(state, 0, 0, 2 ** 24, 0, 0)).toThrow('bad frame');
    expect(() => format.enter(state, 0, 0, 0, 4, 0)).toThrow('maps order');
    expect(format.find(state, 0, virtualPagesMax)).toBe(-1);
  });
}
