/**
 * Traces: the way to a violation, in words, a line for each step.
 */

import { messageName, messages, TIME_MAX } from '../../contracts/messages.ts';
import { refusalTexts } from '../../contracts/refusals.ts';
import { DEATH, FAULT, NUCLEUS } from '../../nucleus/kernel.ts';
import { START } from '../../nucleus/life.ts';
import type { Message } from '../../nucleus/messages.ts';
import { timerClient } from '../../servers/memory/timers.ts';
import { createCodec } from './canonical-state.ts';
import { explored, OTHER } from './deadlines.ts';
import type { Exploration } from './explore.ts';
import {
  ACTION,
  DEADLINE,
  DELIVER,
  DEVICE,
  detailOf,
  kindOf,
  makeMove,
  oldestOf,
  restoreFor,
  whatOf,
} from './moves.ts';
import { PAGE_ACTIONS, pageActionNames } from './page-script.ts';
import { actionNames, RETURN } from './script.ts';
import { createWorld, FIRST, nameOf, SWAP, type World } from './world.ts';

export interface Violation {
  /** The rule, and what is wrong. */
  readonly what: string;
  /** What happens, from the booted world on. */
  readonly steps: readonly string[];
}

/** The violation found after `move` in `state` (-1: in the state itself), and the way there. */
export function violationAt(
  run: Exploration,
  what: string,
  state: number,
  move: number,
): Violation {
  const path: number[] = [];
  for (let at = state; at > 0; at = run.parents.numbers[at]) path.push(at);
  path.reverse();
  const codec = createCodec(createWorld(run.plan, run.planted, explored));
  const { bytes, starts } = run.table;
  const steps = path.map((at) => {
    const step = run.parentMoves.numbers[at];
    restoreFor(codec, bytes, starts[run.parents.numbers[at]], step);
    return describeStep(codec.world, step);
  });
  if (move >= 0) {
    restoreFor(codec, bytes, starts[state], move);
    steps.push(describeStep(codec.world, move));
  }
  return { what, steps };
}

/** Makes the move, and says what it is and what was said in it. */
function describeStep(world: World, move: number): string {
  const text = describe(world, move);
  const { queue } = world.kernel.state;
  const before = queue.count - (kindOf(move) === DELIVER ? 1 : 0);
  try {
    makeMove(world, move);
  } catch {
    return text;
  }
  const said: string[] = [];
  for (let place = before; place < queue.count; place++) {
    const { ring, head } = queue;
    const message = ring[(head + place) & (ring.length - 1)];
    if (message.from !== NUCLEUS) said.push(messageText(world, message));
  }
  return said.length === 0 ? text : `${text}; sends ${said.join(', ')}`;
}

function describe(world: World, move: number): string {
  const what = whatOf(move);
  const detail = detailOf(move);
  switch (kindOf(move)) {
    case DELIVER: {
      const message = oldestOf(world, what);
      return `${nameOf(world, message.to)} hears from ${nameOf(world, message.from)}: ${textOf(message)}`;
    }
    case DEADLINE:
      return deadlineText(world, what, detail);
    case DEVICE:
      return `the device is done with operation ${what} of the ${nameOf(world, SWAP)}`;
    case ACTION:
      return actionText(world, what, detail);
    default:
      return `${nameOf(world, what)} dies`;
  }
}

const deadlineNames = [
  'the deadline of a notice comes',
  'the grace of a shrinking guarantee is over',
  'the term of a contract is over',
  'the time limit of a lock comes',
  'the time limit of a lock on pages comes',
];

function deadlineText(world: World, kind: number, which: number): string {
  if (kind === OTHER) return `timer ${which} of the clients runs out`;
  const { timers } = world.kernel.state;
  const id = timerClient(timers.bs[timers.slots[0]]);
  return `${deadlineNames[kind]}${id === 0 ? '' : `, of ${nameOf(world, id)}`}`;
}

function actionText(world: World, index: number, action: number): string {
  const name = nameOf(world, FIRST + index);
  if (world.pagers[index] !== null)
    return `the program of ${name} ${(action & 1) === 1 ? 'writes to' : 'reads'} page ${action >> 1}`;
  if (action >= PAGE_ACTIONS) return `${name} ${pageActionNames[action - PAGE_ACTIONS]}`;
  if (action >= RETURN) return `${name} returns the frame in slot ${action - RETURN}`;
  return `${name} ${actionNames[action]}`;
}

function messageText(world: World, message: Message): string {
  return `${textOf(message)} to ${nameOf(world, message.to)}`;
}

/** A message with its fields by name; a time is only a time. */
function textOf(message: Message): string {
  const { op, w0, w1, w2, w3 } = message;
  if (op === FAULT) return `a fault at page ${w0}${w1 === 1 ? ', to write' : ''}`;
  if (op === DEATH) return `task ${w0} is dead`;
  if (op === START) return 'it begins';
  const name = messageName(op);
  if (name === undefined) return `op ${op}`;
  const words = [w0, w1, w2, w3];
  const fields: string[] = [];
  for (const [field, schema] of Object.entries(messages[name].shape)) {
    if (schema.maxValue === TIME_MAX) continue;
    const word = words.shift();
    fields.push(field === 'reason' ? `"${refusalTexts[word as number]}"` : `${field} ${word}`);
  }
  return `${name}(${fields.join(', ')})`;
}
