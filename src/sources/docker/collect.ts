import type { CollectContext } from '../source.ts';
import { connectEngine } from './client.ts';
import { engineSocket } from './socket.ts';
import { EngineSync } from './sync.ts';

/**
 * One complete look at an engine.
 * @throws StowageError when it does not answer
 */
export async function collectEngine(uri: string, context: CollectContext): Promise<void> {
  const engine = await connectEngine(await engineSocket(uri, context), context.signal);
  try {
    const sync = await EngineSync.begin(engine, context);
    await sync.everything(true);
    context.progress({ current: null });
  } finally {
    await engine.close();
  }
}
