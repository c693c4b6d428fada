/**
 * Every label a query or an order may name, and what it is here. Labels are compared without regard to case; the
 * spelling in this table is the one queries are printed with.
 */
import type { Column, ColumnType } from './wire/column.ts';
import { type EnumTable, named, numbered } from './wire/enums.ts';
import { LABELS_ELSEWHERE } from './wire/labels-elsewhere.ts';

/** A set of rows that hang on an image. Labels of one table share a row; `deployment` has no rows here. */
export type TableName = 'layer' | 'package' | 'finding' | 'container' | 'deployment';

/** What a label is, and with that how it is asked and sorted by. */
export type Label =
  /** A field of the image. */
  | { readonly kind: 'own'; readonly column: Column }
  /** A list of words of the image. */
  | { readonly kind: 'array'; readonly argument: 'command' | 'entrypoint' | 'volume' }
  /** The labels of the image. */
  | { readonly kind: 'map' }
  /** A field of some row of a table. */
  | { readonly kind: 'joined'; readonly table: TableName; readonly column: Column }
  /** A map of some row of a table without rows. */
  | { readonly kind: 'joined-map' }
  /** The greatest or least value over the rows of a table. */
  | {
      readonly kind: 'extreme';
      readonly table: TableName;
      readonly column: Column;
      readonly pick: 'greatest' | 'least';
    }
  /** How many rows there are; `field`: the image's own count of all of them. */
  | { readonly kind: 'count'; readonly table: TableName | 'image' | 'namespace'; readonly field?: string }
  /** Only to sort by, by `column` the other way round; nothing when there is none. `derivation` is what errors call it. */
  | { readonly kind: 'order'; readonly table?: TableName; readonly column?: Column; readonly derivation: string }
  /** Nothing of an image. */
  | { readonly kind: 'elsewhere' };

const text = (field: string): Column => ({ type: 'text', field });
const textOr = (field: string): Column => ({ type: 'text', field, nullable: true, missing: '' });
const time = (field: string): Column => ({ type: 'time', field, nullable: true });
const score = (field: string): Column => ({ type: 'score', field, nullable: true, missing: 0 });
const integer = (field: string): Column => ({ type: 'integer', field, nullable: true, missing: 0 });
const own = (column: Column): Label => ({ kind: 'own', column });
const joined = (table: TableName, column: Column): Label => ({ kind: 'joined', table, column });
const layer = (column: Column): Label => joined('layer', column);
const component = (column: Column): Label => joined('package', column);
const finding = (column: Column): Label => joined('finding', column);
const workload = (column: Column): Label => joined('container', column);
const extreme = (table: TableName, column: Column, pick: 'greatest' | 'least'): Label => ({
  kind: 'extreme',
  table,
  column,
  pick,
});
const nothing = (type: ColumnType, names?: EnumTable): Column => ({ type, field: null, nullable: true, names });
const deployment = (type: ColumnType, names?: EnumTable): Label => joined('deployment', nothing(type, names));
const severityCount: Label = { kind: 'order', derivation: 'CustomFieldType' };
const JOINED_MAP: Label = { kind: 'joined-map' };

const RISK: Column = { type: 'score', field: 'risk_score' };
const COMPONENT_RISK = score('risk_score');
const COMPONENT_CVSS = score('top_cvss');
const CVSS = score('cvss');
const NVD_CVSS = score('nvd_cvss');
const IMPACT = score('impact_score');
const EPSS: Column = { type: 'probability', field: 'epss', nullable: true, missing: 0 };
const PUBLISHED = time('published_at');
const FIRST_SEEN = time('first_seen_at');
const FIRST_IN_IMAGE = time('first_seen_in_image_at');

const severities = ['UNKNOWN', 'LOW', 'MODERATE', 'IMPORTANT', 'CRITICAL'].map((n) => `${n}_VULNERABILITY_SEVERITY`);
const SEVERITY: Column = { type: 'enum', field: 'severity', names: numbered('imagecvev2.severity', ...severities) };
const STATE: Column = {
  type: 'enum',
  field: 'state',
  names: named('imagecvev2.cve_base_info.state', 'OBSERVED', 'DEFERRED', 'FALSE_POSITIVE'),
};
const COMPONENT_SOURCE: Column = {
  type: 'enum',
  field: 'source',
  names: named(
    'imagecomponentv2.source',
    'OS',
    'PYTHON',
    'JAVA',
    'RUBY',
    'NODEJS',
    'DOTNETCORERUNTIME',
    'INFRASTRUCTURE',
    'GO',
  ),
};
const EXPOSURE = ['UNSET', 'EXTERNAL', 'NODE', 'INTERNAL', 'HOST', 'ROUTE'];

/** Labels that reach something of an image, by their usual spelling. */
export const LABELS: Readonly<Record<string, Label>> = {
  // The image itself
  'Image Sha': own(text('digest')),
  Image: own(text('name')),
  'Image Registry': own(text('registry')),
  'Image Remote': own(text('repository')),
  'Image Tag': own(text('image_tag')),
  'Image Created Time': own(time('built_at')),
  'Image User': own(text('user')),
  'Image Command': { kind: 'array', argument: 'command' },
  'Image Entrypoint': { kind: 'array', argument: 'entrypoint' },
  'Image Volumes': { kind: 'array', argument: 'volume' },
  'Image Label': { kind: 'map' },
  'Image Scan Time': own(time('scanned_at')),
  'Image OS': own(text('operating_system')),
  'Image Signature Fetched Time': own(time('signature_fetched_at')),
  'Image CVE Count': own(integer('cve_count')),
  'Fixable CVE Count': own(integer('fixable_cve_count')),
  'Last Updated': own({ type: 'time', field: 'updated_at' }),
  'Image Risk Score': own(RISK),
  'Image Risk Priority': { kind: 'order', column: RISK, derivation: 'SimpleReverseSortDerivationType' },
  'Image Top CVSS': own(score('top_cvss')),

  // Its layers
  'Dockerfile Instruction Keyword': layer(text('keyword')),
  'Dockerfile Instruction Value': layer(text('value')),

  // Its components
  'Component ID': component(nothing('text')),
  Component: component(text('name')),
  'Component Version': component(text('version')),
  'Component Source': component(COMPONENT_SOURCE),
  'Component Risk Score': component(COMPONENT_RISK),
  'Component Risk Priority': {
    kind: 'order',
    table: 'package',
    column: COMPONENT_RISK,
    derivation: 'SimpleReverseSortDerivationType',
  },
  'Component Risk Priority Score Max': {
    kind: 'order',
    table: 'package',
    column: COMPONENT_RISK,
    derivation: 'MaxReverseSortDerivationType',
  },
  'Component Top CVSS': component(COMPONENT_CVSS),
  'Component Top CVSS Max': extreme('package', COMPONENT_CVSS, 'greatest'),
  'Operating System': component(textOr('operating_system')),
  'Component Location': component(textOr('location')),
  'Component Layer Type': component(
    nothing('enum', named('imagecomponentv2.layer_type', 'UNSET', 'APPLICATION', 'BASE_IMAGE')),
  ),

  // Its vulnerabilities
  'CVE ID': finding(nothing('text')),
  CVE: finding(text('id')),
  'CVE Published On': finding(PUBLISHED),
  'CVE Published On Min': extreme('finding', PUBLISHED, 'least'),
  'CVE Created Time': finding(FIRST_SEEN),
  'CVE Created Time Min': extreme('finding', FIRST_SEEN, 'least'),
  'EPSS Probability': finding(EPSS),
  'EPSS Probability Max': extreme('finding', EPSS, 'greatest'),
  CVSS: finding(CVSS),
  'CVSS Max': extreme('finding', CVSS, 'greatest'),
  Severity: finding(SEVERITY),
  'Severity Max': extreme('finding', SEVERITY, 'greatest'),
  'Impact Score': finding(IMPACT),
  'Impact Score Max': extreme('finding', IMPACT, 'greatest'),
  'NVD CVSS': finding(NVD_CVSS),
  'NVD CVSS Max': extreme('finding', NVD_CVSS, 'greatest'),
  'First Image Occurrence Timestamp': finding(FIRST_IN_IMAGE),
  'First Image Occurrence Timestamp Min': extreme('finding', FIRST_IN_IMAGE, 'least'),
  'Vulnerability State': finding(STATE),
  'Vulnerability State Max': extreme('finding', STATE, 'greatest'),
  Fixable: finding({ type: 'boolean', field: 'fixable' }),
  'Fixed By': finding(textOr('fixed_version')),
  'Advisory Name': finding(textOr('advisory')),
  'Advisory Link': finding(textOr('advisory_link')),
  'CVE Fix Available Timestamp': finding(time('fix_available_at')),
  'CISA KEV': finding({ type: 'boolean', field: 'known_exploited' }),

  // How many there are
  'Component Count': { kind: 'count', table: 'package', field: 'component_count' },
  'CVE Count': { kind: 'count', table: 'finding', field: 'cve_count' },
  'Image Count': { kind: 'count', table: 'image' },
  'Deployment Count': { kind: 'count', table: 'deployment' },
  'Namespace Count': { kind: 'count', table: 'namespace' },
  'Unknown Severity Count': severityCount,
  'Fixable Unknown Severity Count': severityCount,
  'Low Severity Count': severityCount,
  'Fixable Low Severity Count': severityCount,
  'Moderate Severity Count': severityCount,
  'Fixable Moderate Severity Count': severityCount,
  'Important Severity Count': severityCount,
  'Fixable Important Severity Count': severityCount,
  'Critical Severity Count': severityCount,
  'Fixable Critical Severity Count': severityCount,

  // What runs it: known of containers
  Namespace: workload(text('namespace')),
  Cluster: workload(text('cluster')),
  'Cluster ID': workload({ type: 'uuid', field: 'cluster_id' }),

  // What runs it: not known here
  'Image ID': deployment('text'),
  'Deployment ID': deployment('uuid'),
  Deployment: deployment('text'),
  'Deployment Hash': deployment('integer'),
  'Deployment Type': deployment('text'),
  'Deployment Label': JOINED_MAP,
  'Deployment Annotation': JOINED_MAP,
  'Deployment Risk Score': deployment('score'),
  'Deployment Risk Priority': {
    kind: 'order',
    table: 'deployment',
    column: nothing('score'),
    derivation: 'SimpleReverseSortDerivationType',
  },
  'Namespace ID': deployment('uuid'),
  'Namespace Label': JOINED_MAP,
  'Namespace Annotation': JOINED_MAP,
  'Cluster Label': JOINED_MAP,
  'Cluster Type': deployment(
    'enum',
    named('cluster.type', 'GENERIC_CLUSTER', 'KUBERNETES_CLUSTER', 'OPENSHIFT_CLUSTER', 'OPENSHIFT4_CLUSTER'),
  ),
  'Cluster Platform Type': deployment(
    'enum',
    named(
      'cluster.status.provider_metadata.cluster.type',
      'UNSPECIFIED',
      'AKS',
      'ARO',
      'EKS',
      'GKE',
      'OCP',
      'OSD',
      'ROSA',
    ),
  ),
  'Cluster Kubernetes Version': deployment('text'),
  'Pod Label': JOINED_MAP,
  'Orchestrator Component': deployment('boolean'),
  'Platform Component': deployment('boolean'),
  Created: deployment('time'),
  'Image Pull Secret': deployment('text'),
  'Service Account': deployment('text'),
  'Service Account Permission Level': deployment(
    'enum',
    named(
      'deployment.service_account_permission_level',
      'UNSET',
      'NONE',
      'DEFAULT',
      'ELEVATED_IN_NAMESPACE',
      'ELEVATED_CLUSTER_WIDE',
      'CLUSTER_ADMIN',
    ),
  ),
  'Container Type': deployment('enum', named('deployment.containers.type', 'REGULAR', 'INIT')),
  Privileged: deployment('boolean'),
  'Drop Capabilities': deployment('text'),
  'Add Capabilities': deployment('text'),
  'Read Only Root Filesystem': deployment('boolean'),
  'CPU Cores Request': deployment('score'),
  'CPU Cores Limit': deployment('score'),
  'Memory Request (MB)': deployment('score'),
  'Memory Limit (MB)': deployment('score'),
  'Volume Name': deployment('text'),
  'Volume Source': deployment('text'),
  'Volume Destination': deployment('text'),
  'Volume ReadOnly': deployment('boolean'),
  'Volume Type': deployment('text'),
  Secret: deployment('text'),
  'Secret Path': deployment('text'),
  'Environment Key': deployment('text'),
  'Environment Value': deployment('text'),
  'Environment Variable Source': deployment(
    'enum',
    named(
      'deployment.containers.config.env.env_var_source',
      'UNSET',
      'RAW',
      'SECRET_KEY',
      'CONFIG_MAP_KEY',
      'FIELD',
      'RESOURCE_FIELD',
      'UNKNOWN',
    ),
  ),
  Port: deployment('integer'),
  'Port Protocol': deployment('text'),
  'Max Exposure Level': deployment('enum', named('deployment.ports.exposure', ...EXPOSURE)),
  'Exposure Level': deployment('enum', named('deployment.ports.exposure_infos.level', ...EXPOSURE)),
  'Exposing Service': deployment('text'),
  'Exposing Service Port': deployment('integer'),
  'Exposed Node Port': deployment('integer'),
  'External IP': deployment('text'),
  'External Hostname': deployment('text'),

  // The order by id
  _id: { kind: 'elsewhere' },
};

const BY_LOWER_CASE: ReadonlyMap<string, Label> = new Map(
  Object.entries(LABELS).map(([name, label]) => [name.toLowerCase(), label]),
);
const ELSEWHERE: Label = { kind: 'elsewhere' };

/** What a label is; `undefined` for a word that is none. */
export function findLabel(name: string): Label | undefined {
  const lower = name.toLowerCase();
  return BY_LOWER_CASE.get(lower) ?? (LABELS_ELSEWHERE.has(lower) ? ELSEWHERE : undefined);
}
