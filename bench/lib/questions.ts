import { SELECTIVITIES } from '../../src/cli/bench-data/generate.ts';
import type { StatementName } from './handwritten.ts';
import type { DialectName } from './presented.ts';

export type Share = keyof typeof SELECTIVITIES;

/** Where a page lies: the first; one deep inside, reached page by page; one deep inside, jumped to. */
export type Depth = 'first' | 'deep' | 'jump';

/** One question of the benches: a request, and the statement that answers it by hand. */
export interface Question {
  readonly dialect: DialectName;
  readonly kind: 'list' | 'group' | 'count';
  /** What makes it differ from the dialect's other questions, for people. */
  readonly about: string;
  /** Rows of the page; groups of a grouping. */
  readonly rows: number;
  /** The request. `n` is another one each time, so that no two requests are equal. */
  readonly path: (context: PathContext, n: number) => string;
  readonly hand: Hand | undefined;
  readonly share?: Share;
  /** How the dialect reaches a deep page: its answers lead to the next one, or it counts rows. */
  readonly deep?: 'next' | 'offset';
  /** The last row that can be reached, where there is a bound. */
  readonly window?: number;
}

export interface Hand {
  /** The statement of a first page; with `, after` behind it that of a deep one, with `, at` that of a jump. */
  readonly statement: StatementName;
  /** What follows the project among the parameters. */
  readonly values?: (context: PathContext, n: number) => readonly unknown[];
  /** Whether the statement takes no limit. */
  readonly whole?: boolean;
}

export interface PathContext {
  readonly project: string;
  /** The project's number, which the tables are keyed by. */
  readonly projectNo: number;
  /** Texts that so large a share of the containers have in their image's name. */
  readonly names: Readonly<Record<Share, string>>;
  readonly offset: number;
}

const SHARES = Object.keys(SELECTIVITIES) as Share[];
const SIZES = [25, 1000] as const;

const say = (share: Share) => `${SELECTIVITIES[share].key} = ${SELECTIVITIES[share].value} (${share})`;
const pair = (share: Share) => [SELECTIVITIES[share].key, SELECTIVITIES[share].value] as const;
const text = encodeURIComponent;

type Filter = (key: string, value: string) => string;

interface ListForm {
  readonly dialect: DialectName;
  readonly base: (rows: number, context: PathContext, n: number) => string;
  readonly orders: readonly { readonly about: string; readonly query: string; readonly statement: StatementName }[];
  readonly filter: Filter;
  readonly tagged: StatementName;
  readonly deep: 'next' | 'offset';
  readonly window?: number;
  /** What follows the project (and the label, and the project again) in the parameters. */
  readonly also?: (context: PathContext) => readonly unknown[];
}

const FORMS: readonly ListForm[] = [
  {
    dialect: 'native',
    base: (rows, _, n) => `/stowage/v1/images?limit=${rows}&n=${n}`,
    orders: [
      { about: 'by updated', query: '', statement: 'image by updated' },
      { about: 'by size', query: '&sort=-size', statement: 'image by size' },
    ],
    filter: (key, value) => `&q=${text(`label.${key}:"${value}"`)}`,
    tagged: 'tagged image by updated',
    deep: 'next',
  },
  {
    dialect: 'datadog',
    base: (rows, _, n) => `/api/v2/container_images?page%5Bsize%5D=${rows}&n=${n}`,
    orders: [
      { about: 'by name', query: '', statement: 'placement by name' },
      { about: 'by size', query: '&sort=-sizes', statement: 'placement by size' },
    ],
    filter: (key, value) => `&filter%5Btags%5D=${text(`${key}:${value}`)}`,
    tagged: 'tagged placement by name',
    deep: 'next',
  },
  {
    dialect: 'qualys',
    base: (rows, { offset }, n) =>
      `/csapi/v1.3/images?pageSize=${rows}&pageNumber=${1 + Math.floor(offset / rows)}&n=${n}`,
    orders: [
      { about: 'by created', query: '', statement: 'content by built' },
      { about: 'by size', query: '&sort=size%3Adesc', statement: 'content by size' },
    ],
    filter: (key, value) => `&filter=${text(`label:(key:\`${key}\` and value:\`${value}\`)`)}`,
    tagged: 'tagged content by built',
    deep: 'offset',
    window: 10_000,
  },
  {
    dialect: 'stackrox',
    // A label that nobody knows is dropped from the query.
    base: (rows, { offset }, n) => `/v1/images?pagination.limit=${rows}&pagination.offset=${offset}&query=N%3A${n}`,
    orders: [
      { about: 'by last updated', query: '', statement: 'container image by updated' },
      {
        about: 'by created',
        query: `&pagination.sortOption.field=${text('Image Created Time')}&pagination.sortOption.reversed=true`,
        statement: 'container image by built',
      },
    ],
    filter: (key, value) => text(`+Image Label:"${key}"="${value}"`),
    tagged: 'tagged container image by updated',
    deep: 'offset',
  },
  {
    dialect: 'glance',
    // Of a repeated limit the first counts.
    base: (rows, _, n) => `/v2/images?limit=${rows}&limit=${n}`,
    orders: [
      { about: 'by created_at', query: '', statement: 'listed image by created' },
      { about: 'by size', query: '&sort=size%3Adesc', statement: 'listed image by size' },
    ],
    filter: (key, value) => `&${key}=${value}`,
    tagged: 'tagged listed image by created',
    deep: 'next',
    also: ({ project }) => [project],
  },
];

function lists(form: ListForm): Question[] {
  const { dialect, base, orders, filter, tagged, deep, window } = form;
  const also = (context: PathContext) => form.also?.(context) ?? [];
  return SIZES.flatMap((rows) => [
    ...orders.map(({ about, query, statement }): Question => {
      const path = (context: PathContext, n: number) => `${base(rows, context, n)}${query}`;
      return { dialect, kind: 'list', about, rows, deep, window, path, hand: { statement, values: also } };
    }),
    ...SHARES.map((share): Question => {
      const path = (context: PathContext, n: number) => `${base(rows, context, n)}${filter(...pair(share))}`;
      const values = (context: PathContext) => [...pair(share), context.projectNo, ...also(context)];
      return {
        dialect,
        kind: 'list',
        about: say(share),
        rows,
        deep,
        window,
        path,
        hand: { statement: tagged, values },
        share,
      };
    }),
  ]);
}

/** HSS has no labels: a part of the image's name stands for them. A page has at most 200 rows. */
function containers(): Question[] {
  const base = (rows: number, { project, offset }: PathContext, n: number) =>
    `/v5/${project}/image/local/containers?limit=${rows}&offset=${offset}&n=${n}`;
  return [25, 200].flatMap((rows) => [
    {
      dialect: 'huawei-hss',
      kind: 'list',
      about: 'by host',
      rows,
      deep: 'offset',
      window: 2_000_000,
      path: (context, n) => base(rows, context, n),
      hand: { statement: 'container by host' },
    } satisfies Question,
    ...SHARES.map((share): Question => {
      const path = (context: PathContext, n: number) =>
        `${base(rows, context, n)}&image_name=${text(context.names[share])}`;
      const hand: Hand =
        share === '25%'
          ? { statement: 'common container by host', values: ({ names }) => [names[share]] }
          : {
              statement: 'rare container by host',
              values: ({ projectNo, names }) => [projectNo, projectNo, names[share]],
            };
      return { dialect: 'huawei-hss', kind: 'list', about: `image_name (${share})`, rows, path, hand, share };
    }),
  ]);
}

const OTHERS: readonly Question[] = [
  {
    dialect: 'native',
    kind: 'group',
    about: 'by label team',
    rows: 25,
    path: (_, n) => `/stowage/v1/images?group=label.team&limit=${25 + (n % 900)}`,
    hand: { statement: 'images by label', values: () => ['team'] },
  },
  {
    dialect: 'datadog',
    kind: 'group',
    about: 'by label team',
    rows: 25,
    path: (_, n) => `/api/v2/container_images?group_by=team&page%5Bsize%5D=${25 + (n % 9_000)}`,
    hand: { statement: 'placements by label', values: () => ['team'] },
  },
  {
    dialect: 'datadog',
    kind: 'group',
    about: 'by label team, of tier = edge (2%)',
    rows: 25,
    path: (_, n) =>
      `/api/v2/container_images?group_by=team&filter%5Btags%5D=tier%3Aedge&page%5Bsize%5D=${25 + (n % 9_000)}`,
    hand: { statement: 'tagged placements by label', values: ({ projectNo }) => ['tier', 'edge', projectNo, 'team'] },
  },
  {
    dialect: 'native',
    kind: 'count',
    about: 'everything',
    rows: 0,
    path: (_, n) => `/stowage/v1/images/count?n=${n}`,
    hand: { statement: 'count of images', whole: true },
  },
  {
    dialect: 'native',
    kind: 'count',
    about: say('25%'),
    rows: 0,
    path: (_, n) => `/stowage/v1/images/count?n=${n}&q=${text('label.team:"payments"')}`,
    hand: { statement: 'count of tagged images', values: () => ['team', 'payments'], whole: true },
  },
  {
    dialect: 'native',
    kind: 'count',
    about: 'two labels and a size, another size each time',
    rows: 0,
    path: (_, n) =>
      `/stowage/v1/images/count?q=${text(`label.tier:"edge" label.team:"payments" size>=${1_000_000 + n}`)}`,
    hand: {
      statement: 'count of twice tagged images of a size',
      values: ({ projectNo }, n) => ['tier', 'edge', projectNo, 'team', 'payments', projectNo, 1_000_000 + n],
      whole: true,
    },
  },
  {
    dialect: 'stackrox',
    kind: 'count',
    about: 'everything (kept after the first)',
    rows: 0,
    path: (_, n) => `/v1/imagescount?query=N%3A${n}`,
    hand: { statement: 'count of container images', whole: true },
  },
];

/** Every question, dialect by dialect. */
export const QUESTIONS: readonly Question[] = [...FORMS.flatMap(lists), ...containers(), ...OTHERS];
