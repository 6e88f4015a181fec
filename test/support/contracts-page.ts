/**
 * The contracts page (docs/contracts.md), made of contracts/SPEC.md and the titles of the tests:
 * every rule, the feature rows it covers, the tests that hold it; every row, and its rules.
 */

export interface Rule {
  readonly id: string;
  readonly text: string;
}

export interface FeatureRow {
  readonly row: string;
  readonly feature: string;
  readonly rules: readonly string[];
}

/** A test title that names rules. */
export interface RuleTest {
  readonly file: string;
  readonly rules: readonly string[];
}

const HEAD = `# Every rule, what it covers and what holds it

Made from [contracts/SPEC.md](../contracts/SPEC.md) and the titles of the tests by
\`npx vitest run test/contracts-page.test.ts -u\`; \`npm test\` fails when it is out of date, when a rule has no test, or
when a test of a server or of the pager names no rule. Rows are those of the feature table in the specification.

## Rules

| rule | says | rows | tests |
|---|---|---|---|
`;

export function contractsPage(spec: string, tests: readonly RuleTest[]): string {
  const features = featureRowsOf(spec);
  const rules = rulesOf(spec).map((rule) => ruleLine(rule, features, tests));
  const rows = features.map(
    ({ row, feature, rules: ids }) => `| ${row} | ${feature} | ${ids.join(', ') || 'not yet'} |`,
  );
  const missing = features.filter(({ rules: ids }) => ids.length === 0).length;
  const head = `\n## Feature rows\n\n${features.length - missing} of ${features.length} rows are covered.\n\n`;
  return `${HEAD}${rules.join('\n')}\n${head}| row | feature | rules |\n|---|---|---|\n${rows.join('\n')}\n`;
}

/** Rules that a specification defines: ids in the first column of a table. */
export function rulesOf(spec: string): Rule[] {
  const found = spec.matchAll(/^\| \[([A-Z]+\d+)\] \| (.*?) \|$/gm);
  return [...found].map(([, id, text]) => ({ id: id as string, text: text as string }));
}

/** The table of feature rows of a specification. */
export function featureRowsOf(spec: string): FeatureRow[] {
  const section = spec.slice(spec.indexOf('## Feature rows'));
  const found = section.matchAll(/^\| (\d+) \| (.*?) \|(.*?)\|$/gm);
  return [...found].map(([, row, feature, rules]) => ({
    row: row as string,
    feature: feature as string,
    rules: (rules as string)
      .split(',')
      .map((rule) => rule.trim())
      .filter((rule) => rule !== ''),
  }));
}

function ruleLine(
  { id, text }: Rule,
  features: readonly FeatureRow[],
  tests: readonly RuleTest[],
): string {
  const rows = features.filter(({ rules }) => rules.includes(id)).map(({ row }) => row);
  const counts = new Map<string, number>();
  for (const { file, rules } of tests)
    if (rules.includes(id)) counts.set(file, (counts.get(file) ?? 0) + 1);
  const held = [...counts].map(([file, count]) => {
    const name = file.replace(/^test\//, '').replace(/\.test\.ts$/, '');
    return `[${name}](../${file})${count > 1 ? ` (${count})` : ''}`;
  });
  return `| ${id} | ${text} | ${rows.join(', ')} | ${held.join(', ')} |`;
}
