import type { Container } from '../../domain/container.ts';
import { bucketOf } from '../../domain/id.ts';
import { fold } from '../../query/predicate.ts';
import { foldedKey, foldedValue, indexedKey, indexedValue } from '../indexed-text.ts';
import { stamped } from '../stamp.ts';
import { encodeContainer } from '../summaries/container.ts';
import { UNKNOWN_IMAGE } from '../tables.ts';
import { arranger, type Row } from './arrange.ts';
import type { RowSet, Scope } from './image-rows.ts';

const containerRow = arranger('container', [
  'project_no',
  'bucket',
  'image_id',
  'container_id',
  'name',
  'name_fold',
  'image_digest',
  'image_name',
  'image_name_fold',
  'image_repository',
  'image_repository_fold',
  'image_tag',
  'image_tag_fold',
  'state',
  'host_id',
  'host_name',
  'host_name_fold',
  'agent_id',
  'private_ip',
  'public_ip',
  'pod_id',
  'pod_name',
  'pod_name_fold',
  'namespace',
  'namespace_fold',
  'cluster',
  'cluster_fold',
  'cluster_id',
  'entry_point',
  'enterprise_project',
  'created_at',
  'started_at',
  'first_seen_at',
  'last_seen_at',
  'source_id',
  'stamp',
  'summary',
]);
const labelRow = arranger('container_label', [
  'project_no',
  'bucket',
  'image_id',
  'container_id',
  'key',
  'key_fold',
  'value',
  'value_fold',
]);

/** All rows of one container. */
export function containerRows(container: Container, scope: Scope): RowSet {
  const image = container.imageId ?? UNKNOWN_IMAGE;
  const owner = [scope.no, bucketOf(scope.buckets, image), image, container.id];
  const folded = (text: string) => [text, fold(text)];
  const main = containerRow([
    ...owner,
    ...folded(container.name),
    container.imageDigest,
    ...folded(container.imageName),
    ...folded(container.imageRepository),
    ...folded(container.imageTag),
    container.state,
    container.hostId,
    ...folded(container.hostName),
    container.agentId,
    container.privateIp,
    container.publicIp,
    container.podId,
    ...folded(container.podName),
    ...folded(container.namespace),
    ...folded(container.cluster),
    container.clusterId,
    container.entryPoint,
    container.enterpriseProject,
    container.createdAt,
    container.startedAt,
    container.firstSeenAt,
    container.lastSeenAt,
    container.source.id,
    ...stamped(encodeContainer(container)),
  ]);
  const labels = new Map<string, Row>();
  for (const [key, value] of container.labels) {
    const row = [...owner, indexedKey(key), foldedKey(key), indexedValue(value), foldedValue(value)];
    labels.set(indexedKey(key), labelRow(row));
  }
  return new Map([
    ['container', [main]],
    ['container_label', [...labels.values()]],
  ]);
}
