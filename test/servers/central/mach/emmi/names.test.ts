/** Names of 1987: the map whole, and a pager that knows no others. */

import { expect, test } from 'vitest';
import {
  emmiMessages,
  lockOrderIs,
  namesOfPager1987,
  namesToPager1987,
  STRATEGIES,
} from '../../../../../contracts/emmi-messages.ts';
import {
  createWorld,
  emmiIn,
  get,
  mapObject,
  pagerStateIn,
  put,
} from '../../../../../lab/conformance/world.ts';
import { messageMeant, nameOf1987 } from '../../../../../servers/central/mach/emmi/names.ts';
import type { PagerModule } from '../../../../../servers/central/mach/emmi/pager.ts';
import { type Contents, stamped } from '../../../../../sim-hw/contents.ts';

test('[EMMI1] each name of 1987 stands for a message that there is', () => {
  expect(namesToPager1987).toEqual({
    pager_init: 'memoryObjectInit',
    pager_data_request: 'memoryObjectDataRequest',
    pager_data_write: 'memoryObjectDataWrite',
    pager_data_unlock: 'memoryObjectDataUnlock',
    pager_create: 'memoryObjectCreate',
  });
  for (const [old, name] of Object.entries(namesToPager1987)) {
    expect(name in emmiMessages).toBe(true);
    expect(nameOf1987(name)).toBe(old);
  }
  const meant = Object.keys(namesOfPager1987).map((old) => {
    const meantBy = messageMeant(old, { control: 3, lock: 2 });
    const { name, fields } = meantBy as NonNullable<typeof meantBy>;
    return [old, name, fields.order === undefined ? {} : lockOrderIs(fields.order)];
  });
  expect(meant).toEqual([
    ['pager_data_provided', 'memoryObjectDataProvided', {}],
    ['pager_data_unavailable', 'memoryObjectDataUnavailable', {}],
    ['pager_data_lock', 'memoryObjectLockRequest', order('none', false, 2)],
    ['pager_clean_request', 'memoryObjectLockRequest', order('changed', false)],
    ['pager_flush_request', 'memoryObjectLockRequest', order('changed', true)],
    ['pager_readonly', 'pagerReadonly', {}],
    ['pager_cache', 'memoryObjectChangeAttributes', {}],
  ]);
  expect(messageMeant('pager_nothing', {})).toBeUndefined();
});

test('[EMMI1] every message that "Kernel Principles" lists is there, and every strategy', () => {
  const toPagers = [
    'init data_request data_write data_return data_initialize data_unlock copy create terminate',
    'lock_completed supply_completed change_completed',
  ];
  const ofPagers = [
    'set_attributes ready change_attributes data_provided data_supply data_unavailable data_error',
    'lock_request destroy',
  ];
  const names = [...toPagers, ...ofPagers].join(' ').split(' ');
  expect(names).toHaveLength(21);
  for (const name of names) {
    const capital = name.replace(/(^|_)([a-z])/g, (_, __, letter) => letter.toUpperCase());
    expect(emmiMessages, name).toHaveProperty(`memoryObject${capital}`);
  }
  expect(STRATEGIES).toEqual(['none', 'delay', 'temporary', 'call']);
  expect(messageMeant('vm_allocate_with_pager', { pager: 3, object: 1, length: 8 })).toEqual({
    name: 'machMap',
    fields: { pager: 3, object: 1, length: 8 },
  });
});

function order(returns: string, flush: boolean, lock?: number): object {
  return { returns, flush, ...(lock !== undefined && { lock }), wantsReply: false };
}

interface OldState {
  control: number;
  readonly pages: (Contents | null)[];
  readonly heard: string[];
  isReadOnly: boolean;
}

const oldPager: PagerModule<OldState> = {
  name: 'of 1987',
  summary: 'knows the names of 1987 alone',
  names: '1987',
  create: (_objects, pages) => ({
    control: -1,
    pages: Array.from({ length: pages }, (_, page) => (page < 4 ? stamped(50 + page, 1) : null)),
    heard: [],
    isReadOnly: false,
  }),
  hear: (state, { name, fields }, kernel) => {
    const { control = 0, offset = 0, address = 0 } = fields;
    state.heard.push(name);
    if (name === 'pager_init') state.control = control;
    if (name === 'pager_data_request') {
      const page = state.pages[offset];
      if (page) kernel.supply(state.control, offset, [page], { lock: offset === 1 ? 2 : 0 });
      else kernel.send('pager_data_unavailable', { control: state.control, offset, length: 1 });
    }
    if (name === 'pager_data_unlock')
      kernel.send('pager_data_lock', { control: state.control, offset, length: 1, lock: 0 });
    if (name === 'pager_data_write') {
      state.pages[offset] = kernel.read(address) ?? null;
      kernel.free(address, 1);
    }
    if (state.isReadOnly && name === 'pager_data_unlock')
      kernel.send('pager_readonly', { control: state.control });
  },
};

test('[EMMI1] a pager that knows the names of 1987 alone is as good as any', () => {
  const world = createWorld({ pagers: [oldPager], frames: 32 });
  const at = mapObject(world, 0, 0, 60) as number;
  expect([0, 1, 5].map((page) => get(world, 0, at + page))).toEqual([50, 51, 0]);
  expect(put(world, 0, at + 1, 7)).toBe('done');
  for (let page = 5; page < 60; page++) put(world, 0, at + page, page);
  for (let page = 5; page < 60; page++) expect(get(world, 0, at + page)).toBe(page);
  expect(get(world, 0, at + 1)).toBe(7);
  const state = pagerStateIn<OldState>(world);
  expect([...new Set(state.heard)].sort()).toEqual([
    'pager_data_request',
    'pager_data_unlock',
    'pager_data_write',
    'pager_init',
  ]);
});

test('[EMMI1] pager_readonly: who writes gets pages of his own, and the object stays as it was', () => {
  const world = createWorld({ pagers: [oldPager] });
  const [one, two] = [mapObject(world, 0) as number, mapObject(world, 1) as number];
  expect(get(world, 0, one)).toBe(50);
  pagerStateIn<OldState>(world).isReadOnly = true;
  // Page 1 is locked: the pager hears of the write, and forbids all.
  put(world, 0, one + 1, 7);
  expect(emmiIn(world).state.managed[0]?.isReadOnly).toBe(true);
  expect(put(world, 0, one, 8)).toBe('done');
  expect([get(world, 0, one), get(world, 1, two)]).toEqual([8, 50]);
});
