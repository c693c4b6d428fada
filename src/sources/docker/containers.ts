/** An engine's `inspect` of a container as a container of the inventory. */
import type { Container, ContainerState } from '../../domain/container.ts';
import { parseImageName } from '../../domain/reference.ts';
import { type Micros, parseRfc3339 } from '../../domain/time.ts';
import type { JsonObject } from '../manifest/json.ts';
import type { EngineHost } from './host.ts';
import type { Identity } from './images.ts';
import { objectOf, pairsOf, textOf, textsOf } from './json.ts';

/** A container as sources report it. */
export type FoundContainer = Omit<Container, 'source' | 'firstSeenAt' | 'lastSeenAt'>;

/** Docker's states, and podman's where they differ. */
const STATES: Readonly<Record<string, ContainerState>> = {
  created: 'created',
  configured: 'created',
  initialized: 'created',
  running: 'running',
  stopping: 'running',
  paused: 'paused',
  restarting: 'restarting',
  removing: 'removing',
  exited: 'exited',
  stopped: 'exited',
  dead: 'dead',
};

/** Reads one container. `identityOf` knows the images of the engine by its ids. */
export function readContainer(
  value: unknown,
  host: EngineHost,
  identityOf: (imageId: string) => Identity | undefined,
): FoundContainer | undefined {
  const json = objectOf(value);
  const id = textOf(json['Id']);
  if (id === '') return undefined;
  const config = objectOf(json['Config']);
  const state = objectOf(json['State']);
  const labels = pairsOf(config['Labels']);
  const label = new Map(labels);
  const status = STATES[textOf(state['Status'])] ?? 'dead';
  const isUp = status === 'running' || status === 'paused' || status === 'restarting';
  return {
    id,
    name: label.get('io.kubernetes.container.name') ?? textOf(json['Name']).replace(/^\//, ''),
    ...imageOf(textOf(json['Image']), textOf(config['Image']), identityOf),
    state: status,
    hostId: host.hostId,
    hostName: host.hostName,
    agentId: '',
    privateIp: addressOf(objectOf(json['NetworkSettings'])),
    publicIp: '',
    podId: label.get('io.kubernetes.pod.uid') ?? '',
    podName: label.get('io.kubernetes.pod.name') ?? '',
    namespace: label.get('io.kubernetes.pod.namespace') ?? '',
    cluster: '',
    clusterId: '',
    entryPoint: startedBy(json, config),
    enterpriseProject: '0',
    labels,
    createdAt: timeOf(json['Created']),
    startedAt: timeOf(state['StartedAt']),
    // A container that was started again still has the end of its last run there.
    finishedAt: isUp ? null : timeOf(state['FinishedAt']),
  };
}

/** Path and arguments. Where the configuration has but one word, podman's arguments repeat it. */
function startedBy(json: JsonObject, config: JsonObject): string {
  const path = textOf(json['Path']);
  const args = textsOf(json['Args']);
  const configured = [...textsOf(config['Entrypoint']), ...textsOf(config['Cmd'])];
  const repeated = configured.length === 1 && args.length === 1 && args[0] === path;
  return [path, ...(repeated ? [] : args)].filter((word) => word !== '').join(' ');
}

type ImageFields = Pick<FoundContainer, 'imageId' | 'imageDigest' | 'imageName' | 'imageRepository' | 'imageTag'>;

/** `imageId` belongs to a project and is derived from the digest where the container is stored. */
function imageOf(id: string, name: string, identityOf: (imageId: string) => Identity | undefined): ImageFields {
  const identity = identityOf(id);
  const primary = identity?.images.get(identity.primary)?.[0];
  // Started by id: Docker repeats the id as name.
  const isId = name.startsWith('sha256:') || (/^[0-9a-f]{12,64}$/.test(name) && id.includes(name));
  const parsed = isId ? undefined : parseImageName(name);
  const reference = parsed ?? primary;
  if (!reference)
    return {
      imageId: null,
      imageDigest: identity?.primary ?? (id || null),
      imageName: '',
      imageRepository: '',
      imageTag: '',
    };
  const imageRepository = `${reference.registry}/${reference.repository}`;
  // A name without tag and digest means latest to every engine.
  const imageTag = reference.tag ?? (parsed && !parsed.digest ? 'latest' : '');
  const digest = identity?.byRepository.get(imageRepository) ?? identity?.primary ?? (id || null);
  const imageName = `${imageRepository}${imageTag === '' ? '' : `:${imageTag}`}${parsed?.digest ? `@${parsed.digest}` : ''}`;
  return { imageId: null, imageDigest: digest, imageName, imageRepository, imageTag };
}

/** The first address it has in any network. */
function addressOf(settings: Readonly<Record<string, unknown>>): string {
  const networks = Object.values(objectOf(settings['Networks'])).map(objectOf);
  const found = [settings, ...networks].flatMap((network) => [
    textOf(network['IPAddress']),
    textOf(network['GlobalIPv6Address']),
  ]);
  return found.find((address) => address !== '') ?? '';
}

function timeOf(value: unknown): Micros | null {
  const time = parseRfc3339(textOf(value));
  return time === undefined || time <= 0 ? null : time;
}
