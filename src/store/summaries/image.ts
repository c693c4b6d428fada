import type { ImageSummary } from '../../domain/derive.ts';
import type { Problem, Reference, ScanSummary } from '../../domain/image.ts';
import { primaryReference } from '../../domain/record.ts';
import type { Micros } from '../../domain/time.ts';
import { at, FORM, nothing, readForm, since, type Time, writeForm } from './form.ts';
import { type Pairs, pairsForm, pairsOf } from './pairs.ts';
import { type Platforms, platformsForm, platformsOf } from './platforms.ts';
import { type References, referencesForm, referencesOf } from './references.ts';
import { type Service, serviceForm, serviceOf } from './service.ts';
import { textOf, textOrNull, type Word, wordOf } from './words.ts';

type ImageForm = readonly [
  form: number,
  id: string,
  kind: Word,
  digest: Word,
  mediaType: Word,
  createdAt: Micros,
  updatedAtSinceCreated: Time,
  lastSeenAtSinceCreated: Time,
  /** Seen first since the image was created, last since it was last seen. */
  references: References,
  name: Naming,
  platforms: Platforms,
  /** The place of the platform whose size and build time it has, or both. */
  primary: number | readonly [size: number | null, builtAt: Micros | null],
  user: Word,
  labels: Pairs,
  tags: readonly string[],
  owner: Word,
  service: 0 | Service,
  /** 0 where it was never scanned and has neither risk nor signature nor problems. */
  findings: 0 | Findings,
];

/** The place of the reference it is named by; or its name, where there is none; or name, registry, repository, tag. */
type Naming = number | string | readonly [name: string, registry: string, repository: string, tag: string];

type Findings = readonly [
  scan: Scan | null,
  riskScore: number,
  signatureFetchedAt: Micros | null,
  /** Code, message and part in turn. */
  problems: readonly Word[],
];

const NO_FINDINGS: Findings = [null, 0, null, []];

type Scan = readonly [
  scannedAt: Micros,
  operatingSystem: Word,
  componentCount: number,
  cveCount: number,
  fixableCveCount: number | null,
  topCvss: number | null,
];

/** The document of an image. */
export function encodeImage(summary: ImageSummary): string {
  const { id, kind, digest, mediaType, createdAt, updatedAt, lastSeenAt, references, platforms, ...others } = summary;
  const { name, registry, repository, tag, size, builtAt, user, labels, tags, service, ...findings } = others;
  const { scan, riskScore, signatureFetchedAt, problems, ...left } = findings;
  nothing(left);
  const { owner, ...attributes } = service;
  return writeForm<ImageForm>([
    FORM,
    id,
    wordOf(kind),
    wordOf(digest),
    wordOf(mediaType),
    createdAt,
    since(createdAt, updatedAt),
    since(createdAt, lastSeenAt),
    referencesForm(references, createdAt, lastSeenAt),
    namingForm(summary),
    platformsForm(platforms, digest, createdAt),
    primaryForm(summary),
    wordOf(user),
    pairsForm(labels),
    tags,
    wordOf(owner),
    serviceForm(attributes, summary),
    findingsForm(summary),
  ]);
}

/** The image of a document that {@link encodeImage} made. */
export function decodeImage(text: string): ImageSummary {
  const form = readForm<ImageForm>(text);
  const digest = textOrNull(form[3]);
  const createdAt = form[5];
  const lastSeenAt = at(createdAt, form[7]);
  const references = referencesOf(form[8], createdAt, lastSeenAt);
  const { name, registry, repository, tag } = namingOf(form[9], references, digest);
  const platforms = platformsOf(form[10], digest, createdAt);
  const primary = form[11];
  const findings = form[17] === 0 ? NO_FINDINGS : form[17];
  return {
    id: form[1],
    kind: textOf(form[2]) as ImageSummary['kind'],
    digest,
    mediaType: textOrNull(form[4]),
    createdAt,
    updatedAt: at(createdAt, form[6]),
    lastSeenAt,
    references,
    labels: pairsOf(form[13]),
    tags: form[14],
    scan: scanOf(findings[0]),
    riskScore: findings[1],
    signatureFetchedAt: findings[2],
    service: serviceOf(form[16], form[15], { name, digest }),
    problems: problemsOf(findings[3]),
    platforms,
    name,
    registry,
    repository,
    tag,
    size: typeof primary === 'number' ? platforms[primary]!.size : primary[0],
    builtAt: typeof primary === 'number' ? platforms[primary]!.builtAt : primary[1],
    user: textOf(form[12]),
  };
}

type Named = Pick<ImageSummary, 'name' | 'registry' | 'repository' | 'tag'>;

function namingForm({ name, registry, repository, tag, references, digest }: ImageSummary): Naming {
  const primary = primaryReference(references);
  const named = primary && namedBy(primary, digest);
  if (named && named.name === name && named.registry === registry && named.repository === repository)
    if (named.tag === tag) return references.indexOf(primary);
  return registry === '' && repository === '' && tag === '' ? name : [name, registry, repository, tag];
}

function namingOf(form: Naming, references: readonly Reference[], digest: string | null): Named {
  if (typeof form === 'number') return namedBy(references[form]!, digest);
  if (typeof form === 'string') return { name: form, registry: '', repository: '', tag: '' };
  const [name, registry, repository, tag] = form;
  return { name, registry, repository, tag };
}

/** What a reference makes of the image it stands for. */
function namedBy({ registry, repository, tag }: Reference, digest: string | null): Named {
  const end = tag !== null ? `:${tag}` : digest !== null ? `@${digest}` : '';
  return { name: `${registry}/${repository}${end}`, registry, repository, tag: tag ?? '' };
}

function primaryForm({ size, builtAt, platforms }: ImageSummary): ImageForm[11] {
  const place = platforms.findIndex((each) => each.size === size && each.builtAt === builtAt);
  return place < 0 ? [size, builtAt] : place;
}

function findingsForm({ scan, riskScore, signatureFetchedAt, problems }: ImageSummary): 0 | Findings {
  if (scan === null && riskScore === 0 && signatureFetchedAt === null && problems.length === 0) return 0;
  return [scan && scanForm(scan), riskScore, signatureFetchedAt, problems.flatMap(problemForm)];
}

function scanForm(scan: ScanSummary): Scan {
  const { scannedAt, operatingSystem, componentCount, cveCount, fixableCveCount, topCvss, ...left } = scan;
  nothing(left);
  return [scannedAt, wordOf(operatingSystem), componentCount, cveCount, fixableCveCount, topCvss];
}

function scanOf(form: Scan | null): ScanSummary | null {
  if (form === null) return null;
  const [scannedAt, operatingSystem, componentCount, cveCount, fixableCveCount, topCvss] = form;
  return {
    scannedAt,
    operatingSystem: textOrNull(operatingSystem),
    componentCount,
    cveCount,
    fixableCveCount,
    topCvss,
  };
}

function problemForm({ code, message, part, ...left }: Problem): readonly Word[] {
  nothing(left);
  return [code, message, wordOf(part)];
}

function problemsOf(form: readonly Word[]): Problem[] {
  const problems: Problem[] = [];
  for (let place = 0; place < form.length; place += 3) {
    const [code, message] = [form[place] as string, form[place + 1] as string];
    problems.push({ code, message, part: textOrNull(form[place + 2]!) });
  }
  return problems;
}
