import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, type Histogram, type MetricValueWithName, Registry } from 'prom-client';
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
  const routes = new Map<string, RouteTally>();
  new Counter({
    name: 'stowage_http_requests_total',
    help: 'Requests answered, by route and status',
    labelNames: ['method', 'route', 'status'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [route, { answers }] of routes) {
        for (const [method, statuses] of answers) {
          for (const [status, count] of statuses) this.inc({ method, route, status }, count);
        }
      }
    },
  });
  registry.registerMetric(timesOf(routes));
  http.addHook('onResponse', (request, reply, done) => {
    count(request.method, request.routeOptions.url ?? 'unknown', reply.statusCode, reply.elapsedTime / 1000);
    done();
  });
  return { contentType: registry.contentType, text: () => registry.metrics(), count };

  function count(method: string, route: string, status: number, seconds: number): void {
    let tally = routes.get(route);
    if (!tally) {
      tally = new RouteTally();
      routes.set(route, tally);
    }
    tally.add(method, status, seconds);
  }
}

/** Upper bounds of the buckets, seconds. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** What was answered on one route. The library's own counters look their labels up at every answer, which costs as much as a kept page. */
class RouteTally {
  readonly answers = new Map<string, Map<number, number>>();
  /** Answers by the first bound they stay within; the last: those over all bounds. */
  readonly within = new Float64Array(BOUNDS.length + 1);
  seconds = 0;

  add(method: string, status: number, seconds: number): void {
    let statuses = this.answers.get(method);
    if (!statuses) {
      statuses = new Map();
      this.answers.set(method, statuses);
    }
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    let bucket = 0;
    while (bucket < BOUNDS.length && seconds > BOUNDS[bucket]!) bucket += 1;
    this.within[bucket]! += 1;
    this.seconds += seconds;
  }
}

/** Times by route as a histogram of Prometheus' form: each bucket counts those below it, too. */
function timesOf(routes: ReadonlyMap<string, RouteTally>): Histogram {
  const name = 'stowage_http_request_seconds';
  const get = async () => {
    const values: MetricValueWithName<string>[] = [];
    for (const [route, { within, seconds }] of routes) {
      let sum = 0;
      for (const [bucket, count] of within.entries()) {
        sum += count;
        values.push({ metricName: `${name}_bucket`, labels: { le: BOUNDS[bucket] ?? '+Inf', route }, value: sum });
      }
      values.push({ metricName: `${name}_sum`, labels: { route }, value: seconds });
      values.push({ metricName: `${name}_count`, labels: { route }, value: sum });
    }
    return { name, help: 'Time to answer, by route', type: 'histogram', values, aggregator: 'sum' };
  };
  // A registry asks no more of a metric than its name and `get`.
  return { name, get } as unknown as Histogram;
}
