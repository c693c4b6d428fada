import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EntityName } from '../../src/query/catalogue.ts';
import { ALL } from '../../src/query/predicate.ts';
import type { EntityRows, Outline } from '../../src/store/store.ts';
import { aContainer, anImage, aReference, aSource, T0 } from '../support/fixtures.ts';
import { ENGINES, type OpenTestStore, openTestStore } from '../support/stores.ts';

const DAY = 86_400_000_000;
const ENTITIES = ['image', 'placement', 'content', 'container'] as const;

describe.each(ENGINES)('outlines of pages on %s', (engine) => {
  let opened: OpenTestStore;
  let now = T0;
  beforeEach(async () => {
    now = T0;
    opened = await openTestStore(engine, { now: () => now });
  });
  afterEach(() => opened.close());

  test('tell of every row whether a reader would see it changed', async () => {
    const { store } = opened;
    const project = await store.createProject('outlines');
    const source = aSource();
    const one = anImage({ references: ['docker.io/library/one:1'] });
    const two = anImage({ references: ['docker.io/library/two:1'] });
    await store.ingestImages(project, source, [one, two]);
    const machine = aSource('docker', 'machine');
    const container = aContainer({ image: one, state: 'running', source: machine });
    await store.ingestContainers(project, machine, [container]);
    let before = await outlines();

    const changed = async (entities: readonly EntityName[]) => {
      const after = await outlines();
      const rows = ENTITIES.flatMap((entity) => {
        const differing = after[entity].ids.filter(
          (id, place) => stampOf(before[entity], id) !== after[entity].stamps[place],
        );
        return differing.map(() => entity);
      });
      before = after;
      expect(rows).toEqual(entities);
    };
    await changed([]);
    await store.ingestContainers(project, machine, [{ ...container, state: 'exited' }]);
    await changed(['image', 'placement', 'content', 'container']);
    now += 2 * DAY;
    await store.ingestImages(project, source, [{ ...two, labels: [['team', 'blue']], seenAt: now }]);
    await changed(['image', 'placement', 'content']);
    const seen = { ...aReference('docker.io/library/one:1'), digest: one.digest! };
    await store.touchReferences(project, source, [seen], now);
    await changed(['image', 'placement', 'content']);

    async function outlines(): Promise<Record<EntityName, Outline<EntityRows[EntityName]>>> {
      const found = {} as Record<EntityName, Outline<EntityRows[EntityName]>>;
      for (const entity of ENTITIES) {
        const request = { entity, where: ALL, sort: [], limit: 10 } as const;
        const listed = await store.list<EntityName>(project, request);
        const whole = await store.outline<EntityName>(project, request, 'rows');
        const bare = await store.outline<EntityName>(project, request, 'stamps');
        const keys = await store.outline<EntityName>(project, request, 'keys');
        expect(whole.stamps.map((_, place) => whole.row(place))).toEqual(listed.rows);
        expect(whole.ids).toEqual(listed.rows.map((row) => row.id));
        expect([bare.ids, bare.stamps, bare.more]).toEqual([whole.ids, whole.stamps, listed.more]);
        expect(bare.ids.map((_, place) => bare.position(place))).toEqual(listed.positions);
        expect([keys.keys, keys.ids, keys.stamps, keys.more]).toEqual([whole.keys, [], [], listed.more]);
        expect(keys.keys.map((_, place) => keys.position(place))).toEqual(listed.positions);
        expect([bare.keys, new Set(bare.keys).size]).toEqual([whole.keys, listed.rows.length]);
        expect(new Set(bare.stamps).size).toBe(listed.rows.length);
        expect(() => bare.row(0)).toThrow('without rows');
        found[entity] = bare;
      }
      return found;
    }
  });
});

function stampOf(of: Outline<EntityRows[EntityName]>, id: string): number | undefined {
  return of.stamps[of.ids.indexOf(id)];
}
