import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOUR } from '../../src/domain/time.ts';
import { createInventoryWriter } from '../../src/store/inventory-writer.ts';
import { INDEXES } from '../../src/store/tables.ts';
import { type BulkBatch, bulkLoad } from '../../src/store/write/bulk.ts';
import { aContainer, anImage, aPlatform, aProject, aSource, aVmImage, digestOf, T0 } from '../support/fixtures.ts';
import { dump, openInventory, type TestInventory } from '../support/inventory.ts';
import { ENGINES } from '../support/stores.ts';

const registry = aSource('registry', 'one');
const docker = aSource('docker', 'node-1');

/** Two batches, with everything that needs a second look: images seen twice, moved tags, contents of two images. */
function batches(): readonly BulkBatch[] {
  const plain = Array.from({ length: 25 }, (_, index) =>
    anImage({
      references: [`team/app-${index % 6}:v${index}`, `mirror.example/app:${index}`],
      labels: { team: `t${index % 3}`, n: `${index}` },
    }),
  );
  const amd = aPlatform('multi amd64');
  const arm = aPlatform('multi arm64', { architecture: 'arm64' });
  const multi = anImage({
    digest: digestOf('multi'),
    platforms: [arm, amd],
    references: ['multi:1'],
    hosts: [{ hostId: 'host-7', hostName: 'seven' }],
  });
  const single = anImage({ digest: amd.manifestDigest, platforms: [amd], references: ['multi:1-amd64'] });
  const old = anImage({ content: 'old', references: ['moving:latest', 'moving:1'] });
  const fresh = anImage({ content: 'fresh', references: ['moving:latest'], seenAt: T0 + HOUR });
  const containers = plain.slice(0, 9).map((image, index) =>
    aContainer({
      image,
      name: `c${index}`,
      hostId: `host-${index % 4}`,
      state: index % 3 === 0 ? 'exited' : 'running',
    }),
  );
  return [
    {
      source: registry,
      images: [
        ...plain,
        multi,
        old,
        aVmImage('debian', { service: { name: 'debian', members: [{ member: 'p', status: 'accepted' }] } }),
      ],
      containers,
    },
    {
      source: docker,
      images: [
        single,
        fresh,
        { ...plain[3]!, seenAt: T0 + 2 * HOUR, tags: ['golden'] },
        anImage({ references: ['late:1'], labels: { team: 't1' } }),
      ],
      containers: [
        aContainer({ image: plain[1]!, name: 'late', hostId: 'host-9' }),
        { ...containers[2]!, state: 'gone' },
        aContainer({ name: 'stray', imageDigest: null }),
        aContainer({ name: 'early', image: anImage({ content: 'never seen' }) }),
      ],
    },
  ];
}

describe.each(ENGINES)('bulk load on %s', (kind) => {
  let inventory: TestInventory;
  let other: TestInventory;

  beforeEach(async () => {
    [inventory, other] = await Promise.all([openInventory(kind), openInventory(kind)]);
  });
  afterEach(async () => {
    await Promise.all([inventory.close(), other.close()]);
  });

  it.each([1, 3])('makes exactly what ingest makes, with %i buckets', async (bucketCount) => {
    const project = aProject('bulk', { bucketCount });
    const write = createInventoryWriter(other.engine, { clock: () => T0 + HOUR });
    for (const { source, images, containers = [] } of batches()) {
      await write.ingestImages(project, source, images);
      await write.ingestContainers(project, source, containers);
    }
    const stages = new Set<string>();
    const options = { clock: () => T0 + HOUR, progress: ({ stage }: { stage: string }) => void stages.add(stage) };
    expect(await bulkLoad(inventory.engine, project, batches(), options)).toEqual({ images: 32, containers: 13 });
    expect([...stages]).toEqual(['rows', 'indexes', 'conflicts', 'done']);
    await inventory.sound(project);
    const [bulk, ingest] = [await dump(inventory.engine), await dump(other.engine)];
    for (const table of Object.keys(ingest)) {
      if (table !== 'inventory_generation') expect([table, bulk[table]]).toEqual([table, ingest[table]]);
    }
    expect(await inventory.generation(project)).toBeGreaterThan(0);
  });

  it('refuses a project that has something, and leaves every index', async () => {
    const project = aProject();
    await inventory.write.ingestImages(project, registry, [anImage()]);
    await expect(bulkLoad(inventory.engine, project, batches())).rejects.toMatchObject({ code: 'bulk.not-empty' });
    async function* broken() {
      yield batches()[0]!;
      throw new Error('the generator broke');
    }
    await expect(bulkLoad(inventory.engine, aProject('empty'), broken())).rejects.toThrow('the generator broke');
    for (const index of INDEXES)
      await expect(
        inventory.engine.execute(`create index "${index.name}" on "${index.table}" ("project_no")`),
      ).rejects.toThrow(/already exists/);
  });
});
