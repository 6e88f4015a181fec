import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { claimSwitches } from '../../../lab/dialogue/undefended.ts';
import { plantedBugs } from '../../../lab/model-check/index.ts';
import { checkScenario } from '../../../lab/scenario/check.ts';
import { coreSwitches } from '../../../lab/scenario/core-switches.ts';
import { parseSource } from '../../../lab/scenario/source.ts';
import { switchNames, termSwitches, undefendedBy } from '../../../lab/scenario/switches.ts';

const readText = (path: string) =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const all = Object.entries({ ...coreSwitches, ...termSwitches, ...claimSwitches });

test('each switch names a rule that there is, and oracles that watch', () => {
  const spec = readText('contracts/SPEC.md');
  const oracles = readText('docs/oracles.md');
  for (const [name, { rule, damages, off }] of all) {
    expect(spec, name).toContain(`| [${rule}] |`);
    for (const oracle of damages) expect(oracles, name).toContain(`\n| ${oracle} |`);
    const page = name in claimSwitches ? 'docs/dialogues.md' : 'docs/scenarios.md';
    expect(readText(page)).toContain(`| \`${name}\` | ${off} | ${rule} |`);
  }
  expect(switchNames).toEqual(expect.arrayContaining([...plantedBugs]));
});

test('switches of the core and of terms together', () => {
  const both = undefendedBy(['no-penalty', 'lock-without-end', 'no-time-for-the-starved']);
  expect(both).toMatchObject({
    planted: 'lock-without-end',
    terms: { penalty: 'none', starvationMax: 0 },
    damages: ['revocation-deadline'],
  });
  expect(both.note).toContain(
    'lock-without-end: a lock has no end: neither its time limit nor the death of its holder [CONT4]',
  );
  expect(undefendedBy([])).toMatchObject({ planted: null, terms: {}, damages: [] });
});

function load(undefended: string, managements = '[contracts, contracts-undefended]') {
  const text = `
name: t
machine: { frames: 64 }
managements: ${managements}
bounds: []
undefended: ${undefended}
tasks: [{ name: one, program: { kind: loop, pages: 9, rounds: 2 } }]
`;
  return checkScenario(parseSource('t.yaml', text));
}

test('a scenario with switches has the row; what cannot be is refused with place and next step', () => {
  expect(load('[no-penalty]').undefended).toEqual(['no-penalty']);
  const wrong = [
    ['[no-penalti]', "t.yaml:6:14: undefended[0] is 'no-penalti', expected a switch; did you mean"],
    ['[nothing-like-it]', 'there are over-admission, '],
    ['[no-penalty, no-penalty]', 'again, expected each once; remove one'],
    ['[lock-without-end, stale-tlb]', "expected one switch of the core beside none like 'lock"],
    ['[]', 'managements names contracts-undefended, expected a key undefended'],
  ];
  for (const [undefended, what] of wrong)
    expect(() => load(undefended as string), undefended).toThrow(what as string);
  expect(() => load('[no-penalty]', '[contracts]')).toThrow(
    'expected contracts-undefended or mach-undefended among managements; add it',
  );
});
