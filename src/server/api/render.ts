import type { Container } from '../../domain/container.ts';
import { dashed } from '../../domain/id.ts';
import type { Image, Layer, Platform, PlatformSummary, Reference } from '../../domain/image.ts';
import type { ImageRow } from '../../domain/rows.ts';
import { formatRfc3339, type Micros } from '../../domain/time.ts';
import type { Job, RunProblem, SourceRecord, SourceRun } from '../../store/store.ts';

/** A time as the native API writes it; null stays null. */
export function time(value: Micros | null): string | null {
  return value === null ? null : formatRfc3339(value);
}

/** One image in a list. */
export function imageItem(row: ImageRow) {
  return {
    id: dashed(row.id),
    digest: row.digest,
    kind: row.kind,
    name: row.name,
    names: row.references.length,
    registry: row.registry,
    repository: row.repository,
    tag: row.tag,
    media_type: row.mediaType,
    size: row.size,
    platforms: row.platforms.map(platformItem),
    labels: Object.fromEntries(row.labels),
    tags: row.tags,
    verdict: verdict(row),
    scan: row.scan && {
      scanned_at: time(row.scan.scannedAt),
      operating_system: row.scan.operatingSystem,
      components: row.scan.componentCount,
      cves: row.scan.cveCount,
      fixable_cves: row.scan.fixableCveCount,
      top_cvss: row.scan.topCvss,
    },
    containers: row.containerCount,
    running: row.runningCount,
    hosts: row.hostCount,
    problems: row.problems.length,
    built_at: time(row.builtAt),
    created_at: time(row.createdAt),
    updated_at: time(row.updatedAt),
    last_seen_at: time(row.lastSeenAt),
  };
}

/** Never blank and never a false zero: an image nobody analysed says so. */
function verdict(row: Pick<ImageRow, 'scan' | 'problems'>): string {
  if (!row.scan) return row.problems.length > 0 ? `failed: ${row.problems[0]!.message}` : 'not analysed';
  if (row.problems.length > 0) return 'partial';
  return row.scan.cveCount > 0 ? 'findings' : 'clean';
}

/** One image whole, without its layers (a call of their own). */
export function imageDocument(image: Image, row: ImageRow) {
  return {
    ...imageItem(row),
    references: image.references.map(referenceItem),
    problems: image.problems,
    service: image.service,
    counts: {
      platforms: image.platforms.length,
      layers: image.platforms[0]?.layers.length ?? 0,
      references: image.references.length,
      containers: row.containerCount,
    },
  };
}

export function platformItem(platform: PlatformSummary | Platform) {
  return {
    os: platform.os,
    architecture: platform.architecture,
    variant: platform.variant,
    os_version: platform.osVersion,
    manifest_digest: platform.manifestDigest,
    config_digest: platform.configDigest,
    size: platform.size,
    built_at: time(platform.builtAt),
  };
}

/** Run settings of one platform. */
export function configItem(platform: Platform) {
  return {
    ...platformItem(platform),
    author: platform.author,
    user: platform.user,
    working_dir: platform.workingDir,
    entrypoint: platform.entrypoint,
    command: platform.command,
    env: platform.env,
    volumes: platform.volumes,
    exposed_ports: platform.exposedPorts,
    labels: Object.fromEntries(platform.labels),
  };
}

export function layerItem(layer: Layer, position: number) {
  return {
    position,
    digest: layer.digest,
    diff_id: layer.diffId,
    size: layer.size,
    media_type: layer.mediaType,
    instruction: layer.createdBy,
    built_at: time(layer.builtAt),
    empty: layer.empty,
  };
}

export function referenceItem(reference: Reference) {
  return {
    registry: reference.registry,
    repository: reference.repository,
    tag: reference.tag,
    first_seen_at: time(reference.firstSeenAt),
    last_seen_at: time(reference.lastSeenAt),
    sources: reference.sources.map((source) => ({ id: dashed(source.id), kind: source.kind })),
  };
}

export function containerItem(container: Container) {
  return {
    id: container.id,
    name: container.name,
    state: container.state,
    image: container.imageName,
    image_digest: container.imageDigest,
    image_id: container.imageId && dashed(container.imageId),
    host_id: container.hostId,
    host: container.hostName,
    pod: container.podName,
    namespace: container.namespace,
    cluster: container.cluster,
    private_ip: container.privateIp,
    public_ip: container.publicIp,
    entry_point: container.entryPoint,
    labels: Object.fromEntries(container.labels),
    created_at: time(container.createdAt),
    started_at: time(container.startedAt),
    finished_at: time(container.finishedAt),
    first_seen_at: time(container.firstSeenAt),
    last_seen_at: time(container.lastSeenAt),
  };
}

export function sourceItem(source: SourceRecord) {
  return {
    id: dashed(source.id),
    kind: source.kind,
    uri: source.uri,
    created_at: time(source.createdAt),
    last_run: source.lastRun && runItem(source.lastRun),
  };
}

export function runItem(run: SourceRun) {
  return {
    id: dashed(run.id),
    state: run.state,
    started_at: time(run.startedAt),
    finished_at: time(run.finishedAt),
    progress: run.progress,
    error: run.error,
  };
}

export function problemGroup(group: { code: string; count: number; samples: readonly RunProblem[] }) {
  return {
    code: group.code,
    count: group.count,
    samples: group.samples.map(({ message, part, at }) => ({ message, part, at: time(at) })),
  };
}

export function jobItem(job: Job) {
  return {
    id: dashed(job.id),
    queue: job.queue,
    key: job.key,
    state: job.state,
    priority: job.priority,
    attempts: job.attempts,
    max_attempts: job.maxAttempts,
    error: job.error,
    payload: job.payload,
    created_at: time(job.createdAt),
    run_at: time(job.runAt),
    finished_at: time(job.finishedAt),
  };
}

/** The body of a page of a list: its items, each as JSON, then what else it says. */
export function listDocument(items: readonly string[], rest: Readonly<Record<string, unknown>>): string {
  return `{"items":[${items.join(',')}],${JSON.stringify(rest).slice(1)}`;
}
