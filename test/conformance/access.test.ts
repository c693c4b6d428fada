import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { randomId } from '../../src/domain/id.ts';
import { ENGINES, openTestStore, type OpenTestStore } from '../support/stores.ts';

describe.each(ENGINES)('access on %s', (kind) => {
  let opened: OpenTestStore;
  beforeAll(async () => {
    opened = await openTestStore(kind);
  });
  afterAll(() => opened.close());

  test('a project is found by id and name', async () => {
    const { store } = opened;
    const made = await store.createProject('north');
    expect(await store.project(made.id)).toEqual(made);
    expect(await store.projectByName('north')).toEqual(made);
    expect(await store.project(randomId())).toBeUndefined();
  });
});
