/**
 * The inventory as plain rows with relations, straight from the domain's own derivations: what the naive evaluation in
 * `evaluate.ts` looks at. Nothing here knows tables.
 */
import { type Container, isRunning } from '../../src/domain/container.ts';
import { deriveArguments, derivePlacements, deriveSummary, digestHead, instruction } from '../../src/domain/derive.ts';
import { contentsOf, deriveContent } from '../../src/domain/derive-content.ts';
import type { Id } from '../../src/domain/id.ts';
import type { Platform, Reference } from '../../src/domain/image.ts';
import type { ImageRecord } from '../../src/domain/record.ts';
import type { EntityName, RelationName } from '../../src/query/catalogue.ts';
import { indexedKey, indexedValue } from '../../src/store/indexed-text.ts';

export type Cell = string | number | boolean | null;

/** A row: its fields, and the rows of each relation. */
export interface Row {
  readonly fields: Readonly<Record<string, Cell>>;
  readonly relations: Readonly<Partial<Record<RelationName, () => readonly Row[]>>>;
}

export interface World {
  readonly project: Id;
  readonly images: readonly ImageRecord[];
  readonly containers: readonly Container[];
}

/** All rows of every entity. */
export function rowsOf(world: World): Readonly<Record<EntityName, readonly Row[]>> {
  const images = new Map(world.images.map((record) => [record.image.id, imageRow(record)]));
  const placements = new Map(world.images.map((record) => [record.image.id, placementRows(record)]));
  const containers = world.containers.map((container) => ({ container, row: containerRow(container) }));
  const contents = contentRows();

  return {
    image: [...images.values()],
    placement: [...placements.values()].flat(),
    content: contents.map(({ row }) => row),
    container: containers.map(({ row }) => row),
  };

  function containersOf(ids: readonly Id[]): readonly Container[] {
    return world.containers.filter((each) => each.imageId !== null && ids.includes(each.imageId));
  }

  function containerRowsOf(ids: readonly Id[]): readonly Row[] {
    return containers.filter((each) => ids.includes(each.container.imageId ?? '')).map(({ row }) => row);
  }

  function counts(records: readonly ImageRecord[]) {
    const here = containersOf(records.map((record) => record.image.id)).filter((each) => each.state !== 'gone');
    const hosts = [
      ...here.map((each) => each.hostId),
      ...records.flatMap((r) => r.image.hosts.map((host) => host.hostId)),
    ];
    return {
      container_count: here.length,
      running_count: here.filter((each) => isRunning(each.state)).length,
      host_count: new Set(hosts).size,
    };
  }

  function imageRow(record: ImageRecord): Row {
    const { image } = record;
    const summary = deriveSummary(record);
    const { scan, service } = image;
    return {
      fields: {
        id: image.id,
        digest: image.digest,
        kind: image.kind,
        media_type: image.mediaType,
        name: summary.name,
        registry: summary.registry,
        repository: summary.repository,
        image_tag: summary.tag,
        size: summary.size,
        built_at: summary.builtAt,
        created_at: image.createdAt,
        updated_at: image.updatedAt,
        last_seen_at: image.lastSeenAt,
        user: summary.user,
        operating_system: scan?.operatingSystem ?? '',
        scanned_at: scan?.scannedAt ?? null,
        signature_fetched_at: image.signatureFetchedAt,
        component_count: scan?.componentCount ?? null,
        cve_count: scan?.cveCount ?? null,
        fixable_cve_count: scan?.fixableCveCount ?? null,
        top_cvss: scan?.topCvss ?? null,
        risk_score: image.riskScore,
        ...counts([record]),
        service_name: service.name,
        status: service.status,
        visibility: service.visibility,
        owner: service.owner,
        protected: service.protected,
        hidden: service.hidden,
        min_disk: service.minDisk,
        min_ram: service.minRam,
        disk_format: service.diskFormat,
        container_format: service.containerFormat,
        virtual_size: service.virtualSize,
        checksum: service.checksum,
        hash_algorithm: service.hashAlgorithm,
        hash_value: service.hashValue,
        problem_count: image.problems.length,
      },
      relations: {
        placement: () => placements.get(image.id)!,
        content: () => contents.filter(({ digest }) => shows(record, digest)).map(({ row }) => row),
        container: () => containerRowsOf([image.id]),
        reference: () => image.references.map((each) => referenceRow(each, image.digest)),
        platform: () => image.platforms.map(platformRow),
        layer: () => image.platforms.flatMap(layerRows),
        label: () => labelRows(image.labels),
        tag: () => tagRows(image.tags),
        argument: () => deriveArguments(image).map((each) => leaf({ ...each })),
        host: () => hostRows(record),
        source: () => sourceRows(record),
        member: () => service.members.map((each) => leaf({ ...each })),
      },
    };
  }

  function placementRows(record: ImageRecord): readonly Row[] {
    const { image } = record;
    const summary = deriveSummary(record);
    return derivePlacements(image.references).map((each) => ({
      fields: {
        name: each.name,
        digest_head: digestHead(image.digest),
        short_name: each.shortName,
        registry: each.registry,
        repository: each.repository,
        tag_count: each.tagCount,
        size: summary.size,
        built_at: summary.builtAt,
        first_seen_at: each.firstSeenAt,
        last_seen_at: each.lastSeenAt,
        container_count: counts([record]).container_count,
        running_count: counts([record]).running_count,
      },
      relations: {
        image: () => [images.get(image.id)!],
        container: () => containerRowsOf([image.id]),
        reference: () => each.references.map((reference) => referenceRow(reference, image.digest)),
        platform: () => image.platforms.map(platformRow),
        layer: () => image.platforms.flatMap(layerRows),
        label: () => labelRows(image.labels),
        tag: () => tagRows(image.tags),
        source: () => sourceRows(record),
      },
    }));
  }

  function contentRows(): readonly { readonly digest: string; readonly row: Row }[] {
    const all = new Map(world.images.flatMap((record) => [...contentsOf(record, world.project)]));
    return [...all].map(([id, digest]) => {
      const content = deriveContent(id, digest, world.images)!;
      const showing = world.images.filter((record) => shows(record, digest));
      const ids = showing.map((record) => record.image.id);
      const used = containersOf(ids).map((each) => each.lastSeenAt);
      const { platform, summary } = content;
      const row: Row = {
        fields: {
          id,
          config_digest: digest,
          operating_system: content.operatingSystem,
          architecture: platform.architecture,
          author: platform.author,
          size: platform.size,
          built_at: platform.builtAt,
          created_at: summary.createdAt,
          updated_at: summary.updatedAt,
          last_used_at: used.length === 0 ? null : Math.max(...used),
          scanned_at: content.scannedAt,
          ...counts(showing),
          risk_score: content.riskScore,
        },
        relations: {
          image: () => ids.map((each) => images.get(each)!),
          container: () => containerRowsOf(ids),
          reference: () => content.references.map((each) => referenceRow(each, each.digest)),
          layer: () => content.newest.image.platforms.filter((each) => each.configDigest === digest).flatMap(layerRows),
          label: () => labelRows(content.labels),
          tag: () => tagRows(content.tags),
          source: () => showing.flatMap(sourceRows),
          host: () => showing.flatMap(hostRows),
        },
      };
      return { digest, row };
    });
  }

  function containerRow(container: Container): Row {
    return {
      fields: {
        id: container.id,
        name: container.name,
        image_id: container.imageId,
        image_digest: container.imageDigest,
        image_name: container.imageName,
        image_repository: container.imageRepository,
        image_tag: container.imageTag,
        state: container.state,
        host_id: container.hostId,
        host_name: container.hostName,
        agent_id: container.agentId,
        private_ip: container.privateIp,
        public_ip: container.publicIp,
        pod_id: container.podId,
        pod_name: container.podName,
        namespace: container.namespace,
        cluster: container.cluster,
        cluster_id: container.clusterId,
        entry_point: container.entryPoint,
        enterprise_project: container.enterpriseProject,
        created_at: container.createdAt,
        started_at: container.startedAt,
        first_seen_at: container.firstSeenAt,
        last_seen_at: container.lastSeenAt,
      },
      relations: {
        image: () => [images.get(container.imageId ?? '')].filter((row) => row !== undefined),
        label: () => labelRows([...new Map(container.labels)]),
      },
    };
  }
}

function shows({ image }: ImageRecord, digest: string): boolean {
  return image.platforms.some((platform) => platform.configDigest === digest);
}

function leaf(fields: Readonly<Record<string, Cell>>): Row {
  return { fields, relations: {} };
}

function referenceRow(each: Reference, digest: string | null): Row {
  const { registry, repository, tag } = each;
  return leaf({
    name: `${registry}/${repository}${tag === null ? '' : `:${tag}`}`,
    registry,
    repository,
    tag,
    digest,
    first_seen_at: each.firstSeenAt,
    last_seen_at: each.lastSeenAt,
  });
}

function platformRow(platform: Platform): Row {
  return leaf({
    os: platform.os,
    architecture: platform.architecture,
    variant: platform.variant,
    os_version: platform.osVersion,
    manifest_digest: platform.manifestDigest,
    config_digest: platform.configDigest,
    size: platform.size,
    built_at: platform.builtAt,
  });
}

function layerRows(platform: Platform): Row[] {
  return platform.layers.map((layer, position) =>
    leaf({ position, digest: layer.digest, ...instruction(layer.createdBy) }),
  );
}

/** Labels are told apart by what the index holds of them; one without a key is none. */
function labelRows(labels: readonly (readonly [string, string])[]): Row[] {
  const distinct = new Map(
    labels
      .filter(([key]) => key !== '')
      .map(([key, value]) => [
        `${indexedKey(key)}\0${indexedValue(value)}`,
        { key: indexedKey(key), value: indexedValue(value) },
      ]),
  );
  return [...distinct.values()].map(leaf);
}

function tagRows(tags: readonly string[]): Row[] {
  return [...new Set(tags.map(indexedValue))].map((value) => leaf({ value }));
}

function hostRows({ image }: ImageRecord): Row[] {
  return image.hosts.map((each) => leaf({ id: each.hostId, name: each.hostName }));
}

function sourceRows({ sources }: ImageRecord): Row[] {
  return sources.map((each) => leaf({ ...each }));
}

/** The different values every field has in an inventory, by `relation.field`. */
export function vocabularyOf(world: World): ReadonlyMap<string, readonly (string | number | boolean)[]> {
  const found = new Map<string, Set<string | number | boolean>>();
  const note = (of: RelationName, { fields }: Row) => {
    for (const [field, cell] of Object.entries(fields)) {
      const key = `${of}.${field}`;
      if (!found.has(key)) found.set(key, new Set());
      if (cell !== null) found.get(key)!.add(cell);
    }
  };
  for (const [entity, rows] of Object.entries(rowsOf(world))) {
    for (const row of rows) {
      note(entity as EntityName, row);
      for (const [relation, related] of Object.entries(row.relations)) {
        for (const each of related()) note(relation as RelationName, each);
      }
    }
  }
  return new Map([...found].map(([key, values]) => [key, [...values]]));
}
