import { parseRfc3339, SECOND } from '../../domain/time.ts';
import type { Engine } from './client.ts';
import { objectOf, textOf } from './json.ts';

/** The machine an engine runs on. */
export interface EngineHost {
  readonly hostId: string;
  readonly hostName: string;
  /** Whether images are kept by containerd: then an image's id is its manifest's digest, not its config's. */
  readonly keepsManifests: boolean;
  /** The engine's clock when asked, as its event stream wants it: seconds with a fraction. */
  readonly clock: string;
}

/**
 * Asks the engine who it is. Docker has an id of its own that survives restarts; podman makes one up at every
 * question, so there the host's name is its id.
 */
export async function askHost(engine: Engine, signal: AbortSignal): Promise<EngineHost> {
  const info = objectOf(await engine.get('/info', signal));
  const hostName = textOf(info['Name']) || 'localhost';
  const id = textOf(info['ID']);
  return {
    hostId: engine.isPodman || id === '' ? hostName : id,
    hostName,
    keepsManifests: JSON.stringify(info['DriverStatus'] ?? '').includes('io.containerd.snapshotter'),
    clock: engineTime(textOf(info['SystemTime'])),
  };
}

/** An engine's time in the form of its `since` parameter; the present time when it has none. */
function engineTime(text: string): string {
  const time = parseRfc3339(text) ?? Date.now() * 1_000;
  return (time / SECOND).toFixed(6);
}
