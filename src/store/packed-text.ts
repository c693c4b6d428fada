import { deflateRawSync, inflateRawSync } from 'node:zlib';

/**
 * What documents have in common, so that short ones are packed well too; what is most frequent stands last. It is part
 * of what is stored: another one cannot read what was packed with this one, so it never changes.
 */
const COMMON = Buffer.from(
  [
    '"problems":[],"limits":[],"given":{},"sources":[{"id":"","kind":"registry"}],"size":null,"hosts":[{"hostId":"",',
    '"hostName":"","firstSeenAt":17,"lastSeenAt":17,"source":{"id":"","kind":"docker"}}],"author":null,"user":"root",',
    '"user":null,"user":"","workingDir":null,"workingDir":"/app","command":["--serve"],"command":["/bin/sh","-c",',
    '"entrypoint":["/docker-entrypoint.sh"],"entrypoint":["/usr/local/bin/","volumes":[],"exposedPorts":["80/tcp",',
    '"443/tcp","8080/tcp"],"exposedPorts":[],"env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"',
    ',"LANG=C.UTF-8"],"dockerVersion":null,"labels":[["org.opencontainers.image.title",""],',
    '["org.opencontainers.image.source","https://github.com/"],["org.opencontainers.image.revision",""],',
    '["org.opencontainers.image.vendor",""],["org.opencontainers.image.version","1."]],"variant":"v8","variant":null,',
    '"osVersion":null,"size":0,"builtAt":null,"builtAt":17,"os":"linux","architecture":"arm64","architecture":"amd64",',
    '{"platforms":[{"manifestDigest":"sha256:","configDigest":"sha256:","layers":[{"digest":null,"diffId":null,',
    '"size":null,"mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip","createdBy":"/bin/sh -c #(nop) ENV ',
    'CMD [\\"WORKDIR ENTRYPOINT [\\"EXPOSE LABEL COPY --from= ADD rootfs.tar.xz / # buildkit","createdBy":"COPY . . # buildkit',
    '","createdBy":"RUN /bin/sh -c set -eux; apt-get update && apt-get install -y --no-install-recommends ca-certificates ',
    '# buildkit","builtAt":17,"author":null,"comment":"buildkit.dockerfile.v0","empty":true},{"digest":"sha256:","diffId":',
    '"sha256:","size":1,"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","createdBy":"RUN /bin/sh -c  # buildkit",',
    '"builtAt":17,"author":null,"comment":null,"empty":false},{"digest":"sha256:","diffId":"sha256:',
  ].join(''),
);

/** The lowest: above it documents get a few per cent smaller for up to twice the time. */
const LEVEL = 1;

/** A text as raw deflated bytes (RFC 1951) with a preset dictionary: documents that are read one at a time. */
export function packText(text: string): Uint8Array {
  // A copy of its own: what goes to another thread takes the whole memory behind it along.
  return new Uint8Array(deflateRawSync(text, { level: LEVEL, dictionary: COMMON }));
}

/** The text that {@link packText} packed. @throws Error of zlib when the bytes are damaged */
export function unpackText(bytes: Uint8Array): string {
  return inflateRawSync(bytes, { dictionary: COMMON }).toString('utf8');
}
