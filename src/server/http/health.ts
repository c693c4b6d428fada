import type { FastifyInstance } from 'fastify';
import type { Store } from '../../store/store.ts';
import type { Metrics } from './metrics.ts';

/** `/healthz`: the process is alive. `/readyz`: the store answers. `/metrics`: Prometheus text. None needs a credential. */
export function registerHealth(http: FastifyInstance, store: Store, metrics: Metrics): void {
  http.get('/healthz', async (_request, reply) => reply.type('text/plain').send('ok\n'));
  http.get('/readyz', async (_request, reply) => {
    try {
      await store.ping();
      return reply.type('text/plain').send('ready\n');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return reply.code(503).type('text/plain').send(`not ready: ${reason}\n`);
    }
  });
  http.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
}
