import { describe, expect, test } from 'vitest';
import { offsetAnchors } from './anchors.ts';
import type { ReadContext } from './context.ts';
import type { PreparedList } from './prepare.ts';

/** A list of so many rows whose position is their number, and how many rows were skipped to find positions. */
function listOf(length: number) {
  let generation = 1;
  const anchors = offsetAnchors({ generation: () => generation } as unknown as ReadContext);
  const list = { fingerprint: 'x', project: {} } as PreparedList;
  const work = { skipped: 0 };
  return {
    work,
    change: () => {
      generation += 1;
    },
    note: (offset: number) => anchors.note(list, offset, [offset]),
    async locate(offset: number): Promise<number | 'beyond'> {
      const found = await anchors.locate(list, offset, async (from, skipped) => {
        const to = ((from?.[0] as number | undefined) ?? 0) + skipped + 1;
        work.skipped += skipped;
        return to <= length ? [to] : undefined;
      });
      return found === 'beyond' ? found : ((found.position?.[0] as number | undefined) ?? 0) + found.rest;
    },
  };
}

describe('paging by offset', () => {
  test('every offset is found, in any order', async () => {
    const list = listOf(34_567);
    for (const offset of [1, 999, 1_000, 1_001, 20_000, 9_999, 34_566, 34_567, 12_345]) {
      expect(await list.locate(offset)).toBe(offset);
    }
  });

  test('an offset behind the end is found out once', async () => {
    const list = listOf(2_500);
    expect(await list.locate(50_000)).toBe('beyond');
    const { skipped } = list.work;
    expect(await list.locate(60_000)).toBe('beyond');
    expect(list.work.skipped).toBe(skipped);
  });

  test('a page after the one before skips nothing, and one near another next to nothing', async () => {
    const list = listOf(1_000_000);
    await list.locate(500_000);
    await list.note(500_025);
    const { skipped } = list.work;
    expect(await list.locate(500_025)).toBe(500_025);
    expect(list.work.skipped).toBe(skipped);
    expect(await list.locate(503_000)).toBe(503_000);
    expect(list.work.skipped).toBeLessThan(skipped + 3_000);
  });

  test('what was known of an inventory that changed is forgotten', async () => {
    const list = listOf(20_000);
    await list.locate(15_000);
    const { skipped } = list.work;
    list.change();
    await list.locate(15_000);
    expect(list.work.skipped).toBe(2 * skipped);
  });

  test('reading a long list page by page stays exact however many anchors are dropped', async () => {
    const list = listOf(400_000);
    for (let offset = 0; offset < 300_000; offset += 100) {
      expect(await list.locate(offset)).toBe(offset);
      await list.note(offset + 100);
    }
    expect(await list.locate(250)).toBe(250);
  });
});
