// Installs what is missing, then runs every test that needs only Node and npm. Those that need other programs, or minutes,
// are named at the end; `.ci/run` has them all. With arguments they are vitest's: `npm test -- src/query`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { install, node, root } from './prepare.mjs';

install();
const args = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'stowage-test-report-'));
const report = process.env.STOWAGE_TEST_REPORT || join(folder, 'report.json');
const peers = process.env.STOWAGE_TEST_PEERS || (args.length > 0 ? 'all' : 'none');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
const result = spawnSync(node, [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...reporters, ...args], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, STOWAGE_TEST_PEERS: peers },
});
process.exitCode = result.status ?? 1;
const skipped = skippedSuites();
if (skipped.length > 0) process.stdout.write(`\nSkipped:\n${skipped.map((title) => `  ${title}\n`).join('')}`);
rmSync(folder, { recursive: true, force: true });

/** Suites that were skipped for a reason their title gives, with how many tests they have. */
function skippedSuites() {
  try {
    const counts = new Map();
    for (const { assertionResults } of JSON.parse(readFileSync(report, 'utf8')).testResults) {
      for (const { status, ancestorTitles, title } of assertionResults) {
        if (status === 'passed' || status === 'failed') continue;
        const suite =
          ancestorTitles.find((each) => each.includes('(skipped: ')) ?? [...ancestorTitles, title].join(' > ');
        counts.set(suite, (counts.get(suite) ?? 0) + 1);
      }
    }
    return [...counts].map(([suite, count]) => `${suite} [${count}]`);
  } catch {
    return [];
  }
}
