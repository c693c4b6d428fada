import { describe, expect, it } from 'vitest';
import { anImage, aPlatform, aSource, aVmImage, digestOf, T0 } from '../../test/support/fixtures.ts';
import { deriveArguments, derivePlacements, deriveSummary, digestHead, instruction } from './derive.ts';
import { deriveContent } from './derive-content.ts';
import { contentId } from './id.ts';
import type { Reference } from './image.ts';
import { mergeImage } from './merge.ts';
import { primaryReference } from './record.ts';

const project = '1'.repeat(32);
const record = (facts = anImage(), now = T0) =>
  mergeImage(undefined, facts, { project, source: aSource(), now }).record;
const reference = (text: string, firstSeenAt = T0): Reference => {
  const [repository, tag] = text.split(':') as [string, string | undefined];
  return { registry: 'r', repository, tag: tag ?? null, firstSeenAt, lastSeenAt: firstSeenAt, sources: [] };
};

describe('primaryReference', () => {
  it.each([
    [['a:1', 'b:1'], 'a:1'],
    [['a', 'b:1'], 'b:1'],
    [['b', 'a'], 'a'],
    [[], undefined],
  ])('of %j is %s', (names, expected) => {
    const found = primaryReference(names.map((name) => reference(name)));
    expect(found && (found.tag === null ? found.repository : `${found.repository}:${found.tag}`)).toBe(expected);
  });

  it('is the newest, tagged or not', () => {
    expect(primaryReference([reference('a:1'), reference('z', T0 + 1)])?.repository).toBe('z');
  });
});

describe('deriveSummary', () => {
  it('takes size, build time and user of linux/amd64, and names an untagged image by digest', () => {
    const platforms = [
      aPlatform('arm', { architecture: 'arm64', size: 1 }),
      aPlatform('amd', { size: 2, user: 'app' }),
    ];
    const references = [{ registry: 'r.example', repository: 'app', tag: null }];
    const summary = deriveSummary(record({ ...anImage(), digest: digestOf('index'), platforms, references }));
    expect(summary).toMatchObject({ size: 2, user: 'app', name: `r.example/app@${digestOf('index')}`, tag: '' });
    expect(summary.platforms[0]).toMatchObject({ architecture: 'arm64', layerCount: 2 });
    expect(summary).not.toHaveProperty('hosts');
  });

  it('names a VM image by its service name and takes the size of its disk', () => {
    expect(deriveSummary(record(aVmImage('debian')))).toMatchObject({
      name: 'debian',
      size: 2_000_000,
      registry: '',
      user: '',
    });
  });
});

describe('instruction', () => {
  it.each([
    [null, '', ''],
    ['', '', ''],
    ['/bin/sh -c #(nop)  CMD ["nginx" "-g"]', 'CMD', '["nginx" "-g"]'],
    ['/bin/sh -c #(nop) ADD file:1 in / ', 'ADD', 'file:1 in /'],
    ['/bin/sh -c #(nop)', '', ''],
    ['/bin/sh -c apt-get update', 'RUN', 'apt-get update'],
    ['RUN /bin/sh -c make # buildkit', 'RUN', '/bin/sh -c make # buildkit'],
    ['COPY a b # buildkit', 'COPY', 'a b # buildkit'],
    ['WORKDIR /app', 'WORKDIR', '/app'],
    ['debuerreotype 0.15', 'RUN', 'debuerreotype 0.15'],
    ['crane flatten', 'RUN', 'crane flatten'],
  ])('of %j', (text, keyword, value) => {
    expect(instruction(text)).toEqual({ keyword, value });
  });
});

describe('derivePlacements', () => {
  it('makes one row of each repository, with its own times and tags', () => {
    const rows = derivePlacements([
      reference('team/a:1', T0),
      reference('team/a:2', T0 + 5),
      reference('team/a'),
      reference('b:1'),
    ]);
    expect(rows).toMatchObject([
      { name: 'r/team/a', shortName: 'a', tagCount: 2, firstSeenAt: T0, lastSeenAt: T0 + 5 },
      { name: 'r/b', shortName: 'b', tagCount: 1 },
    ]);
  });
});

describe('deriveArguments and digestHead', () => {
  it('lists the words of the primary platform with their places', () => {
    expect(
      deriveArguments({ platforms: [aPlatform('a', { command: ['x', 'y'], entrypoint: ['e'], volumes: ['/data'] })] }),
    ).toEqual([
      { kind: 'command', position: 0, value: 'x' },
      { kind: 'command', position: 1, value: 'y' },
      { kind: 'entrypoint', position: 0, value: 'e' },
      { kind: 'volume', position: 0, value: '/data' },
    ]);
    expect([digestHead(null), digestHead(`sha256:${'ab'.repeat(32)}`)]).toEqual(['', 'abababababababab']);
  });
});

describe('deriveContent', () => {
  it('joins the references of all images that show it; the newest speaks for it', () => {
    const shared = aPlatform('shared', { labels: [['team', 'web']] });
    const older = record({ ...anImage({ references: ['app:1'] }), digest: digestOf('older'), platforms: [shared] });
    const newer = record(
      {
        ...anImage({ references: ['app:2'], tags: ['x'] }),
        digest: digestOf('newer'),
        platforms: [aPlatform('other'), shared],
        seenAt: T0 + 1,
      },
      T0 + 1,
    );
    const id = contentId(project, shared.configDigest!);
    const content = deriveContent(id, shared.configDigest!, [older, newer, record()]);
    expect(content).toMatchObject({
      newest: newer,
      labels: [['team', 'web']],
      tags: ['x'],
      operatingSystem: 'linux',
      riskScore: null,
    });
    expect(content!.summary).toMatchObject({ createdAt: T0, updatedAt: T0 + 1 });
    expect(content!.references.map((each) => [each.tag, each.digest]).sort()).toEqual([
      ['1', digestOf('older')],
      ['2', digestOf('newer')],
    ]);
    expect(deriveContent(id, shared.configDigest!, [record()])).toBeUndefined();
  });
});
