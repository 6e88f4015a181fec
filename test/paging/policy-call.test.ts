import { expect, test } from 'vitest';
import fifo from '../../clients/policies/fifo.ts';
import lru from '../../clients/policies/lru.ts';
import type { Policy, PolicyView } from '../../contracts/policy.ts';
import { runCell } from '../../lab/run/cell.ts';
import { PolicyFault } from '../../paging/policy-fault.ts';
import { modernNvme } from '../../sim-hw/costs/modern-nvme.ts';
import { cell, task, writing } from '../support/cells.ts';
import { loop, randomPages, toReferenceString } from '../support/reference-strings.ts';

const reads = toReferenceString(randomPages(4, 400, 12), { collapse: false });

function withPolicy(policy: Policy<never>, program = reads, guaranteed = 4) {
  return { ...task('one', program, 'fifo', guaranteed), policy: policy as Policy };
}

function variant(base: Policy<never>, more: Partial<Policy<never>>): Policy<never> {
  return { ...base, name: 'mine', ...more };
}

const plain = fifo as unknown as Policy<never>;

test('[POL3] a victim that is not resident, not a page, or not there ends the run by name', () => {
  for (const page of [11, -1, 12, 1e9, 0.5, Number.NaN]) {
    const policy = variant(plain, { victim: () => page });
    const run = () =>
      runCell(cell(4, [withPolicy(policy, toReferenceString(loop(12, 2), { collapse: false }))]));
    expect(run, `${page}`).toThrow(PolicyFault);
    expect(run).toThrow(/policy 'mine' named page .* as victim/);
  }
});

test('[POL3] what a policy throws is its own fault, in whatever call', () => {
  const boom = () => {
    throw new TypeError('boom\nsecond line');
  };
  for (const method of ['admitted', 'removed', 'victim', 'referencesSeen'] as const) {
    const run = () => runCell(cell(4, [withPolicy(variant(plain, { [method]: boom }))]));
    const where = method === 'referencesSeen' ? 'victim' : method;
    expect(run, method).toThrow(`policy 'mine' failed in ${where}(): boom`);
    expect(run).toThrow(PolicyFault);
  }
});

test('[POL3] a policy that looks at pages without end is stopped', () => {
  const endless = (_state: unknown, view: PolicyView) => {
    for (;;) view.referenced(0);
  };
  const run = () => runCell(cell(4, [withPolicy(variant(plain, { victim: endless }))]));
  expect(run).toThrow(/without end/);
});

test('[POL2] each look is charged as a scan; who does not look pays nothing', () => {
  let looks = 0;
  const looking = variant(plain, {
    victim: (state: never, view: PolicyView) => {
      const page = fifo.victim(state, view) as number;
      view.referenced(page);
      view.modified(page);
      view.clearReferenced(page);
      looks += 3;
      return page;
    },
  });
  const [result] = runCell(cell(4, [withPolicy(looking)])).tasks;
  expect(looks).toBeGreaterThan(300);
  expect(result?.timeNs?.scan).toBe(looks * modernNvme.figures.scanNs.value);
  expect(runCell(cell(4, [withPolicy(plain)])).tasks[0]?.timeNs?.scan).toBe(0);
});

test('[POL1] a policy sees its own pages and its own time, whoever runs beside it', () => {
  const sight = (neighbour: boolean) => {
    const seen: [string, number, number][] = [];
    const spy = variant(plain, {
      admitted: (state: never, page: number, view: PolicyView) => {
        seen.push(['admitted', page, view.now()]);
        fifo.admitted(state, page, view);
      },
      removed: (state: never, page: number, view: PolicyView) => {
        seen.push(['removed', page, view.now()]);
        fifo.removed(state, page, view);
      },
    });
    const other = task('other', writing(randomPages(8, 700, 30)), 'lru', 5);
    runCell(cell(9, neighbour ? [withPolicy(spy), other] : [withPolicy(spy)]));
    return seen;
  };
  const alone = sight(false);
  expect(alone.length).toBeGreaterThan(400);
  expect(Math.max(...alone.map(([, page]) => page))).toBeLessThan(12);
  expect(alone.at(-1)?.[2]).toBeLessThan(400);
  expect(sight(true)).toEqual(alone);
});

/** FIFO that notes what it saw wanted in each call. */
function watchingWanted() {
  const heard: [string, number, number][] = [];
  const note = (call: 'admitted' | 'removed') => (state: never, page: number, view: PolicyView) => {
    heard.push([call, page, view.wanted()]);
    fifo[call](state, page, view);
  };
  const policy = variant(plain, {
    admitted: note('admitted'),
    removed: note('removed'),
    victim: (state: never, view: PolicyView) => {
      const page = fifo.victim(state, view) as number;
      heard.push(['victim', page, view.wanted()]);
      return page;
    },
  });
  return { policy, heard };
}

test('[POL14] a policy sees whose fault a victim is for, in victim alone, at no cost', () => {
  const { policy, heard } = watchingWanted();
  const { tasks } = runCell(cell(4, [withPolicy(policy)]));
  let asked = 0;
  for (const [index, [call, page, wanted]] of heard.entries()) {
    if (call !== 'victim') {
      expect(wanted).toBe(-1);
      continue;
    }
    asked++;
    expect(heard[index + 1]).toEqual(['removed', page, -1]);
    expect(heard[index + 2]).toEqual(['admitted', wanted, -1]);
  }
  expect(asked).toBeGreaterThan(200);
  expect(tasks[0]?.timeNs).toEqual(runCell(cell(4, [withPolicy(plain)])).tasks[0]?.timeNs);
});

test('[POL14] nothing is wanted where a victim is for the reserve', () => {
  const { policy, heard } = watchingWanted();
  const program = toReferenceString(loop(12, 20), { collapse: false });
  runCell(cell(6, [withPolicy(policy, program, 6)], { spareFrames: 2 }));
  const wanted = heard.filter(([call]) => call === 'victim').map(([, , page]) => page);
  expect(wanted.length).toBeGreaterThan(100);
  expect(wanted.filter((page) => page === -1).length).toBeGreaterThan(100);
});

test("[POL14] [POL1] another task's fault is not seen where a central pager asks", () => {
  const { policy, heard } = watchingWanted();
  const other = task('other', toReferenceString(loop(30, 20), { collapse: false }), 'fifo', 4);
  const more = { management: 'lru-sp', schedule: 'lockstep', slice: 1 } as const;
  runCell(cell(8, [other, withPolicy(policy)], more));
  const wanted = heard.filter(([call]) => call === 'victim').map(([, , page]) => page);
  expect(wanted).toContain(-1);
  expect(wanted.some((page) => page >= 0)).toBe(true);
  for (const [call, , page] of heard) if (call === 'victim') expect(page).toBeLessThan(12);
});

/** FIFO that wants `most` pages and no more. */
function thrifty(most: number) {
  const held: number[] = [];
  let largest = 0;
  const policy = variant(plain, {
    admitted: (state: never, page: number, view: PolicyView) => {
      held.push(page);
      largest = Math.max(largest, held.length);
      fifo.admitted(state, page, view);
    },
    removed: (state: never, page: number, view: PolicyView) => {
      held.splice(held.indexOf(page), 1);
      fifo.removed(state, page, view);
    },
    outside: (_state: never, view: PolicyView) => {
      const page = held.find((candidate) => view.evictable(candidate));
      return held.length > most && page !== undefined ? page : -1;
    },
  });
  return { policy, largest: () => largest };
}

test('[POL16] what a policy wants no longer is given up, clean or dirty, and its frame given back', () => {
  for (const program of [
    toReferenceString(loop(12, 30), { collapse: false }),
    writing(randomPages(3, 400, 12)),
  ]) {
    const { policy, largest } = thrifty(3);
    const { tasks } = runCell(cell(10, [withPolicy(policy, program, 10)], { oracles: true }));
    // The page that has just come stays; those being written out are still held.
    expect(largest()).toBe(4);
    expect(tasks[0]?.faults).toBeGreaterThan(200);
    const [all] = runCell(cell(10, [withPolicy(plain, program, 10)])).tasks;
    expect(tasks[0]?.messages).toBeGreaterThan((all?.messages ?? 0) + 200);
  }
});

test('[POL16] [POL3] a policy that wants a page gone that it does not hold is named', () => {
  const policy = variant(plain, { outside: () => 11 });
  const run = () => runCell(cell(4, [withPolicy(policy, writing(loop(12, 3)))]));
  expect(run).toThrow(/policy 'mine' named page 11 to be given up/);
});

test('[POL4] admitted and removed alternate, and oracle sight shows each run once, in order', () => {
  const resident = new Set<number>();
  const shown: number[] = [];
  const base = lru as unknown as Policy<never>;
  const spy = variant(base, {
    admitted: (state: never, page: number, view: PolicyView) => {
      expect(resident.has(page)).toBe(false);
      resident.add(page);
      base.admitted(state, page, view);
    },
    removed: (state: never, page: number, view: PolicyView) => {
      expect(resident.delete(page)).toBe(true);
      base.removed(state, page, view);
    },
    referencesSeen: (state, batch) => {
      for (let at = batch.from; at < batch.to; at++) shown.push(batch.runs[at] as number);
      base.referencesSeen?.(state, batch);
    },
  });
  runCell(cell(4, [withPolicy(spy)]));
  expect(shown).toEqual([...reads.runs.subarray(0, shown.length)]);
  expect(shown.length).toBeGreaterThan(300);
});

test('[POL4] under a global oracle every task has its own pages in the one order of execution', () => {
  // Two tasks in lockstep: the faults of a global LRU are those of a list over both.
  const strings = [randomPages(4, 300, 9), randomPages(6, 300, 9)];
  const programs = strings.map((pages) => toReferenceString(pages, { collapse: false }));
  const tasks = programs.map((program, i) => task(`t${i}`, program, 'lru', 4));
  const more = { management: 'global-lru', schedule: 'lockstep', slice: 1 } as const;
  const { tasks: done } = runCell(cell(8, tasks, more));
  const list: string[] = [];
  const naive = [0, 0];
  for (let at = 0; at < 300; at++)
    for (const who of [0, 1]) {
      const page = `${who} ${strings[who]?.[at]}`;
      const place = list.indexOf(page);
      if (place >= 0) list.splice(place, 1);
      else naive[who] = (naive[who] as number) + 1;
      list.unshift(page);
      list.length = Math.min(list.length, 8);
    }
  expect(done.map(({ faults }) => faults)).toEqual(naive);
});
