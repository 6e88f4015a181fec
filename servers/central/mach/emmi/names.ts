/**
 * Names of messages: those of Mach 3, as contracts/emmi-messages.ts has them, and those of 1987 [EMMI1].
 *
 *   1987                      Mach 3
 *   pager_data_lock           lock_request   other rights alone
 *   pager_clean_request       lock_request   send what has changed
 *   pager_flush_request       lock_request   send what has changed, keep nothing
 *   pager_cache               change_attributes
 *   pager_readonly            none; it is a message of its own here
 *
 *   vm_allocate_with_pager    vm_map         a task's own call
 *
 * In 1987 a pager had no attributes to set: it is ready when it has been told of its object.
 */

import {
  lockOrder,
  namesOfPager1987,
  namesOfTask1987,
  type namesToPager1987,
  namesToPager1987 as toPager,
} from '../../../../contracts/emmi-messages.ts';
import { type MessageName, messages } from '../../../../contracts/messages.ts';

export interface NamedMessage {
  readonly name: MessageName;
  readonly fields: Readonly<Record<string, number>>;
}

/** By the name of 1987, where there is one. */
export function nameOf1987(name: string): string {
  const names = Object.keys(toPager) as (keyof typeof namesToPager1987)[];
  return names.find((old) => toPager[old] === name) ?? name;
}

/** The message that is meant, whichever name it has; undefined: no such message. */
export function messageMeant(
  name: string,
  fields: Readonly<Record<string, number>>,
): NamedMessage | undefined {
  if (name in messages) return { name: name as MessageName, fields };
  if (name in namesOfTask1987)
    return { name: namesOfTask1987[name as keyof typeof namesOfTask1987], fields };
  if (!(name in namesOfPager1987)) return undefined;
  const old = name as keyof typeof namesOfPager1987;
  return { name: namesOfPager1987[old], fields: { ...fields, ...extrasOf(old, fields) } };
}

function extrasOf(
  name: keyof typeof namesOfPager1987,
  fields: Readonly<Record<string, number>>,
): Record<string, number> {
  const wantsReply = false;
  switch (name) {
    case 'pager_data_lock':
      return {
        order: lockOrder({ returns: 'none', flush: false, lock: fields.lock ?? 0, wantsReply }),
      };
    case 'pager_clean_request':
      return { order: lockOrder({ returns: 'changed', flush: false, wantsReply }) };
    case 'pager_flush_request':
      return { order: lockOrder({ returns: 'changed', flush: true, wantsReply }) };
    case 'pager_cache':
      return { mayCache: fields.mayCache ?? 1, strategy: fields.strategy ?? 1 };
    case 'pager_data_provided':
    case 'pager_data_unavailable':
    case 'pager_readonly':
      return {};
  }
}
