import Fastify from 'fastify';
import { expect, test } from 'vitest';
import type { Store } from '../../store/store.ts';
import { createMetrics } from './metrics.ts';

test('answers and their times in the form Prometheus reads', async () => {
  const metrics = createMetrics(Fastify(), { engine: 'sqlite' } as Store);
  metrics.count('GET', '/a', 200, 0.001);
  metrics.count('GET', '/a', 200, 0.004);
  metrics.count('GET', '/a', 304, 0.03);
  metrics.count('POST', '/a', 200, 7);
  metrics.count('GET', '/b/:id', 404, 0.5);
  await metrics.text();
  // Asking does not count anything twice.
  const lines = (await metrics.text()).split('\n');
  const of = (name: string) =>
    Object.fromEntries(
      lines.flatMap((line) => {
        const [, labels, value] = new RegExp(`^${name}\\{(.*)\\} (\\S+)$`).exec(line) ?? [];
        return labels === undefined ? [] : [[labels.split(',').sort().join(' '), Number(value)]];
      }),
    );
  expect(lines).toContain('# TYPE stowage_http_requests_total counter');
  expect(lines).toContain('# TYPE stowage_http_request_seconds histogram');
  const requests = {
    'engine="sqlite" method="GET" route="/a" status="200"': 2,
    'engine="sqlite" method="GET" route="/a" status="304"': 1,
    'engine="sqlite" method="POST" route="/a" status="200"': 1,
    'engine="sqlite" method="GET" route="/b/:id" status="404"': 1,
  };
  expect(of('stowage_http_requests_total')).toEqual(requests);
  const buckets = of('stowage_http_request_seconds_bucket');
  const within = (route: string) =>
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, '+Inf'].map(
      (bound) => buckets[`engine="sqlite" le="${bound}" route="${route}"`],
    );
  expect(within('/a')).toEqual([1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 4]);
  expect(within('/b/:id')).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
  expect(of('stowage_http_request_seconds_sum')['engine="sqlite" route="/a"']).toBeCloseTo(7.035);
  expect(of('stowage_http_request_seconds_count')).toEqual({
    'engine="sqlite" route="/a"': 4,
    'engine="sqlite" route="/b/:id"': 1,
  });
});
