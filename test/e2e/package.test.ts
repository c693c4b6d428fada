/** What `npm pack` makes, on a machine that has Node 24 and nothing else. */
import { copyFile, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtProgram, finish, scratch, serve } from '../support/program.ts';
import { ROOT } from '../support/source-tree.ts';

const NPM = process.env['npm_execpath'];

/** Runs npm on this Node; with the one that runs the tests, else the one on the path. */
function npm(args: readonly string[], cwd: string) {
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--cache', join(cwd, '.npm')];
  const env = { PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH']}` };
  if (NPM === undefined) return finish('npm', [...args, ...quiet], { cwd, env });
  return finish(process.execPath, [NPM, ...args, ...quiet], { cwd, env });
}

describe('the package', () => {
  let folder: string;
  let installed: string;

  beforeAll(async () => {
    folder = await scratch('package');
    // A copy of what npm packs, so that the checkout's own dist/ is left alone.
    const tree = join(folder, 'tree');
    const program = dirname(await builtProgram());
    await mkdir(tree);
    await finish('cp', ['-R', program, join(tree, 'dist')]);
    for (const name of await readdir(ROOT)) {
      if (/^(?:package\.json|.*\.md|LICENSE)$/.test(name)) await copyFile(join(ROOT, name), join(tree, name));
    }
    const packed = await npm(['pack', '--ignore-scripts', '--json', '--pack-destination', folder], tree);
    expect(packed.stderr).toBe('');
    const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz')) ?? '';
    installed = join(folder, 'installed');
    await mkdir(installed);
    await writeFile(join(installed, 'package.json'), '{"private":true}');
    const { code, stderr } = await npm(['install', '--offline', join(folder, tarball)], installed);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Runs the command as its installer put it, with a PATH that has `node` and nothing else. */
  async function command(args: readonly string[]) {
    const bin = join(folder, 'bin');
    await mkdir(bin, { recursive: true });
    await symlink(process.execPath, join(bin, 'node')).catch(() => {});
    return finish(
      '/usr/bin/env',
      ['-i', `PATH=${bin}`, `HOME=${folder}`, join(installed, 'node_modules/.bin/stowage'), ...args],
      { cwd: installed },
    );
  }

  test('holds the program and brings no other package', async () => {
    const modules = (await readdir(join(installed, 'node_modules'))).filter((name) => !name.startsWith('.'));
    expect(modules).toEqual(['stowage']);
    const files = await readdir(join(installed, 'node_modules', 'stowage'));
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'dist', 'package.json']));
    expect(files.filter((name) => ['src', 'test', 'bench', 'node_modules'].includes(name))).toEqual([]);
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(await command(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test('its command collects and lists with Node alone', async () => {
    const data = ['--data', join(folder, 'data')];
    const examples = join(installed, 'node_modules', 'stowage', 'dist', 'examples');
    const images = (await readdir(examples)).map((name) => join(examples, name));
    expect(images.length).toBeGreaterThan(1);
    const added = await command(['add', ...data, ...images]);
    expect(added.code, added.stderr).toBe(0);
    const listed = await command(['images', ...data, '--json']);
    expect(listed.stderr).toBe('');
    for (const name of ['platform/beacon', 'shop/cart', 'shop/worker']) expect(listed.stdout).toContain(name);
  });

  test('its server answers', async () => {
    const program = join(installed, 'node_modules', 'stowage', 'dist', 'stowage.js');
    const server = await serve(['--data', join(folder, 'data'), '--insecure-no-auth'], {}, program);
    const answer = await fetch(`${server.url}/stowage/v1/images`);
    const { items } = (await answer.json()) as { items: unknown[] };
    expect(items).toHaveLength(3);
    expect((await server.stop()).code).toBe(0);
  });
});
