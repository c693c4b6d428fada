import type { Container } from '../../domain/container.ts';
import type { Micros } from '../../domain/time.ts';
import { at, atOrNull, FORM, nothing, readForm, SAME, since, sinceOrNull, type Time, writeForm } from './form.ts';
import { type Pairs, pairsForm, pairsOf } from './pairs.ts';
import { textOf, textOrNull, type Word, wordOf } from './words.ts';

type ContainerForm = readonly [
  form: number,
  id: string,
  name: string,
  imageId: Word,
  imageDigest: Word,
  /** Or repository and tag, a colon between them. */
  imageName: Word,
  imageRepository: Word,
  imageTag: Word,
  state: Word,
  hostId: Word,
  hostName: Word,
  agentId: Word,
  privateIp: Word,
  publicIp: Word,
  podId: Word,
  /** Or the container's. */
  podName: Word,
  namespace: Word,
  cluster: Word,
  clusterId: Word,
  entryPoint: Word,
  enterpriseProject: Word,
  labels: Pairs,
  firstSeenAt: Micros,
  createdAtSinceFirstSeen: Time | null,
  startedAtSinceFirstSeen: Time | null,
  finishedAtSinceFirstSeen: Time | null,
  lastSeenAtSinceFirstSeen: Time,
  sourceId: Word,
  sourceKind: Word,
];

/** The document of a container. */
export function encodeContainer(container: Container): string {
  const { id, name, imageId, imageDigest, imageName, imageRepository, imageTag, state, ...others } = container;
  const { hostId, hostName, agentId, privateIp, publicIp, podId, podName, namespace, cluster, ...more } = others;
  const { clusterId, entryPoint, enterpriseProject, labels, source, ...times } = more;
  const { firstSeenAt, createdAt, startedAt, finishedAt, lastSeenAt, ...left } = times;
  nothing(left);
  const { id: sourceId, kind: sourceKind, ...leftOfSource } = source;
  nothing(leftOfSource);
  return writeForm<ContainerForm>([
    FORM,
    id,
    name,
    wordOf(imageId),
    wordOf(imageDigest),
    imageName === tagged(imageRepository, imageTag) ? SAME : wordOf(imageName),
    wordOf(imageRepository),
    wordOf(imageTag),
    wordOf(state),
    wordOf(hostId),
    wordOf(hostName),
    wordOf(agentId),
    wordOf(privateIp),
    wordOf(publicIp),
    wordOf(podId),
    podName === name ? SAME : wordOf(podName),
    wordOf(namespace),
    wordOf(cluster),
    wordOf(clusterId),
    wordOf(entryPoint),
    wordOf(enterpriseProject),
    pairsForm(labels),
    firstSeenAt,
    sinceOrNull(firstSeenAt, createdAt),
    sinceOrNull(firstSeenAt, startedAt),
    sinceOrNull(firstSeenAt, finishedAt),
    since(firstSeenAt, lastSeenAt),
    wordOf(sourceId),
    wordOf(sourceKind),
  ]);
}

/** The container of a document that {@link encodeContainer} made. */
export function decodeContainer(text: string): Container {
  const form = readForm<ContainerForm>(text);
  const imageRepository = textOf(form[6]);
  const imageTag = textOf(form[7]);
  const firstSeenAt = form[22];
  return {
    id: form[1],
    name: form[2],
    imageId: textOrNull(form[3]),
    imageDigest: textOrNull(form[4]),
    imageName: form[5] === SAME ? tagged(imageRepository, imageTag) : textOf(form[5]),
    imageRepository,
    imageTag,
    state: textOf(form[8]) as Container['state'],
    hostId: textOf(form[9]),
    hostName: textOf(form[10]),
    agentId: textOf(form[11]),
    privateIp: textOf(form[12]),
    publicIp: textOf(form[13]),
    podId: textOf(form[14]),
    podName: form[15] === SAME ? form[2] : textOf(form[15]),
    namespace: textOf(form[16]),
    cluster: textOf(form[17]),
    clusterId: textOf(form[18]),
    entryPoint: textOf(form[19]),
    enterpriseProject: textOf(form[20]),
    labels: pairsOf(form[21]),
    createdAt: atOrNull(firstSeenAt, form[23]),
    startedAt: atOrNull(firstSeenAt, form[24]),
    finishedAt: atOrNull(firstSeenAt, form[25]),
    firstSeenAt,
    lastSeenAt: at(firstSeenAt, form[26]),
    source: { id: textOf(form[27]), kind: textOf(form[28]) },
  };
}

function tagged(repository: string, tag: string): string {
  return tag === '' ? repository : `${repository}:${tag}`;
}
