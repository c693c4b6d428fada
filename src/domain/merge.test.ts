import { describe, expect, it } from 'vitest';
import { anImage, aPlatform, aSource, aVmImage, digestOf, T0 } from '../../test/support/fixtures.ts';
import { forget } from './forget.ts';
import { mergeImage } from './merge.ts';
import { assemble, partsOf } from './record.ts';
import { HOUR } from './time.ts';

const project = '1'.repeat(32);
const one = aSource('registry', 'one');
const two = aSource('docker', 'two');
const context = (source = one, now = T0) => ({ project, source, now });

describe('mergeImage', () => {
  it('makes the same record of the same facts, and knows that nothing changed', () => {
    const facts = anImage({ references: ['b:2', 'a:1'], labels: { z: '1', a: '2' } });
    const first = mergeImage(undefined, facts, context());
    expect(first.record.image.references.map((each) => each.repository)).toEqual(['library/a', 'library/b']);
    expect(first.record.image.labels).toEqual([
      ['a', '2'],
      ['z', '1'],
    ]);
    expect(first.claimed).toHaveLength(2);
    const again = mergeImage(first.record, { ...facts, seenAt: T0 + 5 }, context(one, T0 + HOUR));
    expect(again).toMatchObject({
      changed: false,
      claimed: [],
      record: { image: { updatedAt: T0, lastSeenAt: T0 + 5 } },
    });
    expect(assemble(partsOf(first.record, project))).toEqual(first.record);
  });

  it('leaves alone what an observation does not speak of', () => {
    const full = mergeImage(
      undefined,
      anImage({
        labels: { a: '1' },
        tags: ['x'],
        riskScore: 3,
        scan: {
          scannedAt: T0,
          operatingSystem: 'debian:12',
          componentCount: 1,
          cveCount: 2,
          fixableCveCount: null,
          topCvss: 9,
        },
      }),
      context(),
    );
    const { image } = mergeImage(
      full.record,
      { kind: 'container', digest: full.record.image.digest, seenAt: T0 },
      context(two),
    ).record;
    expect(image).toEqual(full.record.image);
  });

  it('prefers given labels to those of the platform, from then on', () => {
    const plain = mergeImage(undefined, anImage({ labels: { a: 'platform' } }), context()).record;
    const given = mergeImage(
      plain,
      anImage({ labels: { a: 'platform' }, givenLabels: [['b', 'given']] }),
      context(),
    ).record;
    expect(given.image.labels).toEqual([['b', 'given']]);
    expect(mergeImage(given, anImage({ labels: { a: 'platform' } }), context()).record.image.labels).toEqual([
      ['b', 'given'],
    ]);
  });

  it('does not lose layers to a source that sees less, whoever comes first', () => {
    const whole = anImage({ content: 'app' });
    const layers = whole.platforms![0]!.layers.map((layer) => ({ ...layer, digest: null, size: null }));
    const local = { ...whole, platforms: [{ ...whole.platforms![0]!, manifestDigest: null, size: 9_999, layers }] };
    const registryFirst = mergeImage(mergeImage(undefined, whole, context()).record, local, context(two));
    expect(registryFirst.record.image.platforms).toEqual(whole.platforms);
    const dockerFirst = mergeImage(mergeImage(undefined, local, context(two)).record, whole, context());
    expect(dockerFirst).toMatchObject({ changed: true, record: { image: { platforms: whole.platforms } } });
    expect(mergeImage(dockerFirst.record, local, context(two)).changed).toBe(false);
  });

  it('joins platforms of an index that sources see in parts, and lets a source correct itself', () => {
    const [amd, arm] = [aPlatform('amd'), aPlatform('arm', { architecture: 'arm64' })];
    const index = { ...anImage(), digest: digestOf('index') };
    const part = mergeImage(undefined, { ...index, platforms: [amd] }, context(two)).record;
    const both = mergeImage(part, { ...index, platforms: [arm, amd] }, context()).record;
    expect(both.image.platforms).toEqual([amd, arm]);
    const corrected = mergeImage(both, { ...index, platforms: [{ ...amd, user: 'root' }, arm] }, context()).record;
    expect(corrected.image.platforms[0]!.user).toBe('root');
    expect(mergeImage(corrected, { ...index, platforms: [amd] }, context(two)).changed).toBe(false);
  });

  it('keeps given times of another inventory, which never go back', () => {
    const first = mergeImage(undefined, aVmImage('a', { createdAt: T0 - 9, updatedAt: T0 - 5 }), context());
    expect(first.record.image).toMatchObject({ createdAt: T0 - 9, updatedAt: T0 - 5 });
    expect(mergeImage(first.record, aVmImage('a', { createdAt: T0 - 9, updatedAt: T0 - 7 }), context()).changed).toBe(
      false,
    );
    expect(mergeImage(first.record, aVmImage('a', { updatedAt: T0 }), context()).record.image).toMatchObject({
      createdAt: T0 - 9,
      updatedAt: T0,
    });
  });

  it('refuses facts about no image', () => {
    expect(() => mergeImage(undefined, { kind: 'vm', digest: null, seenAt: T0 }, context())).toThrow(/needs an id/);
    expect(() =>
      mergeImage(undefined, { kind: 'container', digest: null, id: project, seenAt: T0 }, context()),
    ).toThrow(/needs an id/);
  });

  it('leaves out names that cannot be, and numbers that are none', () => {
    const references = [
      { registry: 'r', repository: 'x'.repeat(300), tag: 'a' },
      { registry: '', repository: 'x', tag: 'a' },
      { registry: 'r', repository: 'ok', tag: '' },
    ];
    const { image } = mergeImage(
      undefined,
      { ...anImage(), references, size: Number.NaN, riskScore: Number.POSITIVE_INFINITY },
      context(),
    ).record;
    expect(image.references).toMatchObject([{ repository: 'ok', tag: null }]);
    expect(image.riskScore).toBe(0);
    expect(image.problems.map((each) => [each.code, each.part])).toEqual([
      ['limit.number', 'image'],
      ['limit.text', 'references'],
    ]);
  });
});

describe('forget', () => {
  it('ends one source, then the reference, and names the image anew', () => {
    const first = mergeImage(undefined, anImage({ references: ['nginx:1', 'nginx:2'] }), context());
    const both = mergeImage(
      first.record,
      anImage({ references: ['nginx:1'], content: 'docker.io/library/nginx:1' }),
      context(two),
    );
    const tag = (wanted: string) => (each: { tag: string | null }, by: string) => each.tag === wanted && by === one.id;
    const less = forget(both.record, { reference: tag('1') }, { project, now: T0 + HOUR });
    expect(less).toMatchObject({ changed: true, closed: [], record: { image: { updatedAt: T0 + HOUR } } });
    const gone = forget(less.record, { reference: (each) => each.tag === '1' }, { project, now: T0 + HOUR });
    expect(gone.closed.map((each) => each.tag)).toEqual(['1']);
    expect(gone.record.image.service.name).toBe('docker.io/library/nginx:2');
    expect(forget(gone.record, { reference: tag('1') }, { project, now: T0 })).toMatchObject({
      changed: false,
      record: gone.record,
    });
  });
});
