import type { PlatformSummary } from '../../domain/image.ts';
import type { Micros } from '../../domain/time.ts';
import { atOrNull, nothing, SAME, sinceOrNull, type Time } from './form.ts';
import { textOrNull, type Word, wordOf } from './words.ts';

/**
 * Platforms, each as: manifest digest and config digest (or the one they are both told with), operating system,
 * architecture, variant, version, size, build time, author, number of layers.
 */
export type Platforms = readonly (Word | Time | null)[];

const PLATFORM = 10;

/**
 * Platforms as a document holds them.
 * @param digest what one of the digests usually is
 * @param base a time near the build times
 */
export function platformsForm(platforms: readonly PlatformSummary[], digest: string | null, base: Micros): Platforms {
  return platforms.flatMap((platform) => {
    const { manifestDigest, configDigest, os, architecture, variant, osVersion, ...others } = platform;
    const { size, builtAt, author, layerCount, ...left } = others;
    nothing(left);
    return [
      manifestDigest !== null && manifestDigest === digest ? SAME : wordOf(manifestDigest),
      configDigest !== null && configDigest === digest ? SAME : wordOf(configDigest),
      wordOf(os),
      wordOf(architecture),
      wordOf(variant),
      wordOf(osVersion),
      size,
      sinceOrNull(base, builtAt),
      wordOf(author),
      layerCount,
    ];
  });
}

/** The platforms that {@link platformsForm} wrote. */
export function platformsOf(form: Platforms, digest: string | null, base: Micros): PlatformSummary[] {
  const platforms: PlatformSummary[] = [];
  for (let place = 0; place < form.length; place += PLATFORM) {
    platforms.push({
      manifestDigest: form[place] === SAME ? digest : textOrNull(form[place] as Word),
      configDigest: form[place + 1] === SAME ? digest : textOrNull(form[place + 1] as Word),
      os: textOrNull(form[place + 2] as Word),
      architecture: textOrNull(form[place + 3] as Word),
      variant: textOrNull(form[place + 4] as Word),
      osVersion: textOrNull(form[place + 5] as Word),
      size: form[place + 6] as number | null,
      builtAt: atOrNull(base, form[place + 7] as Time | null),
      author: textOrNull(form[place + 8] as Word),
      layerCount: form[place + 9] as number,
    });
  }
  return platforms;
}
