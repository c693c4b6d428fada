import type { Container } from '../../../domain/container.ts';
import type { PlacementRow } from '../../../domain/rows.ts';
import { LABEL_OF_TAG } from '../fields.ts';
import { shortImage } from './short-image.ts';

type Labels = readonly (readonly [key: string, value: string])[];

/** The tags of an image: what the vendor derives (contract 4.2), every label as `key:value`, and the bare tags. */
export function tagsOfImage(row: PlacementRow): string[] {
  const tags = [`image_name:${row.name}`, `short_image:${row.shortName}`, ...tagsOfLabels(row.image.labels)];
  for (const { tag } of row.references) if (tag !== null) tags.push(`image_tag:${tag}`);
  for (const platform of row.image.platforms) {
    if (platform.os !== null) tags.push(`os_name:${platform.os}`);
    if (platform.osVersion !== null) tags.push(`os_version:${platform.osVersion}`);
    if (platform.architecture !== null) tags.push(`architecture:${platform.architecture}`);
    if (platform.configDigest !== null) tags.push(`image_id:${row.name}@${platform.configDigest}`);
  }
  tags.push(...row.image.tags);
  return sortedSet(tags);
}

/** The tags of a container: who and where it is, what image it runs, and every label as `key:value`. */
export function tagsOfContainer(row: Container): string[] {
  const tags = [`container_id:${row.id}`, ...tagsOfLabels(row.labels)];
  const known = {
    container_name: row.name,
    image_name: row.imageRepository,
    short_image: shortImage(row.imageRepository),
    image_tag: row.imageTag,
    host: row.hostName,
    kube_namespace: row.namespace,
    pod_name: row.podName,
    kube_cluster_name: row.cluster,
  };
  for (const [key, value] of Object.entries(known)) if (value !== '') tags.push(`${key}:${value}`);
  return sortedSet(tags);
}

/** Sorted by code unit, each once. */
export function sortedSet(texts: readonly string[]): string[] {
  return texts.toSorted().filter((text, place, sorted) => place === 0 || text !== sorted[place - 1]);
}

const TAG_OF_LABEL: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(LABEL_OF_TAG).map(([tag, label]) => [label, tag]),
);

function tagsOfLabels(labels: Labels): string[] {
  return labels.flatMap(([key, value]) => {
    const derived = Object.hasOwn(TAG_OF_LABEL, key) ? TAG_OF_LABEL[key] : undefined;
    return derived === undefined ? [`${key}:${value}`] : [`${key}:${value}`, `${derived}:${value}`];
  });
}
