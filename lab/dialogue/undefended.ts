/**
 * The dialogue without its defence: a file that names a switch is spoken twice, without the defence
 * and with it, and steps may belong to one of the two. Switches are those of scenarios that are rules
 * of the servers or terms, and the ways of charging shared frames that no row of a scenario has.
 */

import type { Claims } from '../../servers/memory/containers/page-state.ts';
import type { PlantedBug } from '../../servers/memory/state.ts';
import { coreSwitches, isCoreSwitch, type Switch } from '../scenario/core-switches.ts';
import { inputError } from '../scenario/input-error.ts';
import { placeOf, type Source } from '../scenario/source.ts';
import { didYouMean } from '../scenario/suggest.ts';
import { termSwitches } from '../scenario/switches.ts';
import type { DialogueDocument } from './schema.ts';

/** Switches of who pays for a frame that several use. */
export const claimSwitches: Readonly<Record<string, Switch & { claims: Claims }>> = {
  'touch-for-free': {
    off: 'who has no room for a shared frame maps it at the charge of another (claims: rotate)',
    rule: 'CONT34',
    damages: [],
    claims: 'rotate',
  },
  'first-pays-on': {
    off: 'who had a shared frame first pays as long as there is any copy (claims: keep)',
    rule: 'CONT25',
    damages: [],
    claims: 'keep',
  },
};

const switches: Readonly<Record<string, Switch>> = {
  ...coreSwitches,
  ...termSwitches,
  ...claimSwitches,
};

/** A dialogue as it is spoken once. */
export interface Spoken {
  readonly document: DialogueDocument;
  readonly planted: PlantedBug | null;
}

/** Refuses a switch that is not known, with its place. */
export function checkSwitch(source: Source, { undefended, steps }: DialogueDocument): void {
  if (undefended !== undefined && !Object.hasOwn(switches, undefended)) {
    const names = Object.keys(switches);
    const what = `undefended is '${undefended}', expected a switch`;
    throw inputError(placeOf(source, ['undefended']), `${what}; ${didYouMean(undefended, names)}`);
  }
  const at = steps.findIndex(({ when }) => when !== undefined);
  if (undefended === undefined && at >= 0) {
    const what = `steps[${at}].when is '${steps[at]?.when}', expected a key undefended`;
    throw inputError(placeOf(source, ['steps', at, 'when']), `${what}; add it, with a switch`);
  }
}

/** With every defence: all there is of a dialogue that switches nothing off. */
export function defended(document: DialogueDocument): Spoken {
  const steps = document.steps.filter(({ when }) => when !== 'undefended');
  return { document: { ...document, steps }, planted: null };
}

/** Without the defence that the dialogue's switch takes away; null: it has none. */
export function undefended(document: DialogueDocument): Spoken | null {
  const name = document.undefended;
  if (name === undefined) return null;
  const others = termSwitches[name]?.terms as Partial<DialogueDocument['terms']> | undefined;
  const terms = { ...document.terms, ...others };
  const claims = claimSwitches[name]?.claims ?? document.claims;
  const steps = document.steps.filter(({ when }) => when !== 'defended');
  return {
    document: { ...document, terms, claims, steps },
    planted: isCoreSwitch(name) ? name : null,
  };
}

/** What a switch takes away, in words, with its rule. */
export function switchText(name: string): string {
  const { off, rule } = switches[name] as Switch;
  return `${name}: ${off} [${rule}]`;
}
