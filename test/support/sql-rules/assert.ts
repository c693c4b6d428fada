import { checkStatement, RULES, type Violation } from './rules.ts';

/** A rule that is broken knowingly, and why. */
const KNOWN: readonly { readonly rule: Violation['rule']; readonly what: RegExp; readonly reason: string }[] = [
  {
    rule: 3,
    what: /by content_id with .* by image_id$|by image_id with .* by content_id$/,
    reason:
      'A content stands in the bucket of its own id, the images that show it in theirs, so what joins the two is in one ' +
      'place only while a project has one bucket. Before a project gets more, these become two statements.',
  },
];

/** Texts found good before: suites share most of their statements. */
const good = new Set<string>();

/** What is wrong with statements, one text each; empty when nothing is. */
export function findViolations(statements: Iterable<string>): string[] {
  const found: string[] = [];
  for (const sql of statements) {
    if (good.has(sql)) continue;
    const violations = violationsOf(sql);
    if (violations.length === 0) good.add(sql);
    found.push(...violations.map((violation) => `${violation}\n  ${sql}`));
  }
  return found;
}

/** @throws Error that lists every statement that breaks a rule, with the rule */
export function assertRules(statements: Iterable<string>): void {
  const found = findViolations(statements);
  if (found.length > 0)
    throw new Error(`${found.length} breaches of the rules for spread tables:\n${found.join('\n')}`);
}

function violationsOf(sql: string): string[] {
  try {
    return checkStatement(sql)
      .filter(({ rule, what }) => !KNOWN.some((known) => known.rule === rule && known.what.test(what)))
      .map(({ rule, what }) => `rule ${rule} (${RULES[rule]}): ${what}`);
  } catch (error) {
    return [`cannot be checked: ${error instanceof Error ? error.message : String(error)}`];
  }
}
