/**
 * Texts that summary documents hold as a number, their place in this list: what sources and vendors write most often in
 * fixed places, and the keys of labels. They belong to the form of the documents (`form.ts`): another list is another form.
 */
// biome-ignore format: a table
const WORDS: readonly (string | null)[] = [
  null, '', 'container', 'vm', 'linux', 'amd64', 'arm64', 'v8', 'active', 'private',
  'raw', 'docker', 'registry', 'oci', 'archive', 'docker.io', 'latest', 'running', 'exited', 'gone',
  'application/vnd.oci.image.manifest.v1+json', 'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json', 'application/vnd.docker.distribution.manifest.list.v2+json',
  'org.opencontainers.image.created', 'org.opencontainers.image.authors', 'org.opencontainers.image.url',
  'org.opencontainers.image.documentation', 'org.opencontainers.image.source', 'org.opencontainers.image.version',
  'org.opencontainers.image.revision', 'org.opencontainers.image.vendor', 'org.opencontainers.image.licenses',
  'org.opencontainers.image.ref.name', 'org.opencontainers.image.title', 'org.opencontainers.image.description',
  'org.opencontainers.image.base.name', 'org.opencontainers.image.base.digest', 'maintainer', 'MAINTAINER',
  'name', 'version', 'release', 'vendor', 'summary', 'description', 'url', 'license', 'architecture', 'build-date',
  'com.redhat.component', 'com.redhat.license_terms', 'distribution-scope', 'io.buildah.version', 'io.k8s.description',
  'io.k8s.display-name', 'io.openshift.expose-services', 'io.openshift.tags', 'vcs-ref', 'vcs-type',
  'org.label-schema.build-date', 'org.label-schema.name', 'org.label-schema.schema-version', 'org.label-schema.vcs-ref',
  'org.label-schema.vcs-url', 'org.label-schema.vendor', 'org.label-schema.version',
  'com.docker.compose.project', 'com.docker.compose.service', 'com.docker.compose.version', 'com.docker.compose.image',
  'com.docker.compose.config-hash', 'com.docker.compose.container-number', 'com.docker.compose.depends_on',
  'com.docker.compose.oneoff', 'com.docker.compose.project.config_files', 'com.docker.compose.project.working_dir',
  'io.kubernetes.pod.namespace', 'io.kubernetes.pod.name', 'io.kubernetes.pod.uid', 'io.kubernetes.container.name',
  'io.kubernetes.docker.type', 'app.kubernetes.io/name', 'app.kubernetes.io/instance', 'app.kubernetes.io/component',
  'os_distro', 'os_version', 'os_type', 'hw_disk_bus', 'hw_firmware_type', 'hw_machine_type', 'hw_qemu_guest_agent',
  'hw_scsi_model', 'hw_vif_model', 'env', 'app', 'public',
  'shared', 'community', 'queued', 'saving', 'importing', 'uploading', 'deactivated', 'killed', 'deleted', 'pending_delete',
  'qcow2', 'vmdk', 'vhd', 'vhdx', 'vdi', 'iso', 'ploop', 'ami', 'aki', 'ari', 'bare', 'ovf', 'ova', 'compressed',
  'sha256', 'sha512', 'md5', 'pending', 'accepted', 'rejected', 'created', 'paused', 'restarting', 'removing', 'dead',
  'windows', 'darwin', 'freebsd', '386', 'arm', 'ppc64le', 's390x', 'riscv64', 'mips64le', 'loong64', 'v5', 'v6', 'v7',
  'root', 'nobody', 'nonroot', '1000', '1001', '65532', '65534', '65532:65532', 'nginx', '0',
  'ghcr.io', 'quay.io', 'gcr.io', 'registry.k8s.io', 'public.ecr.aws', 'mcr.microsoft.com', 'registry.gitlab.com',
  'registry.access.redhat.com', 'registry.redhat.io', 'nvcr.io', 'localhost:5000',
];

const PLACES: ReadonlyMap<string | null, number> = new Map(WORDS.map((word, place) => [word, place]));

/** A text as a document holds it: its place among the words, else itself. Null is a word, too. */
export type Word = string | number;

/** A text as a word. */
export function wordOf(text: string | null): Word {
  return PLACES.get(text) ?? text!;
}

/** The text of a word that is not null. */
export function textOf(word: Word): string {
  return textOrNull(word)!;
}

/** The text of a word, or null. */
export function textOrNull(word: Word): string | null {
  return typeof word === 'number' ? WORDS[word]! : word;
}
