/**
 * The contracts page (docs/contracts.md), made of contracts/SPEC.md, the titles of the tests and the
 * heads of the scenarios: every rule, the feature rows it covers, the tests that hold it; every row,
 * its rules, and where it is to be seen.
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

/** A scenario or dialogue, and the feature rows that its head says it shows. */
export interface Show {
  readonly file: string;
  readonly rows: readonly string[];
}

const HEAD = `# Every rule, what it covers and what holds it

Made from [contracts/SPEC.md](../contracts/SPEC.md) and the titles of the tests by
\`npx vitest run test/contracts-page.test.ts -u\`; \`npm test\` fails when it is out of date, when a rule has no test, or
when a test of a server or of the pager names no rule. Rows are those of the feature table in the specification. Where
a row is to be seen is what the heads of the scenarios say: \`leasehold run FILE --expect\`, or \`leasehold dialogue FILE\`.

## Rules

| rule | says | rows | tests |
|---|---|---|---|
`;

export function contractsPage(
  spec: string,
  tests: readonly RuleTest[],
  shows: readonly Show[],
): string {
  const features = featureRowsOf(spec);
  const rules = rulesOf(spec).map((rule) => ruleLine(rule, features, tests));
  const rows = features.map(({ row, feature, rules: ids }) => {
    const seen = shows.filter(({ rows: shown }) => shown.includes(row));
    const links = seen.map(({ file }) => `[${nameOf(file)}](../${file})`);
    return `| ${row} | ${feature} | ${ids.join(', ') || 'not yet'} | ${links.join(', ')} |`;
  });
  const missing = features.filter(({ rules: ids }) => ids.length === 0).length;
  const head = `\n## Feature rows\n\n${features.length - missing} of ${features.length} rows are covered.\n\n`;
  return `${HEAD}${rules.join('\n')}\n${head}| row | feature | rules | to be seen in |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

function nameOf(file: string): string {
  return file.replace(/^scenarios\//, '').replace(/\.yaml$/, '');
}

/** Feature rows that the head of a scenario names: `# Rows: 1, 2, 13`. */
export function shownRows(text: string): string[] {
  const found = /^# Rows: ([\d, ]+)\.?$/m.exec(text);
  return found === null ? [] : (found[1] as string).split(',').map((row) => row.trim());
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
