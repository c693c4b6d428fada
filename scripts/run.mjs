// Starts the built program on Node 24 with the given arguments; signals and exit code pass through.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build, isStale, MALLOC, NODE_FLAGS } from './build.mjs';
import { install, node, root } from './prepare.mjs';

export async function run(args) {
  install();
  if (isStale()) {
    process.stderr.write('Building ...\n');
    await build();
  }
  const child = spawn(node, [...NODE_FLAGS, join(root, 'dist', 'stowage.js'), ...args], {
    stdio: 'inherit',
    env: { ...MALLOC, ...process.env },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // npm runs this through a shell that dies of SIGTERM without passing it on: an orphan ends its child.
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 300).unref();
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143);
  });
}
