import type { SourceKind } from '../source.ts';
import { collectRegistry } from './collect.ts';
import { formatRegistryUri, parseRegistryUri } from './uri.ts';

/**
 * Container registries that speak the distribution API (OCI distribution-spec 1.1, Docker Registry HTTP API V2).
 * `parse` takes `user:password@` out of the URI and gives it back as a secret named after the registry's host, in the
 * form `user:password` that the `registry-credentials` setting has.
 */
export const registrySource: SourceKind = {
  id: 'registry',
  schemes: ['registry'],
  remote: true,
  about: 'A container registry, one of its repositories, or one image in it',
  parse(uri) {
    const { target, secrets } = parseRegistryUri(uri);
    const uriWithout = formatRegistryUri(target);
    if (secrets === null) return { uri: uriWithout };
    return { uri: uriWithout, secrets: { [target.registry]: `${secrets.username}:${secrets.password}` } };
  },
  async collect(uri, context) {
    await collectRegistry(parseRegistryUri(uri).target, context);
  },
};
