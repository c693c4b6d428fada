import type { ImageSummary } from '../../domain/derive.ts';
import type { Member, ServiceAttributes } from '../../domain/image.ts';
import { nothing, SAME } from './form.ts';
import { textOf, textOrNull, type Word, wordOf } from './words.ts';

/** What an image service keeps beside the content, but the owner. */
export type Service = readonly [
  /** Or the image's. */
  name: Word,
  status: Word,
  visibility: Word,
  isProtected: boolean,
  hidden: boolean,
  minDisk: number,
  minRam: number,
  diskFormat: Word,
  containerFormat: Word,
  virtualSize: number | null,
  checksum: Word,
  /** Algorithm and value of a hash, or those in the image's digest. */
  hash: typeof SAME | readonly [algorithm: Word, value: Word],
  /** Member and status in turn. */
  members: readonly Word[],
];

/** Attributes of a container image that no image service told of: written as 0. */
const USUAL: Service = [
  SAME,
  wordOf('active'),
  wordOf('private'),
  false,
  false,
  0,
  0,
  wordOf('raw'),
  wordOf('docker'),
  null,
  wordOf(null),
  SAME,
  [],
];
const USUAL_TEXT = JSON.stringify(USUAL);

type Owner = Pick<ImageSummary, 'name' | 'digest'>;

/** Service attributes as an image's document holds them beside the owner. */
export function serviceForm(attributes: Omit<ServiceAttributes, 'owner'>, image: Owner): 0 | Service {
  const { name, status, visibility, protected: isProtected, hidden, minDisk, minRam, ...others } = attributes;
  const { diskFormat, containerFormat, virtualSize, checksum, hashAlgorithm, hashValue, members, ...left } = others;
  nothing(left);
  const [algorithm, value] = hashOf(image.digest);
  const isDigest = hashAlgorithm !== null && hashAlgorithm === algorithm && hashValue === value;
  const form: Service = [
    name === image.name ? SAME : wordOf(name),
    wordOf(status),
    wordOf(visibility),
    isProtected,
    hidden,
    minDisk,
    minRam,
    wordOf(diskFormat),
    wordOf(containerFormat),
    virtualSize,
    wordOf(checksum),
    isDigest ? SAME : [wordOf(hashAlgorithm), wordOf(hashValue)],
    members.flatMap(memberForm),
  ];
  return JSON.stringify(form) === USUAL_TEXT ? 0 : form;
}

/** The service attributes that {@link serviceForm} wrote. */
export function serviceOf(written: 0 | Service, owner: Word, image: Owner): ServiceAttributes {
  const form = written === 0 ? USUAL : written;
  const hash = form[11];
  const [algorithm, value] = hash === SAME ? hashOf(image.digest) : [textOrNull(hash[0]), textOrNull(hash[1])];
  return {
    protected: form[3],
    hidden: form[4],
    minDisk: form[5],
    minRam: form[6],
    virtualSize: form[9],
    checksum: textOrNull(form[10]),
    members: membersOf(form[12]),
    visibility: textOf(form[2]) as ServiceAttributes['visibility'],
    diskFormat: textOrNull(form[7]),
    containerFormat: textOrNull(form[8]),
    name: form[0] === SAME ? image.name : textOrNull(form[0]),
    status: textOf(form[1]),
    owner: textOrNull(owner),
    hashAlgorithm: algorithm,
    hashValue: value,
  };
}

/** Algorithm and value of a digest. */
function hashOf(digest: string | null): readonly [algorithm: string | null, value: string | null] {
  if (digest === null) return [null, null];
  const colon = digest.indexOf(':');
  return [digest.slice(0, Math.max(colon, 0)), digest.slice(colon + 1)];
}

function memberForm({ member, status, ...left }: Member): readonly Word[] {
  nothing(left);
  return [member, wordOf(status)];
}

function membersOf(form: readonly Word[]): Member[] {
  const members: Member[] = [];
  for (let place = 0; place < form.length; place += 2)
    members.push({ member: form[place] as string, status: textOf(form[place + 1]!) as Member['status'] });
  return members;
}
