import type { FieldType, RelationName } from '../catalogue.ts';
import { type Predicate, some, type Test } from '../predicate.ts';

/** A word of the native language: what it means over images. */
export interface NativeField {
  readonly type: FieldType;
  /** How a test on this word becomes a predicate over images. */
  readonly say: (test: Test) => Predicate;
  /** Where it lives, for printing. */
  readonly at: { readonly relation?: RelationName; readonly field: string };
  readonly about: string;
}

function own(field: string, type: FieldType, about: string): NativeField {
  return { type, at: { field }, say: (test) => ({ kind: 'compare', field, test }), about };
}

function of(relation: RelationName, field: string, type: FieldType, about: string): NativeField {
  return { type, at: { relation, field }, say: (test) => some(relation, { kind: 'compare', field, test }), about };
}

/** Every word, in the order the documentation lists them. `label.KEY` and `running` are the parser's own. */
export const NATIVE_FIELDS: ReadonlyMap<string, NativeField> = new Map([
  ['name', own('name', 'text', 'Primary reference')],
  ['digest', own('digest', 'text', 'Digest of manifest or index')],
  ['kind', own('kind', 'text', 'container or vm')],
  ['registry', of('reference', 'registry', 'text', 'Registry of any current reference')],
  ['repository', of('reference', 'repository', 'text', 'Repository path of any current reference')],
  ['tag', of('reference', 'tag', 'text', 'Tag of any current reference')],
  ['reference', of('reference', 'name', 'text', 'registry/repository:tag of any current reference')],
  ['mark', of('tag', 'value', 'text', 'Bare tag')],
  ['size', own('size', 'integer', 'Bytes; units kB, MB, GB, KiB, MiB, GiB')],
  ['built', own('built_at', 'time', 'Build time')],
  ['created', own('created_at', 'time', 'First recorded')],
  ['updated', own('updated_at', 'time', 'Last change of the record')],
  ['seen', own('last_seen_at', 'time', 'Last seen by any source')],
  ['scanned', own('scanned_at', 'time', 'Last complete scan')],
  ['os', of('platform', 'os', 'text', 'Operating system of any platform')],
  ['arch', of('platform', 'architecture', 'text', 'Architecture of any platform')],
  ['release', own('operating_system', 'text', 'Operating system as the scan names it')],
  ['user', own('user', 'text', 'User it runs as')],
  ['layer', of('layer', 'digest', 'text', 'Blob digest of any layer')],
  ['instruction', of('layer', 'value', 'text', 'Text of any build instruction')],
  ['containers', own('container_count', 'integer', 'Containers that exist now')],
  ['hosts', own('host_count', 'integer', 'Hosts that store or run it')],
  ['host', of('container', 'host_name', 'text', 'Host of any container')],
  ['pod', of('container', 'pod_name', 'text', 'Pod of any container')],
  ['namespace', of('container', 'namespace', 'text', 'Namespace of any container')],
  ['cluster', of('container', 'cluster', 'text', 'Cluster of any container')],
  ['state', of('container', 'state', 'text', 'State of any container')],
  ['source', of('source', 'kind', 'text', 'Kind of source that sees it')],
  ['status', own('status', 'text', 'Image service status')],
  ['visibility', own('visibility', 'text', 'public, private, shared or community')],
  ['owner', own('owner', 'text', 'Owner in the image service')],
  ['format', own('disk_format', 'text', 'Disk format')],
  ['problems', own('problem_count', 'integer', 'Recorded problems')],
  ['cves', own('cve_count', 'integer', 'Distinct CVEs found')],
  ['fixable_cves', own('fixable_cve_count', 'integer', 'Distinct CVEs with a fix')],
  ['cvss', own('top_cvss', 'float', 'Highest CVSS score')],
  ['risk', own('risk_score', 'float', 'Risk score')],
  ['package', of('package', 'name', 'text', 'Name of any package')],
  ['version', of('package', 'version', 'text', 'Version of any package')],
  ['vuln', of('finding', 'id', 'text', 'CVE or advisory id')],
  ['severity', of('finding', 'severity', 'integer', 'unknown, low, moderate, important, critical')],
  ['fixable', of('finding', 'fixable', 'boolean', 'A fix exists')],
]);

/** Severity words and their rank. */
export const SEVERITIES: readonly string[] = ['unknown', 'low', 'moderate', 'important', 'critical'];
