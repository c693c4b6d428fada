import type { Digest } from './digest.ts';
import type { Id } from './id.ts';
import type { SourceRef } from './image.ts';
import type { Micros } from './time.ts';

export type ContainerState = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead' | 'gone';

/** One runtime instance of an image. A container that vanished is kept with state `gone` and its last-seen time. */
export interface Container {
  /** The runtime's own id (64 hex for Docker). */
  readonly id: string;
  readonly name: string;
  /** The image it was started from: derived from its digest, so known even before the image is. Null when unknown. */
  readonly imageId: Id | null;
  readonly imageDigest: Digest | null;
  /** Full reference as the runtime reports it, e.g. `docker.io/library/nginx:1.27`; '' when unknown. */
  readonly imageName: string;
  /** Repository path with registry, without tag: what Huawei HSS calls image_name. */
  readonly imageRepository: string;
  /** Tag, '' when none: what Huawei HSS calls image_version. */
  readonly imageTag: string;
  readonly state: ContainerState;
  readonly hostId: string;
  readonly hostName: string;
  readonly agentId: string;
  readonly privateIp: string;
  readonly publicIp: string;
  readonly podId: string;
  readonly podName: string;
  readonly namespace: string;
  readonly cluster: string;
  readonly clusterId: string;
  /** Start command, joined by blanks. */
  readonly entryPoint: string;
  /** Enterprise project (Huawei) the host belongs to; '0' is the default one. */
  readonly enterpriseProject: string;
  readonly labels: readonly (readonly [key: string, value: string])[];
  readonly createdAt: Micros | null;
  readonly startedAt: Micros | null;
  readonly finishedAt: Micros | null;
  readonly firstSeenAt: Micros;
  readonly lastSeenAt: Micros;
  readonly source: SourceRef;
}

/** Whether a state counts as running now. */
export function isRunning(state: ContainerState): boolean {
  return state === 'running' || state === 'paused' || state === 'restarting';
}
