import { type Static, Type } from 'typebox';

/** Query parameters every list takes. */
export const ListQuery = Type.Object({
  q: Type.Optional(Type.String({ description: 'What to show, in the language `lang`' })),
  lang: Type.Optional(
    Type.Union(
      ['native', 'datadog', 'qualys', 'huawei-hss', 'stackrox', 'glance'].map((id) => Type.Literal(id)),
      { description: 'Language of `q`; native when left out' },
    ),
  ),
  sort: Type.Optional(
    Type.String({ description: 'Words of the language, comma separated, `-` in front for descending' }),
  ),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
  after: Type.Optional(Type.String({ description: 'The `next` of the page before' })),
});

export type ListQuery = Static<typeof ListQuery>;

export const ImageListQuery = Type.Object({
  ...ListQuery.properties,
  group: Type.Optional(
    Type.String({ description: 'Group by this word, e.g. `label.team`, `registry`, `arch`; items are groups then' }),
  ),
  // Printed rows are kept by it.
  fields: Type.Optional(
    Type.String({ maxLength: 1_000, description: 'Only these members of each item, comma separated' }),
  ),
});

export type ImageListQuery = Static<typeof ImageListQuery>;

export const CountQuery = Type.Object({ q: ListQuery.properties.q, lang: ListQuery.properties.lang });

export type CountQuery = Static<typeof CountQuery>;

export const DigestParams = Type.Object({ digest: Type.String({ description: 'sha256:..., or the record id' }) });

export type DigestParams = Static<typeof DigestParams>;

export const IdParams = Type.Object({ id: Type.String() });

export type IdParams = Static<typeof IdParams>;

export const CheckBody = Type.Object({
  text: Type.String(),
  lang: ListQuery.properties.lang,
  at: Type.Optional(Type.Integer({ minimum: 0, description: 'Cursor offset, for completions' })),
});

export type CheckBody = Static<typeof CheckBody>;

export const SourceBody = Type.Object({
  uri: Type.String({ minLength: 1, maxLength: 2048, description: 'e.g. registry://registry.example.com/team' }),
});

export type SourceBody = Static<typeof SourceBody>;

export const JobsQuery = Type.Object({
  state: Type.Optional(Type.Union(['waiting', 'running', 'done', 'dead'].map((state) => Type.Literal(state)))),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
});

export type JobsQuery = Static<typeof JobsQuery>;

/** Loose shape of an answer, for the document only: answers are sent as they are, never filtered through it. */
export const AnyObject = Type.Object({}, { additionalProperties: true });

export const Problem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  code: Type.String(),
  at: Type.Optional(Type.Union([Type.String(), Type.Integer()])),
  request_id: Type.String(),
});
