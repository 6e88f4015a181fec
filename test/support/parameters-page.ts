/** docs/parameters.md from what policies and managements declare. */

import { policies } from '../../clients/policies/index.ts';
import type { CentralManagement } from '../../contracts/central-management.ts';
import type { ParameterRanges } from '../../contracts/policy.ts';
import { centralNames, centrals } from '../../lab/run/centrals.ts';
import { spanText } from '../../lab/scenario/parameters.ts';

type Numbers = Readonly<Record<string, number>>;

/** Whose parameters, where they are set, and what they are. */
export interface Group {
  readonly name: string;
  readonly parameters: Numbers;
  readonly ranges: ParameterRanges;
}

export const policyGroups: readonly Group[] = Object.values(policies).map(
  ({ name, parameters = {}, ranges = {} }) => ({ name, parameters, ranges }),
);

const managements = centralNames.map((name): [string, CentralManagement] => [name, centrals[name]]);

/** A management that is a policy, or one told of bits alone, has the settings of that. */
export const managementGroups: readonly Group[] = managements.flatMap(([name, management]) => {
  const { parameters = {}, ranges = {}, taskParameters = {}, taskRanges = {} } = management;
  const ofTask = { name: `${name}, of a task`, parameters: taskParameters, ranges: taskRanges };
  return [{ name, parameters, ranges }, ofTask];
});

const HEAD = `# Parameters

Each policy's and each central management's, as they declare them: this page is made from that. What is not named here is refused, and
so is a value out of its range, in one line. Shares and memories are of the frames that a task is guaranteed, or has if that
is more.

A policy's are set in a scenario (\`policy: { name: working-set, tau: 5000 }\`), or on the command line wherever a policy is named:
\`--policy working-set:tau=5000\`. A management's are set in a scenario alone: \`central: { parameters: { uvm: { cluster: 8 } } }\`,
and for one task \`central: { tasks: { linux: { sqlite: { max: 200 } } } }\`. A management with a period has the setting \`period\` too: a whole
number from 1, of nanoseconds or references as the clock of terms has it (\`npx leasehold managements\` says how long it is).
`;

export function parametersPage(): string {
  const part = (title: string, groups: readonly Group[]): string =>
    `\n## ${title}\n\n| | parameter | default | range | what |\n|---|---|---|---|---|\n${groups.map(rows).join('')}`;
  return `${HEAD}${part('Policies', policyGroups)}${part('Central managements', managementGroups)}`;
}

function rows({ name, parameters, ranges }: Group): string {
  return Object.entries(parameters)
    .map(([key, value], at) => {
      const range = ranges[key];
      const who = at === 0 ? `\`${name}\`` : '';
      const span = `${spanText(range)}${range.whole === true ? ', whole' : ''}`;
      return `| ${who} | \`${key}\` | ${Number(value.toPrecision(4))} | ${span} | ${range.means} |\n`;
    })
    .join('');
}
