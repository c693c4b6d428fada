import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { Store } from '../../store/store.ts';

export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
  /** Counts an answer that did not go through the framework. */
  count(method: string, route: string, status: number, seconds: number): void;
}

/** Counts requests by route and status, and how long they took; plus the process's own figures. */
export function createMetrics(http: FastifyInstance, store: Store): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ engine: store.engine });
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'stowage_http_requests_total',
    help: 'Requests answered, by route and status',
    labelNames: ['method', 'route', 'status'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'stowage_http_request_seconds',
    help: 'Time to answer, by route',
    labelNames: ['route'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });
  http.addHook('onResponse', (request, reply, done) => {
    count(request.method, request.routeOptions.url ?? 'unknown', reply.statusCode, reply.elapsedTime / 1000);
    done();
  });
  return { contentType: registry.contentType, text: () => registry.metrics(), count };

  function count(method: string, route: string, status: number, took: number): void {
    requests.inc({ method, route, status });
    seconds.observe({ route }, took);
  }
}
