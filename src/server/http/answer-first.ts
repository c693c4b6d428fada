import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Metrics } from './metrics.ts';
import type { KeptPages } from './page-cache.ts';

/**
 * Lets kept pages answer repeated requests before the framework takes them up, which costs more than the answer. From
 * the moment the server closes everything goes through the framework, which sends clients away.
 */
export function answerRepeatedFirst(http: FastifyInstance, pages: KeptPages, metrics: Metrics): void {
  let closing = false;
  http.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  const handlers = http.server.listeners('request') as RequestListener[];
  http.server.removeAllListeners('request');
  http.server.on('request', (request, response) => {
    const startedAt = performance.now();
    const route = closing ? undefined : pages.repeat(request, response);
    if (typeof route === 'string') count(route, response, startedAt);
    else if (route === undefined) handle(request, response);
    else void route.then((late) => (late === undefined ? handle(request, response) : count(late, response, startedAt)));
  });

  function handle(request: IncomingMessage, response: ServerResponse): void {
    for (const handler of handlers) handler.call(http.server, request, response);
  }

  function count(route: string, response: ServerResponse, startedAt: number): void {
    metrics.count('GET', route, response.statusCode, (performance.now() - startedAt) / 1000);
  }
}
