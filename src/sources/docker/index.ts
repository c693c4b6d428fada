import type { SourceKind } from '../source.ts';
import { collectEngine } from './collect.ts';
import { followEngine } from './follow.ts';
import { parseEngineUri } from './socket.ts';

/** Docker engines and podman, over their socket. */
export const dockerSource: SourceKind = {
  id: 'docker',
  schemes: ['docker'],
  remote: false,
  about: 'A Docker engine or podman on this host: its images, containers and the host itself, followed by events',
  parse: parseEngineUri,
  collect: collectEngine,
  follow: followEngine,
};
