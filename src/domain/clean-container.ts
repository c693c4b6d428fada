import { Bounds, TEXT_BYTES } from './bounds.ts';
import type { Container } from './container.ts';
import { type Id, imageId } from './id.ts';

const { part, name, long } = TEXT_BYTES;

/** A container as it can be kept: storable texts of bounded length, exact times, its image's id from the digest. */
export function cleanContainer(container: Container, project: Id): Container {
  const bounds = new Bounds();
  const text = (value: string, bytes: number = part) => bounds.text(value, bytes);
  const imageDigest = bounds.optional(container.imageDigest, part);
  return {
    id: text(container.id),
    name: text(container.name),
    imageId: imageDigest === null ? container.imageId : imageId(project, imageDigest),
    imageDigest,
    imageName: text(container.imageName, name),
    imageRepository: text(container.imageRepository, name),
    imageTag: text(container.imageTag),
    state: container.state,
    hostId: text(container.hostId),
    hostName: text(container.hostName),
    agentId: text(container.agentId),
    privateIp: text(container.privateIp),
    publicIp: text(container.publicIp),
    podId: text(container.podId),
    podName: text(container.podName),
    namespace: text(container.namespace),
    cluster: text(container.cluster),
    clusterId: text(container.clusterId),
    entryPoint: text(container.entryPoint, long),
    enterpriseProject: text(container.enterpriseProject),
    labels: bounds.labels(container.labels),
    createdAt: bounds.whole(container.createdAt),
    startedAt: bounds.whole(container.startedAt),
    finishedAt: bounds.whole(container.finishedAt),
    firstSeenAt: container.firstSeenAt,
    lastSeenAt: container.lastSeenAt,
    source: { id: container.source.id, kind: container.source.kind },
  };
}
