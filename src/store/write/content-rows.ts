import type { Content } from '../../domain/derive-content.ts';
import { bucketOf } from '../../domain/id.ts';
import type { Micros } from '../../domain/time.ts';
import { fold } from '../../query/predicate.ts';
import { stamped } from '../stamp.ts';
import { encodeContent } from '../summaries/content.ts';
import { arranger, type Row } from './arrange.ts';
import { type Counts, type RowSet, referenceValues, type Scope } from './image-rows.ts';
import { tagValues } from './tag-values.ts';

/** Containers and hosts of a content, in numbers. */
export interface ContentCounts extends Counts {
  readonly lastUsedAt: Micros | null;
}

const contentRow = arranger('content', [
  'project_no',
  'bucket',
  'content_id',
  'config_digest',
  'operating_system',
  'operating_system_fold',
  'architecture',
  'author',
  'author_fold',
  'size',
  'built_at',
  'created_at',
  'updated_at',
  'last_used_at',
  'scanned_at',
  'container_count',
  'running_count',
  'host_count',
  'risk_score',
  'image_id',
  'stamp',
  'summary',
]);
const contentTagRow = arranger('content_tag', ['project_no', 'bucket', 'content_id', 'tag_id', 'built_at', 'size']);
const contentReferenceRow = arranger('content_reference', [
  'project_no',
  'bucket',
  'content_id',
  'image_id',
  'tag_key',
  'name',
  'name_fold',
  'registry',
  'registry_fold',
  'repository',
  'repository_fold',
  'tag',
  'tag_fold',
  'digest',
  'first_seen_at',
  'last_seen_at',
]);

/** All rows of one content. */
export function contentRows(content: Content, counts: ContentCounts, scope: Scope): RowSet {
  const { summary, platform, newest, operatingSystem } = content;
  const owner = [scope.no, bucketOf(scope.buckets, summary.id), summary.id];
  const { author } = platform;
  const main = contentRow([
    ...owner,
    summary.configDigest,
    operatingSystem,
    fold(operatingSystem),
    platform.architecture,
    author,
    author === null ? null : fold(author),
    platform.size,
    platform.builtAt,
    summary.createdAt,
    summary.updatedAt,
    counts.lastUsedAt,
    content.scannedAt,
    counts.containerCount,
    counts.runningCount,
    counts.hostCount,
    content.riskScore,
    newest.image.id,
    ...stamped(encodeContent(summary)),
  ]);
  const tags = tagValues(content.labels, content.tags);
  return new Map<string, Row[]>([
    ['content', [main]],
    ['content_tag', tags.map(([id]) => contentTagRow([...owner, id, platform.builtAt, platform.size]))],
    ['tag_count', tags.map((tag) => [owner[0], owner[1], ...tag, 0, 0, 1])],
    [
      'content_reference',
      content.references.map((each) =>
        contentReferenceRow([...owner, each.imageId, each.tag ?? '', ...referenceValues(each, each.digest)]),
      ),
    ],
  ]);
}
