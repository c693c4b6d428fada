import type { SourceKind } from '../source.ts';
import { collectRegistry } from './collect.ts';
import { formatRegistryUri, parseRegistryUri } from './uri.ts';

/**
 * Container registries that speak the distribution API (OCI distribution-spec 1.1, Docker Registry HTTP API V2).
 * `parse` takes `user:password@` out of the URI and gives it back as the secrets `username` and `password`, which
 * belong into `registryCredentials` under the registry's host.
 */
export const registrySource: SourceKind = {
  id: 'registry',
  schemes: ['registry'],
  remote: true,
  about: 'A container registry, one of its repositories, or one image in it',
  parse(uri) {
    const { target, secrets } = parseRegistryUri(uri);
    return { uri: formatRegistryUri(target), ...(secrets === null ? {} : { secrets }) };
  },
  async collect(uri, context) {
    await collectRegistry(parseRegistryUri(uri).target, context);
  },
};
