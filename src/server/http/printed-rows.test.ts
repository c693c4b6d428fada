import { expect, test } from 'vitest';
import type { Container } from '../../domain/container.ts';
import type { Project } from '../../domain/credential.ts';
import type { EntityName } from '../../query/catalogue.ts';
import { ALL } from '../../query/predicate.ts';
import type { EntityRows, ListRequest, Outline, OutlineOf } from '../../store/store.ts';
import { createPrintedRows } from './printed-rows.ts';

const PROJECT: Project = { id: '5e'.repeat(16), no: 1, name: 'rows', bucketBase: 0, bucketCount: 1, createdAt: 0 };
const REQUEST: ListRequest<'container'> = { entity: 'container', where: ALL, sort: [], limit: 10 };
const print = ({ id, name }: Container) => `${id}=${name}`;

/** A store of containers by id and name, which notes what it is asked for. */
function storeOf(containers: Map<string, string>) {
  const asked: string[] = [];
  const generation = { now: 1 };
  async function outline<E extends EntityName>(_: Project, __: ListRequest<E>, of: OutlineOf) {
    asked.push(of);
    const ids = [...containers.keys()];
    const found: Outline<EntityRows[E]> = {
      keys: ids,
      ids: of === 'keys' ? [] : ids,
      stamps: of === 'keys' ? [] : ids.map((id) => containers.get(id)!.length),
      more: false,
      position: (place) => [ids[place]!],
      row(place) {
        if (of !== 'rows') throw new Error('without rows');
        asked.push(ids[place]!);
        return { id: ids[place], name: containers.get(ids[place]!) } as unknown as EntityRows[E];
      },
    };
    return found;
  }
  return { asked, store: { outline, generation: () => generation.now }, generation };
}

test('a row is read once, and again when it changed; where all are kept no row is fetched', async () => {
  const containers = new Map([
    ['a', 'one'],
    ['b', 'two'],
  ]);
  const { asked, store, generation } = storeOf(containers);
  const rows = createPrintedRows(store);
  const ask = async () => (await rows.list(PROJECT, REQUEST, 'test', print)).texts;
  expect(await ask()).toEqual(['a=one', 'b=two']);
  for (let turn = 0; turn < 40; turn += 1) await ask();
  expect(asked.filter((each) => each === 'a')).toHaveLength(1);
  expect(asked.at(-1)).toBe('keys');
  containers.set('b', 'three');
  generation.now += 1;
  asked.length = 0;
  expect(await ask()).toEqual(['a=one', 'b=three']);
  expect(asked).toEqual(['keys', 'stamps', 'rows', 'b']);
  expect(await ask()).toEqual(['a=one', 'b=three']);
});

test('where rows are as they were, a changed inventory costs one look at their stamps', async () => {
  const { asked, store, generation } = storeOf(new Map([['a', 'one']]));
  const rows = createPrintedRows(store);
  const ask = async () => (await rows.list(PROJECT, REQUEST, 'test', print)).texts;
  for (let turn = 0; turn < 40; turn += 1) await ask();
  generation.now += 1;
  asked.length = 0;
  expect([await ask(), await ask()]).toEqual([['a=one'], ['a=one']]);
  expect(asked.slice(0, 2)).toEqual(['keys', 'stamps']);
  for (let turn = 0; turn < 40; turn += 1) await ask();
  expect(asked.at(-1)).toBe('keys');
  expect(asked).not.toContain('rows');
});

test('forms and projects are kept apart', async () => {
  const { store } = storeOf(new Map([['a', 'one']]));
  const rows = createPrintedRows(store);
  const other = { ...PROJECT, id: '60'.repeat(16) };
  const texts = async (project: Project, form: string, text: string) =>
    (await rows.list(project, REQUEST, form, () => text)).texts;
  expect(await texts(PROJECT, 'x', '1')).toEqual(['1']);
  expect(await texts(PROJECT, 'y', '2')).toEqual(['2']);
  expect(await texts(other, 'x', '3')).toEqual(['3']);
  expect(await texts(PROJECT, 'x', 'unseen')).toEqual(['1']);
});

test('keeps within its bytes: what does not fit is printed each time, and pages stay whole', async () => {
  const many = new Map(Array.from({ length: 50 }, (_, at) => [`c${at}`, `n${at}`]));
  const { asked, store } = storeOf(many);
  const rows = createPrintedRows(store, 20 * 310);
  for (let turn = 0; turn < 20; turn += 1) {
    const { texts } = await rows.list(PROJECT, REQUEST, 'test', print);
    expect(texts).toEqual([...many].map(([id, name]) => `${id}=${name}`));
  }
  expect(asked).not.toContain('stamps');
  expect(asked).not.toContain('keys');
});
