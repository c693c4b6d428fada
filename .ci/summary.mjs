// Adds up vitest's JSON reports: `summary.mjs REPORT... [--failed NAME]...`. A later report of the same file replaces the
// earlier one (the quick run skips what the wide run does). Failed suites without a failed test, missing reports and
// names after --failed count as one failure each. The last line is `N passed, N failed, N skipped`.
import { existsSync, readFileSync } from 'node:fs';

const files = new Map();
const failures = [];
const args = process.argv.slice(2);
while (args.length > 0) {
  const arg = args.shift();
  if (arg === '--failed') failures.push(args.shift());
  else if (!existsSync(arg)) failures.push(`no report ${arg}: the run did not come to its end`);
  else for (const file of JSON.parse(readFileSync(arg, 'utf8')).testResults) files.set(file.name, file);
}

const skipped = new Map();
let passed = 0;
for (const { name, status, message, assertionResults } of files.values()) {
  const broken = assertionResults.filter((test) => test.status === 'failed');
  for (const { fullName } of broken) failures.push(`${name}: ${fullName}`);
  if (status === 'failed' && broken.length === 0) failures.push(`${name}: ${String(message).split('\n', 1)[0]}`);
  passed += assertionResults.filter((test) => test.status === 'passed').length;
  for (const { status: state, ancestorTitles, fullName } of assertionResults) {
    if (state === 'passed' || state === 'failed') continue;
    const suite = ancestorTitles.find((title) => title.includes('(skipped: ')) ?? fullName;
    skipped.set(suite, (skipped.get(suite) ?? 0) + 1);
  }
}

for (const [suite, count] of skipped) process.stdout.write(`skipped ${count}: ${suite}\n`);
for (const failure of failures) process.stdout.write(`failed: ${failure}\n`);
const left = [...skipped.values()].reduce((sum, count) => sum + count, 0);
process.stdout.write(`${passed} passed, ${failures.length} failed, ${left} skipped\n`);
process.exitCode = failures.length > 0 ? 1 : 0;
