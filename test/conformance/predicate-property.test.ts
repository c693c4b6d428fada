import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Project } from '../../src/domain/credential.ts';
import type { EntityName } from '../../src/query/catalogue.ts';
import { listAll, type World } from '../support/evaluate.ts';
import { checkQuestion, ingestWorld, type Question } from '../support/evaluate-check.ts';
import { groupingOf, predicateOf, sortOf, type Vocabulary } from '../support/evaluate-questions.ts';
import { vocabularyOf } from '../support/evaluate-rows.ts';
import { NOW, reports } from '../support/evaluate-worlds.ts';
import { ENGINES, openTestStore } from '../support/stores.ts';

/** Change it to look elsewhere; the inventory and every question follow from it. */
const SEED = Number(process.env['STOWAGE_TEST_SEED'] ?? 20_261_122);
const QUESTIONS = 200;

/** The same on every engine, so that ids derived from it are too. */
const PROJECT: Project = { id: '5e'.repeat(16), no: 1, name: 'property', bucketBase: 0, bucketCount: 1, createdAt: 0 };

const WORLD = reports({ images: 30, machines: 8, containers: 40 }, SEED);

describe.each(ENGINES)(`random questions (seed ${SEED}) on %s`, (engine) => {
  test(`${QUESTIONS} predicates, orders and groupings answer as the naive evaluation does`, async () => {
    const { store, close } = await openTestStore(engine);
    try {
      const world = await ingestWorld(store, PROJECT, WORLD);
      const asked = fc.asyncProperty(questionOf(vocabularyOf(world)), (question) =>
        checkQuestion(store, PROJECT, world, question),
      );
      await fc.assert(asked, { seed: SEED, numRuns: QUESTIONS });
      if (engine === 'sqlite') expect(narrowing(world)).toBeGreaterThan(QUESTIONS / 5);
    } finally {
      await close();
    }
  }, 120_000);
});

/** How many of the questions find some rows and not all: else the comparison would say little. */
function narrowing(world: World): number {
  const questions = fc.sample(questionOf(vocabularyOf(world)), { seed: SEED, numRuns: QUESTIONS });
  return questions.filter(({ entity, where }) => {
    const found = listAll(world, { entity, where, sort: [], now: NOW }).length;
    return found > 0 && found < listAll(world, { entity, where: { kind: 'all' }, sort: [], now: NOW }).length;
  }).length;
}

function questionOf(vocabulary: Vocabulary): fc.Arbitrary<Question> {
  return fc.constantFrom<EntityName>('image', 'placement', 'content', 'container').chain((entity) =>
    fc.record({
      entity: fc.constant(entity),
      where: predicateOf(entity, vocabulary),
      sort: sortOf(entity, vocabulary),
      by: groupingOf(entity),
      limit: fc.integer({ min: 3, max: 25 }),
      offset: fc.integer({ min: 0, max: 40 }),
    }),
  );
}
